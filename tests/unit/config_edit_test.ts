import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parse } from "@std/toml/parse";
import fc from "fast-check";
import { checkMembers } from "../../src/config/validate.ts";
import { configDocs, initialConfig } from "../../src/config/docs.ts";
import { parseValue, setKey } from "../../src/config/edit.ts";
import { readSource } from "../../src/config/parse.ts";
import { SCHEMA } from "../../src/daemon/features.ts";
import { SAFETY_MODES } from "../../src/domain/safety_mode.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

function valuesOf(text: string) {
  const { values, problems, warnings } = checkMembers(readSource(text, "c", "jsonc"), SCHEMA);
  return { values: Object.fromEntries([...values].map(([key, { value }]) => [key, value])), problems, warnings };
}

function refusal(run: () => unknown): ConsoleError {
  return assertThrows(run, ConsoleError);
}

Deno.test("setKey changes one value and keeps comments, order, commas and indentation", () => {
  const text =
    `// mine\n{\n    "journal": {"fsync": "never"}, // keep\n    "daemon": {\n        "log_level": "info", /* why */\n    },\n}\n`;
  assertEquals(setKey(text, "daemon.log_level", "debug", "jsonc", SCHEMA), text.replace('"info"', '"debug"'));
  const added = setKey(text, "daemon.auto_start", false, "jsonc", SCHEMA);
  assert(added.includes('\n        "auto_start": false'), added);
  assert(added.includes('"log_level": "info"') && added.includes("/* why */") && added.startsWith("// mine\n"), added);
});

Deno.test("setKey makes sections and files, keeps a BOM, tabs and CRLF", () => {
  assertEquals(valuesOf(setKey("", "journal.fsync", "always", "jsonc", SCHEMA)).values, { "journal.fsync": "always" });
  assertEquals(setKey("\ufeff{}", "daemon.auto_start", true, "jsonc", SCHEMA)[0], "\ufeff");
  const windows = setKey(
    '{\r\n\t"daemon": {\r\n\t\t"auto_start": true\r\n\t}\r\n}\r\n',
    "daemon.log_level",
    "warn",
    "jsonc",
    SCHEMA,
  );
  assert(windows.includes('\r\n\t\t"log_level": "warn"'), windows);
  assert(!/[^\r]\n/.test(windows));
});

Deno.test("setKey writes no comma behind a last member where the file has none, and one where it has", () => {
  const set = (text: string) => setKey(text, "agents.gemini.command", ["gemini", "--acp"], "jsonc", SCHEMA);
  const agent = (comma: string) =>
    `  "agents": {\n    "gemini": {\n      "command": ["gemini","--acp"]${comma}\n    }${comma}\n  }`;
  const daemon = `{\n  "daemon": {\n    "auto_start": true\n  }`;
  for (const text of ["{}", "{\n}\n", `${daemon}\n}\n`, `{ "daemon": { "auto_start": true } }`, `{"agents": {\n}}`]) {
    const after = set(text);
    assertEquals(JSON.parse(after).agents, { gemini: { command: ["gemini", "--acp"] } }, after);
  }
  assertEquals(set(`${daemon}\n}\n`), `${daemon},\n${agent("")}\n}\n`);
  assertEquals(set(`// mine\n${daemon}\n}\n`), `// mine\n${daemon},\n${agent("")}\n}\n`);
  assertEquals(set(`${daemon},\n}\n`), `${daemon},\n${agent(",")},\n}\n`);
  assertEquals(set(`{\n  // mine\n}\n`), `{\n  // mine\n${agent(",")},\n}\n`);
});

/** Every commented key of the text without its `//`, one at a time. */
/** Those of a section that is keyed by name. Their only line is an example, under the name that it has there. */
const NAMED = SCHEMA.settings.filter(({ key }) => key.includes("<name>"));
const EXAMPLES: Readonly<Record<string, string>> = { agents: "mine", capsules: "standup" };
/** A key with the names of the example, or with `name`; the second name of a key is that of a capsule's setting. */
const keyed = (key: string, name = EXAMPLES[key.split(".")[0] ?? ""] ?? "backup") =>
  key.replace("<name>", name).replace("<name>", "channel");
