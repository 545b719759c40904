/** Where Gemini CLI keeps its settings and its credentials. */
import type { AgentFiles } from "../shared/agent_files.ts";

export const GEMINI_FILES: AgentFiles = {
  settings: [".gemini"],
  instructions: ["GEMINI.md"],
  secrets: [".gemini/oauth_creds.json"],
  homeVariable: "GEMINI_CLI_HOME",
};
