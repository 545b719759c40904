import { parse as parseToml } from "@std/toml/parse";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { checkMembers } from "../../src/config/validate.ts";
import { loadConfig, type Loaded } from "../../src/config/load.ts";
import { configView, diffConfig } from "../../src/config/values.ts";
import { SCHEMA } from "../../src/daemon/features.ts";
import { readSource } from "../../src/config/parse.ts";
import { loadWorkspace } from "../../src/config/workspace.ts";
import { originText } from "../../src/config/origin.ts";
import { homePaths } from "../../src/platform/home_paths.ts";

const NOW = "2026-11-20T10:00:00.000Z";
const OPTIONS = { now: NOW };

function load(text: string): Loaded {
  const bytes = new TextEncoder().encode(text);
  const paths = homePaths("/h");
  const stat = { kind: "file", size: bytes.length, mode: 0o600, uid: 1, inode: 1, device: 1, mtimeMs: 0 } as const;
  return loadConfig({
    schema: SCHEMA,
    paths,
    files: { read: () => bytes, stat: (path) => path === paths.configJsonc ? stat : undefined },
    env: {},
    cwd: "/",
    uid: 1,
  });
}

const rules = (...items: string[]) => `{\n  "approvals": {\n    "rules": [\n${items.join(",\n")}\n    ]\n  }\n}`;
const GOOD = '{ "tool": "Bash", "pattern": "npm test*", "decision": "allow" }';

function problemsOf(text: string, format: "jsonc" | "toml" = "jsonc"): readonly string[] {
  return checkMembers(readSource(text, "/c", format, parseToml), SCHEMA).problems;
}

Deno.test("approvals.rules are read with their values", () => {
  const { config, origins } = load(rules(GOOD, GOOD.replace(" }", ', "agent": "codex" }')));
  const rule = { tool: "Bash", pattern: "npm test*", decision: "allow" } as const;
  assertEquals(config.approvals.rules.map((each) => ({ ...each })), [rule, { ...rule, agent: "codex" }]);
  assertEquals(originText(origins["approvals.rules"]!), "/h/config.jsonc:3:5");
  assert(Object.isFrozen(config.approvals.rules) && Object.isFrozen(config.approvals.rules[0]));
});

Deno.test("a wrong rule is refused with the line, the column and the key of what is wrong", () => {
  const cases: [string, RegExp][] = [
    [
      GOOD.replace('"allow"', '"perhaps"'),
      /^\/c:5:43 approvals\.rules\[1\]\.decision is "perhaps", expected allow or deny$/,
    ],
    ["5", /^\/c:5:1 approvals\.rules\[1\] is 5, expected an object with tool, pattern, decision and perhaps agent$/],
    ['{ "tool": "x", "pattern": "y" }', /^\/c:5:1 approvals\.rules\[1\]\.decision is missing$/],
    [
      GOOD.replace(" }", ', "agnet": "a" }'),
      /^\/c:5:\d+ approvals\.rules\[1\]\.agnet is .*, expected no such member: a rule has/,
    ],
    [GOOD.replace(" }", ', "__proto__": "a" }'), /^\/c:5:\d+ approvals\.rules\[1\]/],
    [GOOD.replace('"Bash"', '""'), /^\/c:5:3 approvals\.rules\[1\]\.tool is "", expected text that is not empty$/],
    [GOOD.replace('"Bash"', "[1]"), /^\/c:5:3 approvals\.rules\[1\]\.tool is an array, expected text$/],
  ];
  for (const [wrong, message] of cases) assertMatch(problemsOf(rules(GOOD, wrong)).join("\n"), message);
  assertEquals(problemsOf('{"approvals": {"rules": {}}}'), [
    "/c:1:16 approvals.rules is an object, expected an array of rules",
  ]);
  assertEquals(problemsOf('{"approvals": {"hook_wait_secs": [1]}}'), [
    "/c:1:16 approvals.hook_wait_secs is an array, expected a number of seconds from 1 to 570, or null",
  ]);
});

Deno.test("config.toml takes rules as [[approvals.rules]]", () => {
  const toml =
    '[approvals]\nhook_wait_secs = 5\n[[approvals.rules]]\ntool = "Bash"\npattern = "a"\ndecision = "deny"\n';
  const { values, problems } = checkMembers(readSource(toml, "/c", "toml", parseToml), SCHEMA);
  assertEquals(problems, []);
  assertEquals(values.get("approvals.rules"), {
    value: [{ tool: "Bash", pattern: "a", decision: "deny" }],
    origin: { kind: "file", place: "/c:3:1" },
  });
  assertMatch(
    problemsOf(toml.replace('"deny"', '"no"'), "toml")[0]!,
    /^\/c:3:1 approvals\.rules\[0\]\.decision is "no", expected allow or deny$/,
  );
});

