/** Sections in sections, and sections keyed by name: read, checked, edited, shown and documented by dotted keys. */
import { parse as parseToml } from "@std/toml/parse";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import * as v from "valibot";
import { configSchema } from "../../src/config/base_sections.ts";
import { configDocs, initialConfig } from "../../src/config/docs.ts";
import { setKey } from "../../src/config/edit.ts";
import { loadConfig, type Loaded } from "../../src/config/load.ts";
import { group, named, namedSection, section, setting } from "../../src/config/section.ts";
import { configView, diffConfig, valuesOf } from "../../src/config/values.ts";
import { originText } from "../../src/config/origin.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const text = (means: string, fallback = "") =>
  setting(v.string(), fallback, { title: means, means: `${means}.`, must: "text", applies: "live" });
const flag = (means: string) =>
  setting(v.boolean(), false, { title: means, means: `${means}.`, must: "true or false", applies: "restart" });
const list = setting(v.array(v.number("a number")), [], {
  title: "Chats",
  means: "Who may write.",
  must: "an array of numbers",
  applies: "live",
  example: "[17]",
});

const channels = section("channels", {
  quiet: flag("Says nothing"),
  telegram: group({ enabled: flag("On"), allowed_chat_ids: list, proxy: group({ url: text("Where") }) }),
});
const agents = namedSection(
  "agents",
  { pattern: /^[a-z][a-z0-9_-]*$/, must: "lower-case letters, digits, - and _", example: "claude" },
  group({
    command: text("What is run", "agent"),
    warm: flag("Is kept ready"),
    env: named({ pattern: /^\w+$/, must: "letters, digits and _", example: "LANG" }, text("A variable")),
  }),
);
const SCHEMA = configSchema([channels, agents]);

const paths = homePaths("/h");

function load(source: { readonly jsonc?: string; readonly toml?: string } = {}): Loaded {
  const [file, held] = source.toml === undefined
    ? [paths.configJsonc, source.jsonc ?? ""]
    : [paths.configToml, source.toml];
  const bytes = new TextEncoder().encode(held);
  const stat = { kind: "file", size: bytes.length, mode: 0o600, uid: 1, inode: 1, device: 1, mtimeMs: 0 } as const;
  const files = { read: () => bytes, stat: (path: string) => path === file ? stat : undefined };
  return loadConfig({ schema: SCHEMA, paths, files, env: {}, cwd: "/", uid: 1, parseToml });
}

/** The places without the file's name. */
const short = (lines: readonly string[]) => lines.map((line) => line.replaceAll(/\/h\/config\.\w+:/g, ""));

function refused(jsonc: string): string[] {
  const { message } = assertThrows(() => load({ jsonc }), ConsoleError);
  return short(message.split("\n  "));
}

function given({ origins }: Loaded): Record<string, string> {
  const entries = Object.entries(origins).filter(([, { kind }]) => kind !== "default");
  return Object.fromEntries(entries.map(([key, origin]) => [key, short([originText(origin)])[0] ?? ""]));
}

const JSONC = `{
  "channels": { "telegram": { "allowed_chat_ids": [4, 5],
    "proxy": { "url": "x" } } },
  "agents": {
    "claude": { "warm": true, "env": { "__proto__": "p", "LANG": "C" } },
    "other": {},
  },
}`;

