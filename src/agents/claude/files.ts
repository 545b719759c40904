/** Where Claude Code keeps its settings and its credentials. */
import type { AgentFiles } from "../shared/agent_files.ts";

export const CLAUDE_FILES: AgentFiles = {
  settings: [".claude", ".claude.json"],
  instructions: ["CLAUDE.md", "CLAUDE.local.md"],
  secrets: [".claude/.credentials.json"],
  homeVariable: "CLAUDE_CONFIG_DIR",
};
