/** Codex. */
import type { AgentDescriptor } from "../shared/descriptor.ts";
import { codex, CODEX_TOOLS } from "./events.ts";
import { codexFeed } from "./feed_spec.ts";
import { CODEX_FILES } from "./files.ts";
import { codexHooks } from "./hooks.ts";
import { codexMcp } from "./mcp.ts";

export const codexAgent: AgentDescriptor = {
  name: codex.name,
  program: {
    command: "codex",
    acp: { argv: ["codex-acp"], package: "@agentclientprotocol/codex-acp" },
    oldest: "0.169.0",
    tried: "0.171.0",
  },
  adapter: codex,
  hooks: codexHooks,
  trust: async () => (await import("./trust_dialog.ts")).codexTrustDialog,
  feed: codexFeed,
  files: CODEX_FILES,
  mcp: codexMcp,
  tools: CODEX_TOOLS,
};
