/** Cursor. */
import type { AgentDescriptor } from "../shared/descriptor.ts";
import { cursor } from "./events.ts";
import { CURSOR_FILES } from "./files.ts";
import { cursorHooks } from "./hooks.ts";

export const cursorAgent: AgentDescriptor = {
  name: cursor.name,
  adapter: cursor,
  hooks: cursorHooks,
  files: CURSOR_FILES,
};