Deno.test("nested sections and names are read, typed, frozen, and each value has its place", () => {
  const loaded = load({ jsonc: JSONC });
  const own = valuesOf(loaded.config, channels);
  assertEquals([own.quiet, own.telegram.enabled, own.telegram.proxy.url], [false, false, "x"]);
  assertEquals(own.telegram.allowed_chat_ids, [4, 5]);
  const named = valuesOf(loaded.config, agents);
  assertEquals(Object.keys(named), ["claude", "other"]);
  assertEquals(named["claude"]?.warm, true);
  assertEquals(named["other"], { command: "agent", warm: false, env: {} });
  assertEquals(Object.entries(named["claude"]?.env ?? {}), [["__proto__", "p"], ["LANG", "C"]]);
  assert([own.telegram.proxy, named, named["claude"]?.env].every(Object.isFrozen));
  assertEquals(given(loaded), {
    "channels.telegram.allowed_chat_ids": "2:31",
    "channels.telegram.proxy.url": "3:16",
    "agents.claude.warm": "5:17",
    "agents.claude.env.__proto__": "5:40",
    "agents.claude.env.LANG": "5:58",
  });
  assertEquals(loaded.warnings, []);
  assertEquals(valuesOf(load().config, agents), {});
});

Deno.test("config.toml: tables in tables, dotted keys and inline tables are the same, with their places", () => {
  const toml = `agents.claude.warm = true
[channels.telegram]
allowed_chat_ids = [4, 5]
  proxy = { url = "x" }
[agents.claude.env]
"LANG" = "C"
[agents."other"]
`;
  const loaded = load({ toml });
  assertEquals(valuesOf(loaded.config, channels).telegram.proxy.url, "x");
  assertEquals(Object.keys(valuesOf(loaded.config, agents)), ["claude", "other"]);
  assertEquals(given(loaded), {
    "channels.telegram.allowed_chat_ids": "3:1",
    "channels.telegram.proxy.url": "4:3",
    "agents.claude.warm": "1:1",
    "agents.claude.env.LANG": "6:1",
  });
});

Deno.test("unknown keys below a section or a name warn with the nearest that is known; reserved ones stay reserved", () => {
  const { warnings } = load({
    jsonc: `{ "channels": { "telegarm": {}, "telegram": { "enabeld": true, "proxy": { "ulr": "" } } },
  "agents": { "claude": { "comand": "x" } }, "chanels": {}, "capsules": {} }`,
  });
  assertEquals(short(warnings), [
    "1:17 channels.telegarm is not a known key, did you mean channels.telegram?",
    "1:47 channels.telegram.enabeld is not a known key, did you mean channels.telegram.enabled?",
    "1:75 channels.telegram.proxy.ulr is not a known key, did you mean channels.telegram.proxy.url?",
    "2:27 agents.claude.comand is not a known key, did you mean agents.claude.command?",
    "2:46 chanels is not a known key, did you mean channels?",
    "2:61 capsules is not used by this version",
  ]);
});

Deno.test("wrong values, sections and names are refused with place and dotted key", () => {
  assertEquals(refused('{"channels": {"telegram": 5, "quiet": {}}}'), [
    "1:15 channels.telegram is 5, expected an object",
    "1:30 channels.quiet is an object, expected true or false",
  ]);
  assertEquals(refused('{"channels": {"telegram": {"allowed_chat_ids": [1, "x"]}}}'), [
    '1:52 channels.telegram.allowed_chat_ids[1] is "x", expected a number',
  ]);
  assertEquals(refused('{"agents": {"claude": {"warm": 1}, "a.b": {}, "\\u001b[31m": {}, "codex": true}}'), [
    "1:24 agents.claude.warm is 1, expected true or false",
    '1:36 the name "a.b" under agents is not allowed, expected lower-case letters, digits, - and _',
    '1:47 the name "\\u001b[31m" under agents is not allowed, expected lower-case letters, digits, - and _',
    "1:65 agents.codex is true, expected an object",
  ]);
});

Deno.test("the view and the difference know the names that are there, that came and that went", () => {
  const { values } = configView(load({ jsonc: JSONC }));
  assertEquals(values["agents.claude.env.LANG"], { value: "C", origin: "/h/config.jsonc:5:58" });
  assertEquals(values["agents.other.command"], { value: "agent", origin: "default" });
  assert(Object.keys(values).every((key) => !key.includes("<")));
  const old = load({ jsonc: '{"agents": {"a": {}, "b": {"env": {"X": "1"}}}}' }).config;
  const now = load({ jsonc: '{"agents": {"b": {"warm": true}}, "channels": {"telegram": {"enabled": true}}}' }).config;
  assertEquals(diffConfig(SCHEMA, old, now), {
    applied: ["agents.a.command", "agents.b.env.X"],
    needsRestart: ["channels.telegram.enabled", "agents.a.warm", "agents.b.warm"],
  });
  assertEquals(diffConfig(SCHEMA, now, now), { applied: [], needsRestart: [] });
});

