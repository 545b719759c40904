/** Cursor's MCP servers: `mcp.json` beside its hooks. Facts: its reference, not tried. */
import { joinPath } from "../shared/hook_spec.ts";
import { type AgentMcp, commandEntry } from "../shared/mcp_spec.ts";

export const cursorMcp: AgentMcp = {
  form: "json",
  file: ({ userHome, cwd }) => joinPath(cwd, `${userHome}/.cursor/mcp.json`),
  section: "mcpServers",
  entry: commandEntry,
};