/** The keys that come with the one line of such a section. */
const SECTIONS = Map.groupBy(NAMED, ({ key }) => key.split("<name>")[0]);

function* uncommentedOnce(text: string): Generator<string> {
  for (const { index, 0: whole } of text.matchAll(/^ *\/\/ (?="\w+": )/gm)) {
    yield text.slice(0, index) + text.slice(index + whole.length);
  }
}

Deno.test("setKey puts a key in the place where config init has it commented out, and any other can be uncommented", () => {
  const text = initialConfig(SCHEMA);
  const after = setKey(text, "daemon.safety_mode", "guarded", "jsonc", SCHEMA);
  assertEquals(after, text.replace('// "safety_mode": "manual",', '"safety_mode": "guarded",'));
  const both = setKey(after, "daemon.auto_start", false, "jsonc", SCHEMA);
  assertEquals(both, after.replace('// "auto_start": true,', '"auto_start": false,'));
  let others = 0;
  for (const other of uncommentedOnce(both)) {
    const { values, problems } = valuesOf(other);
    const named = [...SECTIONS.values()].find((keys) => keys.some(({ key }) => keyed(key) in values));
    assertEquals([Object.keys(values).length, problems], [named === undefined ? 3 : 2 + named.length, []], other);
    others++;
  }
  assertEquals(others, SCHEMA.settings.length - NAMED.length + SECTIONS.size - 2);
});

Deno.test("setKey keeps the note behind a key that was commented out, whatever it holds", () => {
  const notes: [behind: string, after: string][] = [
    [" 45, // how long, in seconds", " 30, // how long, in seconds"],
    [" 45 /* secs */", " 30 /* secs */"],
    [" 45 /* open", " 30 // /* open"],
    [' 45, // a "quote"', ' 30, // a "quote"'],
    [' "a // b", // c', " 30, // c"],
    [' "half', ' 30 // "half'],
  ];
  for (const [behind, after] of notes) {
    const text = `{\n  "approvals": {\n    // "hook_wait_secs":${behind}\n  }\n}\n`;
    const now = setKey(text, "approvals.hook_wait_secs", 30, "jsonc", SCHEMA);
    assertEquals(now, `{\n  "approvals": {\n    "hook_wait_secs":${after}\n  }\n}\n`);
    assertEquals(valuesOf(now), { values: { "approvals.hook_wait_secs": 30 }, problems: [], warnings: [] }, now);
  }
});

Deno.test("setKey where the key is not commented out: the last line of its section, and comments keep their lines", () => {
  const set = (text: string, name = "auto_start") => setKey(text, `daemon.${name}`, true, "jsonc", SCHEMA);
  const only = '{\n  "daemon": {\n    // why\n    // "log_level": "warn",\n  },\n}\n';
  assertEquals(set(only), only.replace("  },", '    "auto_start": true,\n  },'));
  const last = '{\n\t"daemon": {\n\t\t"log_level": "warn" // why, {\n\t\t// "safety_mode": "guarded",\n\t}\n}\n';
  const after = set(last);
  assertEquals(
    after,
    '{\n\t"daemon": {\n\t\t"log_level": "warn", // why, {\n\t\t// "safety_mode": "guarded",\n\t\t"auto_start": true\n\t}\n}\n',
  );
  for (const other of [...uncommentedOnce(set(only)), ...uncommentedOnce(after.replaceAll("\t", " "))]) {
    assertEquals(valuesOf(other).problems, [], other);
  }
  const none = '{\n  // "daemon": {},\n}\n';
  assertEquals(set(none), '{\n  // "daemon": {},\n  "daemon": {\n    "auto_start": true,\n  },\n}\n');
  const bare = '{\n  "daemon": {\n    "log_level": "warn"\n    // "auto_start": false\n  }\n}\n';
  assertEquals(set(bare), bare.replace('"warn"', '"warn",').replace('// "auto_start": false', '"auto_start": true'));
  const block = '{\n  "daemon": {\n    /*\n    // "auto_start": false,\n    */\n  }\n}\n';
  assertEquals(set(block), block.replace("*/\n", '*/\n    "auto_start": true\n'));
  assertEquals(valuesOf(set('{"daemon": { /* x */ }}')).values, { "daemon.auto_start": true });
  assertEquals(valuesOf(set("{ // x\n}")).values, { "daemon.auto_start": true });
  assertEquals(valuesOf(set("// x\n")).values, { "daemon.auto_start": true });
});

