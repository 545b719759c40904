/** The agents that the tests of hooks go through, and settings files as people have them, in each agent's words. */
import { parse as parseJsonc } from "@std/jsonc";
import { stripComments } from "jsonc-parser";
import { HOOK_SPECS } from "../../src/agents/registry.ts";
import { opencodeHooks } from "../../src/agents/opencode/hooks.ts";
import type { FileHooks, JsonHooks } from "../../src/agents/shared/hook_spec.ts";
import { NASTY } from "./hooks_nasty_settings.ts";

export const JSON_AGENTS: readonly JsonHooks[] = HOOK_SPECS.filter((agent) => agent.form === "json");

/** OpenCode with a plugin that is recognisable and nothing more. */
export const OPENCODE: FileHooks = opencodeHooks((argv) => `export const argv = ${JSON.stringify(argv)};\n`);

const EVENTS: Readonly<Record<string, readonly [string, string]>> = {
  claude: ["Stop", "PreToolUse"],
  codex: ["Stop", "PreToolUse"],
  gemini: ["AfterAgent", "BeforeTool"],
  cursor: ["stop", "preToolUse"],
};

/** NASTY in the agent's events; only what the agent itself would read. */
export function nastyFor(agent: JsonHooks): [string, string][] {
  const [stop, tool] = EVENTS[agent.name]!;
  const all = Object.entries(NASTY).map(([name, text]): [string, string] => [
    name,
    text.replaceAll('"Stop"', `"${stop}"`).replaceAll('"PreToolUse"', `"${tool}"`),
  ]);
  if (agent.onlyKeys !== undefined) return [...STRICT, ...all.filter(([, text]) => text.trim() === "")];
  const { reads } = agent;
  if (reads === undefined) return all;
  return all.map(([name, text]) => [name, readBy(reads, text)]);
}

/** The text without what the agent would skip the file for. */
function readBy({ comments, byteOrderMark }: NonNullable<JsonHooks["reads"]>, text: string): string {
  const marked = byteOrderMark ? text : text.replace(/^\ufeff/, "");
  return (comments ? marked : stripComments(marked)).replace(/,(\s*[}\]])/g, "$1");
}

/** The same for a text of whichever form. */
export function asReadBy(agent: JsonHooks, text: string): string {
  return agent.reads === undefined ? text : readBy(agent.reads, text);
}

const theirs = '{ "hooks": [{ "type": "command", "command": "other \'a b\'" }] }';

/** For an agent that reads strict JSON with two keys. */
const STRICT: [string, string][] = [
  ["empty object", "{}"],
  ["one line", '{"description":"x","hooks":{"Stop":[{"hooks":[{"type":"command","command":"other"}]}]}}'],
  ["CRLF", '{\r\n  "description": "x"\r\n}\r\n'],
  ["tabs", '{\n\t"description": "x",\n\t"hooks": {\n\t\t"Interrupt": []\n\t}\n}\n'],
  ["no trailing newline", `{\n  "hooks": {\n    "Stop": [\n      ${theirs}\n    ]\n  },\n  "description": "last"\n}`],
  [
    "other hooks on the same events",
    `{ "hooks": {\n  "Stop": [${theirs}, ${theirs}],\n  "PreCompact": [${theirs}] } }\n`,
  ],
];

/** Settings files that the agent refuses as a whole, and a word of the reason. */
export const REFUSED: [string, string][] = [
  ['{"$schema":"x"}', "$schema"],
  ['{"hooks":{},"version":1}', "version"],
  ['{"hooks":{},"hooks":{}}', "each once"],
  ['{/* c */"hooks":{}}', "comments"],
  ['{"hooks":{},}', "strict JSON"],
  ['\ufeff{"hooks":{}}', "byte order mark"],
];

export interface Handler {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly timeout?: number;
}

/** Event → its handlers, whatever the layout. */
export function read(agent: JsonHooks, text: string): Record<string, Handler[]> {
  const { hooks = {} } = parseJsonc(text.replace(/^\ufeff/, "")) as { hooks?: Record<string, never[]> };
  return Object.fromEntries(
    Object.entries(hooks).map(([event, entries]) => [
      event,
      agent.layout === "flat" ? entries : entries.flatMap((group: { hooks?: Handler[] }) => group.hooks ?? []),
    ]),
  );
}
