/** A home as an earlier version of the program left it: tests/fixtures/old_home, made by make_old_home.ts. */
import { REPOSITORY } from "./harness_program.ts";
import type { Json } from "./wire.ts";

export const OLD_HOME = `${REPOSITORY}/tests/fixtures/old_home/home`;

/** What that version's commands printed of it, each as its `--json` did. */
export function oldSaid(): Record<"sessions" | "rules" | "approvals" | "verified", Json> {
  return JSON.parse(Deno.readTextFileSync(`${OLD_HOME}/../said.json`));
}

/** The agents' settings before that version installed its hooks, with hooks of others. */
export const FOREIGN: Readonly<Record<string, string>> = {
  ".claude/settings.json": `{
  // my own
  "model": "opus",
  "statusLine": { "type": "command", "command": "~/bin/line --short" },
  "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "notify-send done" }] }] },
}
`,
  ".codex/hooks.json": `{ "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "notify-send done" }] }] } }
`,
  ".gemini/settings.json": `{
  "theme": "GitHub", // light
  "hooks": { "AfterAgent": [{ "hooks": [{ "type": "command", "command": "notify-send done" }] }] }
}
`,
  ".cursor/hooks.json": `{ "version": 1, "hooks": { "stop": [{ "command": "notify-send done" }] } }
`,
};
