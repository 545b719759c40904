/** Where Codex keeps its settings and its credentials. */
import type { AgentFiles } from "../shared/agent_files.ts";

export const CODEX_FILES: AgentFiles = {
  settings: [".codex"],
  instructions: ["AGENTS.md"],
  secrets: [".codex/auth.json"],
  homeVariable: "CODEX_HOME",
};
