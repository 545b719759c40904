/** Every agent into whose settings our hooks can be put: a new one is a line here and a file beside. */
import { claudeHooks } from "./claude.ts";
import { codexHooks } from "./codex.ts";
import { cursorHooks } from "./cursor.ts";
import { geminiHooks } from "./gemini.ts";
import { opencodePlugin } from "../../install/opencode_plugin.ts";
import { opencodeHooks } from "./opencode.ts";
import type { AgentHooks } from "./table.ts";

export const HOOK_AGENTS: readonly AgentHooks[] = [
  claudeHooks,
  codexHooks,
  geminiHooks,
  opencodeHooks(opencodePlugin),
  cursorHooks,
];