Deno.test("setKey repairs a wrong value, and leaves the wrong values of others", () => {
  const text = '{"daemon": {"auto_start": "x", "log_level": 3}}';
  const fixed = setKey(text, "daemon.auto_start", true, "jsonc", SCHEMA);
  assertEquals(fixed, '{"daemon": {"auto_start": true, "log_level": 3}}');
});

Deno.test("setKey refuses unknown keys, wrong values, broken files, doubled keys and TOML, each with what to do", () => {
  const unknown = refusal(() => setKey("{}", "daemon.auto_strat", true, "jsonc", SCHEMA));
  assertEquals(unknown.kind, "usage");
  assertEquals(unknown.message, "daemon.auto_strat is not a known key, did you mean daemon.auto_start?");
  const wrong = refusal(() => setKey("{}", "daemon.auto_start", "yes", "jsonc", SCHEMA));
  assertEquals(wrong.message, 'daemon.auto_start is "yes", expected true or false');
  assertMatch(
    refusal(() => setKey("{,", "daemon.auto_start", true, "jsonc", SCHEMA)).message,
    /config\.jsonc:1:2 is not JSON/,
  );
  assertMatch(
    refusal(() => setKey('{"daemon": 1}', "daemon.auto_start", true, "jsonc", SCHEMA)).message,
    /is not an object/,
  );
  const doubled = '{"daemon": {"auto_start": true, "auto_start": true}}';
  assertMatch(refusal(() => setKey(doubled, "daemon.auto_start", false, "jsonc", SCHEMA)).message, /given twice/);
  const toml = refusal(() => setKey("", "daemon.log_level", "warn", "toml", SCHEMA));
  assertMatch(toml.message, /is in config\.toml, which is edited by hand$/);
  assertEquals(toml.hint, 'write log_level = "warn" under [daemon]');
});

