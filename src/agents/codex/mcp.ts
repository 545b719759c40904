/** Codex's MCP servers: tables of its config.toml. */
import { joinPath } from "../shared/hook_spec.ts";
import { type AgentMcp, commandEntry } from "../shared/mcp_spec.ts";

export const codexMcp: AgentMcp = {
  form: "toml",
  file: ({ env, userHome, cwd }) => `${joinPath(cwd, env("CODEX_HOME") || `${userHome}/.codex`)}/config.toml`,
  section: "mcp_servers",
  entry: commandEntry,
};
