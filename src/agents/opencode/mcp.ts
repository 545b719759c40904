/** OpenCode's MCP servers: `mcp` in its own configuration. */
import { joinPath } from "../shared/hook_spec.ts";
import type { AgentMcp } from "../shared/mcp_spec.ts";

export const opencodeMcp: AgentMcp = {
  form: "json",
  file: ({ env, userHome, cwd }) => {
    const own = env("OPENCODE_CONFIG_DIR") || `${env("XDG_CONFIG_HOME") || `${userHome}/.config`}/opencode`;
    return `${joinPath(cwd, own)}/opencode.json`;
  },
  section: "mcp",
  entry: (argv) => ({ type: "local", command: argv, enabled: true }),
};
