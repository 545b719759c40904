/** Gemini CLI. */
import type { AgentDescriptor } from "../shared/descriptor.ts";
import { gemini, GEMINI_TOOLS } from "./events.ts";
import { geminiFeed } from "./feed_spec.ts";
import { GEMINI_FILES } from "./files.ts";
import { geminiHooks } from "./hooks.ts";
import { geminiMcp } from "./mcp.ts";

export const geminiAgent: AgentDescriptor = {
  name: gemini.name,
  program: {
    command: "gemini",
    acp: { argv: ["gemini", "--acp"], package: "@google/gemini-cli" },
    oldest: "0.61.0",
    tried: "0.61.0",
  },
  adapter: gemini,
  hooks: geminiHooks,
  feed: geminiFeed,
  files: GEMINI_FILES,
  mcp: geminiMcp,
  tools: GEMINI_TOOLS,
};
