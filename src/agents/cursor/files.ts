/** Where Cursor keeps its settings and its credentials. */
import type { AgentFiles } from "../shared/agent_files.ts";

export const CURSOR_FILES: AgentFiles = {
  settings: [".cursor"],
};
