import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parse as parseJsonc } from "@std/jsonc";
import fc from "fast-check";
import { installed, statusOf, uninstalled } from "../../src/agents/hooks_edit.ts";
import { CLAUDE_HOOKS, hooksMarkdown } from "../../src/agents/hooks_table.ts";
import { homePaths } from "../../src/platform/home.ts";
import { hookFlags, programArgv } from "../../src/platform/sandbox.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { NASTY } from "./agents_nasty_settings.ts";

const PROGRAM = ["/usr/local/bin/agent-console"];

type Settings = { hooks: Record<string, { matcher?: string; hooks: { command: string; args?: string[] }[] }[]> };

function read(text: string): Settings {
  return parseJsonc(text.replace(/^\ufeff/, "")) as Settings;
}

for (const [name, text] of Object.entries(NASTY)) {
  Deno.test(`H3 installing twice is installing once: ${name}`, () => {
    const once = installed(text, PROGRAM);
    assertEquals(installed(once, PROGRAM), once);
    assertEquals(statusOf(once, PROGRAM).state, name.includes("disabled") ? "disabled" : "installed");
    for (const row of CLAUDE_HOOKS) {
      const ours = read(once).hooks[row.event]!.flatMap((g) => g.hooks).filter((h) => h.command === PROGRAM[0]);
      assertEquals(ours.length, 1, row.event);
    }
  });

  Deno.test(`H3 taking our entries out one by one gives the text back: ${name}`, () => {
    const back = uninstalled(installed(text, PROGRAM), PROGRAM, { before: text });
    // an empty text and the white space of an empty object cannot be known again without the backup
    assertEquals(back.replace(/\{\s*\}/g, "{}").trim() || "{}", text.replace(/\{\s*\}/g, "{}").trim() || "{}");
  });

  Deno.test(`H3 comments, line endings, other hooks and the order of keys survive: ${name}`, () => {
    const now = installed(text, PROGRAM);
    assertEquals(now.startsWith("\ufeff"), text.startsWith("\ufeff"));
    if (text.includes("\r\n")) assert(!/[^\r]\n/.test(now));
    for (const comment of text.match(/\/\/.*|\/\*[\s\S]*?\*\//g) ?? []) assertStringIncludes(now, comment.trim());
    if (text.trim() === "") return;
    let at = 0; // what was there is there still, in its order: the installed text with insertions left out
    for (const char of text.replace(/\s/g, "")) {
      at = now.indexOf(char, at) + 1;
      assert(at > 0, char);
    }
  });
}

Deno.test("H3 indentation follows the file", () => {
  assertStringIncludes(installed(NASTY["tabs"]!, PROGRAM), '\n\t"hooks": {\n\t\t"SessionStart": [\n\t\t\t{');
  assertStringIncludes(installed('{\n    "a": 1\n}\n', PROGRAM), '\n    "hooks": {\n        "SessionStart"');
  assert(!installed(NASTY["one line"]!, PROGRAM).includes("\n"));
});

Deno.test("H3 an older command of ours is replaced in place, a stranger's is not touched", () => {
  const stranger = { type: "command", command: "/opt/other/hub", args: ["hook", "claude"] };
  const old = { type: "command", command: "/old/agent-console", args: ["hook", "claude"] };
  const shell = { type: "command", command: "'/old place/agent-console' hook claude" };
  const text = JSON.stringify({
    hooks: { Stop: [{ hooks: [stranger, old] }, { hooks: [stranger] }], PreCompact: [{ hooks: [shell] }] },
  });
  assertEquals(statusOf(text, PROGRAM).state, "outdated");
  const now = read(installed(text, PROGRAM));
  assertEquals(now.hooks["Stop"]!.map((g) => g.hooks.map((h) => h.command)), [
    [stranger.command, PROGRAM[0]!],
    [stranger.command],
  ]);
  assertEquals(now.hooks["PreCompact"], undefined);
  const left = read(uninstalled(text));
  assertEquals(left, { hooks: { Stop: [{ hooks: [stranger] }, { hooks: [stranger] }] } } as unknown as Settings);
});

/** What `hooks install` of a program that Deno runs writes, less its last words `--home /h hook claude`. */
const DENO = programArgv(
  { form: "source", deno: "/usr/bin/deno", entry: "/src/main.ts" },
  hookFlags({ paths: homePaths("/h"), socketPath: "/h/daemon.sock", starter: "/usr/bin/deno", env: ["HOME"] }),
  [],
).slice(1);

Deno.test("H3 entries of other programs are never taken for ours", () => {
  const words = ["hook", "claude"];
  const strangers = [
    { command: "/usr/bin/deno", args: ["run", "/opt/other-tool/main.ts", ...words] },
    { command: "/usr/bin/deno", args: ["run", "/opt/other-tool/main.ts", "--home", "/h", ...words] },
    { command: "/usr/bin/deno", args: [...DENO, "--home", "/other", ...words] },
    { command: "/opt/agent-console-plugins/hub", args: words },
    { command: "/opt/hub", args: ["--for", "/usr/bin/agent-console", ...words] },
    { command: "/usr/bin/agent-console-lint hook claude" },
    { command: "cd /src/agent-console && ./hub hook claude" },
    { command: "/usr/bin/agent-console", args: ["hook", "codex"] },
    { command: "/usr/bin/agent-console hook" },
  ].map((handler) => ({ type: "command", ...handler }));
  const text = JSON.stringify({ hooks: { Stop: [{ hooks: strangers }] } });
  assertEquals(statusOf(text, PROGRAM).state, "absent");
  assertEquals(read(installed(text, PROGRAM)).hooks["Stop"]![0]!.hooks, strangers);
  assertEquals(uninstalled(text, PROGRAM), text);
});

Deno.test("H3 our entries are known by their sandbox, their name and the programs of the backup", () => {
  const words = ["hook", "claude"];
  const ours = [
    { command: "/usr/bin/deno", args: [...DENO, "--home", "/h", ...words] },
    { command: "/opt/agent-console", args: ["--home", "/h", ...words] },
    { command: "/renamed/ac", args: ["--home", "/h", ...words] },
    { command: '"/old place/agent-console" --home "/the home" hook claude' },
    { command: "agent-console --home=/h hook claude" },
  ].map((handler) => ({ type: "command", ...handler }));
  const text = JSON.stringify({ hooks: { Stop: [{ hooks: ours }] } });
  assertEquals(uninstalled(text, PROGRAM, { earlier: [["/renamed/ac", "--home", "/h"]] }), "{}");
});

Deno.test("H3 the status says what is missing, outdated, switched off or unreadable", () => {
  assertEquals(statusOf("", PROGRAM).state, "absent");
  assertEquals(statusOf("{]", PROGRAM).state, "unreadable");
  assertEquals(statusOf('{"hooks":[]}', PROGRAM).state, "unreadable");
  const full = installed("{}", PROGRAM);
  assertEquals(statusOf(full, ["/elsewhere/agent-console"]).state, "outdated");
  const settings = read(full);
  delete settings.hooks["Stop"];
  assertEquals(statusOf(JSON.stringify(settings), PROGRAM), { state: "partly", missing: ["Stop"], outdated: [] });
  assertEquals(statusOf(JSON.stringify({ ...settings, disableAllHooks: true }), PROGRAM).state, "disabled");
});

Deno.test("H3 a file that is no JSON object is refused with its place", () => {
  const refused = (text: string) =>
    assertThrows(() => installed(text, PROGRAM, { file: "/x/settings.json" }), ConsoleError).message;
  assertEquals(refused('{\n  "a": 1,\n  b\n}'), refused('{\n  "a": 1,\n  b\n}'));
  assertStringIncludes(refused('{\n  "a": 1,\n  b\n}'), "/x/settings.json: is not valid JSON (line 3, column 3");
  assertStringIncludes(refused("[]"), "is an array, must be an object");
  assertStringIncludes(refused("null"), "is null, must be an object");
  assertStringIncludes(refused('{"hooks":{"Stop":{}}}'), "hooks.Stop is an object, must be an array");
  assertThrows(() => installed("{}", ["agent-console"]), ConsoleError, "must be an absolute path");
});

Deno.test("H3 any settings object survives install and uninstall", () => {
  const group = fc.record({ matcher: fc.string(), hooks: fc.array(fc.record({ command: fc.string() })) });
  const settings = fc.record({
    a: fc.jsonValue(),
    hooks: fc.dictionary(fc.constantFrom("Stop", "PreToolUse", "Other"), fc.array(group)),
    z: fc.jsonValue(),
  }, { requiredKeys: [] });
  fc.assert(
    fc.property(settings, fc.constantFrom("", "  ", "\t", "    "), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const now = installed(text, PROGRAM);
      assertEquals(installed(now, PROGRAM), now);
      assertEquals(uninstalled(now, PROGRAM, { before: text }), text);
    }),
    { numRuns: 40 },
  );
});

Deno.test("every hook has an explicit timeout and its reason, and the table reads as Markdown", () => {
  for (const row of CLAUDE_HOOKS) assert(row.timeout > 0 && row.timeout <= 60 && row.why !== "");
  assertEquals(new Set(CLAUDE_HOOKS.map((row) => row.event)).size, CLAUDE_HOOKS.length);
  assertEquals(hooksMarkdown().trim().split("\n").length, CLAUDE_HOOKS.length + 2);
});
