/** Cursor. */
import type { AgentDescriptor } from "../shared/descriptor.ts";
import { cursor, CURSOR_ALSO_RUNS, CURSOR_TOOLS } from "./events.ts";
import { CURSOR_FILES } from "./files.ts";
import { cursorHooks } from "./hooks.ts";
import { cursorMcp } from "./mcp.ts";

export const cursorAgent: AgentDescriptor = {
  name: cursor.name,
  program: { command: "cursor-agent", acp: { argv: ["cursor-agent", "acp"] } },
  adapter: cursor,
  alsoRuns: CURSOR_ALSO_RUNS,
  hooks: cursorHooks,
  files: CURSOR_FILES,
  mcp: cursorMcp,
  tools: CURSOR_TOOLS,
};
