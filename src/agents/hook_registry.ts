/** Every agent into whose settings our hooks can be put: a new one is a line here and a file beside. */
import { claudeHooks } from "./claude/hooks.ts";
import { codexHooks } from "./codex/hooks.ts";
import { cursorHooks } from "./cursor/hooks.ts";
import { geminiHooks } from "./gemini/hooks.ts";
import { opencodePlugin } from "./opencode/plugin.ts";
import { opencodeHooks } from "./opencode/hooks.ts";
import type { AgentHooks } from "./shared/hook_spec.ts";

export const HOOK_SPECS: readonly AgentHooks[] = [
  claudeHooks,
  codexHooks,
  geminiHooks,
  opencodeHooks(opencodePlugin),
  cursorHooks,
];