Deno.test("setKey then read gives the value, for every key and in any order", () => {
  const samples: Record<string, unknown[]> = {
    "daemon.auto_start": [true, false],
    "daemon.idle_timeout_mins": [0, 2.5],
    "daemon.ipc_socket_path": [null, '/a "b"/ü'],
    "daemon.pid_file_path": [null, "/p"],
    "daemon.log_level": ["debug", "error"],
    "daemon.safety_mode": ["manual", "autonomous"],
    "daemon.stale_after_mins": [0.1, 10],
    "approvals.hook_wait_secs": [1, 570],
    "approvals.pre_tool_use": [true, false],
    "journal.fsync": ["always", "never"],
    "journal.segment_mib": [1, 1024],
    "feeds.claude_sessions": [true, false],
    "feeds.codex_app_server": [true, false],
    "feeds.gemini_chats": [true, false],
    "feeds.opencode_server": [true, false],
  };
  const known = SCHEMA.settings.filter(({ key }) => key !== "approvals.rules");
  for (const { key, fallback } of known) samples[keyed(key, "own")] ??= [fallback];
  assertEquals(Object.keys(samples).sort(), known.map(({ key }) => keyed(key, "own")).sort());
  const edit = fc.constantFrom(...Object.keys(samples)).chain((key) =>
    fc.tuple(fc.constant(key), fc.constantFrom(...samples[key]!))
  );
  fc.assert(
    fc.property(fc.array(edit), fc.constantFrom("", initialConfig(SCHEMA), '{"daemon":{}}'), (edits, start) => {
      let text = start;
      const expected: Record<string, unknown> = {};
      for (const [key, value] of edits) {
        text = setKey(text, key, value, "jsonc", SCHEMA);
        expected[key] = value;
      }
      assertEquals(valuesOf(text).values, expected);
      for (const other of uncommentedOnce(text)) assertEquals(valuesOf(other).problems, [], other);
      assert(valuesOf(text.replace(/^( *)\/\/ "/gm, '$1"')).warnings.length === 0, "no key is there twice");
    }),
    { numRuns: 100 },
  );
});

Deno.test("V1 setKey takes a list of words as JSON, in place of the one that is there, and says how where it is none", () => {
  const first = setKey("", "agents.mine.command", ["my-agent", "--acp"], "jsonc", SCHEMA);
  const text = setKey(first, "agents.mine.command", parseValue('["other"]'), "jsonc", SCHEMA);
  assertEquals(valuesOf(text).values, { "agents.mine.command": ["other"] });
  const { message, hint } = refusal(() => setKey(text, "agents.mine.command", "my-agent --acp", "jsonc", SCHEMA));
  assertMatch(message, /^agents\.mine\.command is "my-agent --acp", expected an array of words/);
  assertEquals(hint, `for example agent-console config set agents.mine.command '["my-agent", "--acp"]'`);
  const doubled = '{"gateway": {"allowed_origins": [], "allowed_origins": []}}';
  const origins = ["https://a.example"];
  assertMatch(refusal(() => setKey(doubled, "gateway.allowed_origins", origins, "jsonc", SCHEMA)).message, /twice/);
  const toml = refusal(() => setKey("", "agents.mine.command", ["my-agent"], "toml", SCHEMA));
  assertEquals(toml.hint, 'write command = ["my-agent"] under [agents.mine]');
});

Deno.test("setKey refuses a list of objects, whatever the value", () => {
  const { message, hint } = refusal(() => setKey("{}", "approvals.rules", [], "jsonc", SCHEMA));
  assertEquals([message, hint], [
    "approvals.rules is a list, which is edited by hand in the configuration file",
    'write for example "rules": [{ "tool": "Bash", "pattern": "make *", "decision": "allow" }] into "approvals"',
  ]);
  const { hint: toml = "" } = refusal(() => setKey("", "approvals.rules", [], "toml", SCHEMA));
  const [, line = ""] = /write for example (.*) under \[approvals\]$/.exec(toml) ?? [];
  const rules = [{ tool: "Bash", pattern: "make *", decision: "allow" }];
  assertEquals(parse(`[approvals]\n${line}`), { approvals: { rules } });
});

Deno.test("parseValue: JSON where it is JSON, else the text", () => {
  assertEquals(["true", "5", "null", '"5"', "info", "/a/b", ""].map(parseValue), [
    true,
    5,
    null,
    "5",
    "info",
    "/a/b",
    "",
  ]);
});

Deno.test("initialConfig says nothing as it is, and all defaults and examples when uncommented", () => {
  const text = initialConfig(SCHEMA);
  assertEquals(valuesOf(text), { values: {}, problems: [], warnings: [] });
  const uncommented = valuesOf(text.replace(/^( *)\/\/ "/gm, '$1"'));
  const defaults = Object.fromEntries(SCHEMA.settings.map(({ key, fallback }) => [keyed(key), fallback]));
  const examples = Object.fromEntries(
    SCHEMA.settings.flatMap(({ key, example }) => example === undefined ? [] : [[keyed(key), JSON.parse(example)]]),
  );
  assertEquals(examples["approvals.rules"], [{ tool: "Bash", pattern: "make *", decision: "allow" }]);
  assertEquals(JSON.parse(JSON.stringify(uncommented.values)), { ...defaults, ...examples });
  assertEquals([...uncommented.problems, ...uncommented.warnings], []);
});

Deno.test("configDocs: one row for every key, complete", () => {
  const rows = configDocs(SCHEMA).trimEnd().split("\n");
  assertEquals(rows.length, SCHEMA.settings.length + 2);
  for (const row of rows) assertEquals(row.split("|").length, 7, row);
  for (const { key, title, means, must, fallback, accepts } of SCHEMA.settings) {
    assert(title !== "" && means.endsWith(".") && must !== "", key);
    assert(accepts(fallback), key);
    assert(rows.some((row) => row.includes(`\`${key}\``) && row.includes(means)), key);
  }
});

Deno.test("config init and the table say of each safety mode what passes under it", () => {
  for (const text of [initialConfig(SCHEMA), configDocs(SCHEMA)]) {
    for (const mode of SAFETY_MODES) {
      assertMatch(text, new RegExp(`What passes without asking\\..* ${mode}: .*What destroys passes only by`));
    }
  }
});
