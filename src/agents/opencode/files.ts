/** Where OpenCode keeps its settings and its credentials. */
import type { AgentFiles } from "../shared/agent_files.ts";

export const OPENCODE_FILES: AgentFiles = {
  settings: [".opencode", ".config/opencode", "opencode.json", "opencode.jsonc"],
};