Deno.test("setKey makes what is missing of the way to a key, and keeps what is there", () => {
  const set = (text: string, key: string, value: unknown) => setKey(text, key, value, "jsonc", SCHEMA);
  const first = set("{\n}\n", "agents.claude.warm", true);
  assertEquals(first, '{\n  "agents": {\n    "claude": {\n      "warm": true\n    }\n  }\n}\n');
  const second = set(first, "agents.claude.env.LANG", "C");
  assertEquals(second, first.replace("true\n", 'true,\n      "env": {\n        "LANG": "C"\n      }\n'));
  const third = set(set(second, "agents.claude.warm", false), "agents.codex.command", "codex");
  assertEquals(Object.keys(valuesOf(load({ jsonc: third }).config, agents)), ["claude", "codex"]);
  const inline = set('{"channels": {"telegram": {}}}', "channels.telegram.proxy.url", "u");
  assertEquals(valuesOf(load({ jsonc: inline }).config, channels).telegram.proxy.url, "u");
  const init = initialConfig(SCHEMA);
  assertEquals(
    set(init, "channels.telegram.enabled", true),
    init.replace('      // "enabled": false,', '      "enabled": true,'),
  );

  const wrong = (text: string, key: string) => assertThrows(() => set(text, key, true), ConsoleError).message;
  assertMatch(wrong("{}", "agents.Claude.warm"), /^agents\.Claude\.warm is not a known key/);
  assertMatch(wrong("{}", "agents.claude.wram"), /did you mean agents\.claude\.warm\?$/);
  assertMatch(
    wrong('{"agents": {"claude": 5}}', "agents.claude.warm"),
    /: agents\.claude in the file is not an object/,
  );
  const list = assertThrows(() => set("{}", "channels.telegram.allowed_chat_ids", true), ConsoleError);
  assertMatch(list.hint ?? "", /config set channels\.telegram\.allowed_chat_ids '\[17\]'$/);
  const ids = set("{}", "channels.telegram.allowed_chat_ids", [4, 5]);
  assertEquals(valuesOf(load({ jsonc: ids }).config, channels).telegram.allowed_chat_ids, [4, 5]);
  const toml = assertThrows(() => setKey("", "agents.claude.warm", true, "toml", SCHEMA), ConsoleError);
  assertMatch(toml.hint ?? "", /write warm = true under \[agents\.claude\]$/);
});

Deno.test("the table and config init have every key; the examples of init are valid", () => {
  const table = configDocs(SCHEMA);
  for (const key of ["channels.telegram.proxy.url", "agents.<name>.command", "agents.<name>.env.<name>"]) {
    assert(table.includes(`| \`${key}\` |`), table);
  }
  const init = initialConfig(SCHEMA);
  assertEquals(given(load({ jsonc: init })), {});
  const loaded = load({ jsonc: init.replace(/^( *)\/\/ "/gm, '$1"') });
  assertEquals(loaded.warnings, []);
  assertEquals(valuesOf(loaded.config, agents), { claude: { command: "agent", warm: false, env: { LANG: "" } } });
  assertEquals(Object.values(loaded.origins).filter(({ kind }) => kind === "default"), []);
});

Deno.test("two sections of one name are a bug of the program", () => {
  assertThrows(() => configSchema([channels, channels]), TypeError, "section channels");
  assertThrows(() => configSchema([section("daemon", {})]), TypeError, "section daemon");
});