Deno.test("diffConfig compares lists by what is in them", () => {
  assertEquals(diffConfig(SCHEMA, load(rules(GOOD)).config, load(rules(GOOD)).config), {
    applied: [],
    needsRestart: [],
  });
  assertEquals(diffConfig(SCHEMA, load("{}").config, load(rules(GOOD)).config).applied, ["approvals.rules"]);
  assertEquals(diffConfig(SCHEMA, load("{}").config, load('{"daemon":{"safety_mode":"guarded"}}').config).applied, [
    "daemon.safety_mode",
  ]);
});

Deno.test("A3 a secret in a rule does not show in the view", () => {
  const canary = "sk-ant-canary0123456789";
  const view = JSON.stringify(configView(load(rules(GOOD.replace("npm test*", `login ${canary}`)))));
  assert(!view.includes(canary) && view.includes("login ***"), view);
});

Deno.test("A3 of an agent's environment the names show, and of its words none behind an option that names a secret", () => {
  const words = ["agent", "--api-key", "tulip", "--acp", "--max-tokens", "100", "--token", "--fast", "-x", "plain"];
  const env = ["MODEL=large", "AFTER=hunter2hunter2"];
  const { values } = configView(load(JSON.stringify({ agents: { mine: { command: words, env } } })));
  assertEquals(values["agents.mine.env"]?.value, ["MODEL=***", "AFTER=***"]);
  assertEquals(values["agents.mine.command"]?.value, words.map((word) => word === "tulip" ? "***" : word));
});

Deno.test("A3 what is wrong in an agent's environment is told by its place alone", () => {
  const problems = (agent: unknown) => problemsOf(JSON.stringify({ agents: { mine: agent } })).join("\n");
  const expected = "expected NAME=value, without LD_… and DYLD_…";
  assertMatch(problems({ env: ["A=b", "tulip"] }), /mine\.env\[1\] is another text, expected NAME=value, without LD_/);
  for (
    const env of [["tulip"], ["A=b", "LD_X=tulip"], [`A=${"tulip".repeat(300)}`], "tulip", { A: "tulip" }, [["tulip"]]]
  ) {
    const said = problems({ env });
    assert(said !== "" && !said.includes("tulip"), said);
  }
  assert(problems({ env: [""] }).endsWith(expected));
  const long = problems({ command: ["agent", "--api-key", "tulip".repeat(300)] });
  assert(long.includes("command[2]") && !long.includes("tulip"), long);
});

Deno.test("a workspace says its safety mode and its rules, and nothing else of it is heard", () => {
  const text = `{ "daemon": { "safety_mode": "guarded", "ipc_socket_path": "/evil" }, "gateway": 1, "x": {"y": 1},
  "approvals": { "hook_wait_secs": 1, "rules": [${GOOD.replace("allow", "deny")}] } }`;
  assertEquals(loadWorkspace(text, "/w/c", OPTIONS), {
    safetyMode: "guarded",
    rules: [{
      id: "workspace:1",
      decision: "deny",
      tool: "Bash",
      pattern: "npm test*",
      scope: "always",
      createdAt: NOW,
      by: "workspace",
    }],
    warnings: [
      "/w/c:1:41 daemon.ipc_socket_path is not read from a workspace",
      "/w/c:1:71 gateway is not read from a workspace",
      "/w/c:1:91 x.y is not read from a workspace",
      "/w/c:2:18 approvals.hook_wait_secs is not read from a workspace",
    ],
  });
  assertEquals(loadWorkspace("", "/w/c", OPTIONS), { rules: [], warnings: [] });
});

Deno.test("whatever a workspace's file has that cannot be read makes the mode manual, and its good rules stay", () => {
  for (
    const text of [
      "{,",
      "[]",
      "5",
      '{"daemon": 5}',
      '{"approvals": []}',
      '{"daemon": {"safety_mode": "off"}}',
      '{"approvals": {"rules": 1}}',
      '{"approvals": {"rules": [1]}}',
      "!" + "is a symlink, not a file ".repeat(500),
      "[".repeat(10_000),
    ]
  ) {
    const { safetyMode, warnings } = loadWorkspace(text, "/w/c", OPTIONS);
    assertEquals([safetyMode, warnings.length > 0], ["manual", true], text.slice(0, 40));
    for (const warning of warnings) assert(warning.length < 500, warning);
  }
  const mixed = loadWorkspace(rules("5", GOOD.replace("allow", "deny")), "/w/c", OPTIONS);
  assertEquals([mixed.safetyMode, mixed.rules.map(({ decision }) => decision)], ["manual", ["deny"]]);
});

Deno.test("A4 a workspace's file shows its control characters escaped", () => {
  const { warnings } = loadWorkspace('{"a\\u001b]52;\\n": {"b\\u202e": 1}}', "/w/\u001b[31m", OPTIONS);
  // deno-lint-ignore no-control-regex
  assert(warnings.length > 0 && warnings.every((warning) => !/[\u0000-\u001f\u202e]/.test(warning)), warnings.join());
});
