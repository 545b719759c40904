/** Claude Code. */
import type { AgentDescriptor } from "../shared/descriptor.ts";
import { HOOK_FORMAT_TOOLS } from "../shared/tool_table.ts";
import { claude } from "./events.ts";
import { claudeFeed } from "./feed_spec.ts";
import { CLAUDE_FILES } from "./files.ts";
import { CLAUDE_HOOK_ENV } from "./hook_env.ts";
import { claudeHooks } from "./hooks.ts";
import { claudeMcp } from "./mcp.ts";
import { claudeStatusline } from "./statusline.ts";

export const claudeAgent: AgentDescriptor = {
  name: claude.name,
  program: {
    command: "claude",
    acp: { argv: ["claude-agent-acp"], package: "@agentclientprotocol/claude-agent-acp" },
    oldest: "2.1.139",
    tried: "2.1.332",
  },
  adapter: claude,
  hooks: claudeHooks,
  hookEnv: CLAUDE_HOOK_ENV,
  statusline: {
    report: claudeStatusline,
    settings: async () => (await import("./statusline_settings.ts")).statuslineSettings,
  },
  feed: claudeFeed,
  files: CLAUDE_FILES,
  mcp: claudeMcp,
  tools: HOOK_FORMAT_TOOLS,
};
