/** OpenCode. */
import type { AgentDescriptor } from "../shared/descriptor.ts";
import { opencode } from "./events.ts";
import { opencodeFeed } from "./feed_spec.ts";
import { OPENCODE_FILES } from "./files.ts";
import { opencodeHooks } from "./hooks.ts";
import { opencodeMcp } from "./mcp.ts";
import { opencodePlugin } from "./plugin.ts";
import { OPENCODE_TOOLS } from "./request.ts";

export const opencodeAgent: AgentDescriptor = {
  name: opencode.name,
  program: {
    command: "opencode",
    acp: { argv: ["opencode", "acp"], package: "opencode-ai" },
    oldest: "1.18.0",
    tried: "1.18.33",
  },
  adapter: opencode,
  hooks: opencodeHooks(opencodePlugin),
  feed: opencodeFeed,
  files: OPENCODE_FILES,
  mcp: opencodeMcp,
  tools: OPENCODE_TOOLS,
};
