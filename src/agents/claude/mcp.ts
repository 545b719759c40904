/** Claude Code's MCP servers: `mcpServers` in the file of its user, as `claude mcp add --scope user` writes them. */
import { joinPath } from "../shared/hook_spec.ts";
import { type AgentMcp, commandEntry } from "../shared/mcp_spec.ts";

export const claudeMcp: AgentMcp = {
  form: "json",
  file: ({ env, userHome, cwd }) => `${joinPath(cwd, env("CLAUDE_CONFIG_DIR") || userHome)}/.claude.json`,
  section: "mcpServers",
  entry: (argv) => ({ type: "stdio", ...commandEntry(argv), env: {} }),
};
