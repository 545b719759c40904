/** Where an agent of the family that is known (Qwen Code) keeps its settings and its credentials. */
import type { AgentFiles } from "../shared/agent_files.ts";

export const CLAUDE_LIKE_FILES: AgentFiles = {
  settings: [".qwen"],
  instructions: ["QWEN.md"],
};
