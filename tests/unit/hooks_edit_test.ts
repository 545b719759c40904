import { shellQuote } from "../../src/lib/shell_quote.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { HOOK_SPECS } from "../../src/agents/registry.ts";
import {
  DECISION_TIMEOUT_S,
  hookArgvs,
  hooksMarkdown,
  type JsonHooks,
  rowsOf,
} from "../../src/agents/shared/hook_spec.ts";
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { addEntries, removeEntries, statusOf } from "../../src/settings/hook_entries.ts";
import { shellWords } from "../../src/lib/shell_words.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { hookFlags, programArgv } from "../../src/platform/sandbox.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { type Handler, JSON_AGENTS, nastyFor, read, REFUSED } from "./hooks_agents.ts";

const PROGRAM = stubArgv("/home/u/.local/share/agent-console", "/home/u/.agent-console");
const OTHER = stubArgv("/elsewhere/agent-console", "/home/u/.agent-console");

function isOurs(agent: JsonHooks, handler: Handler): boolean {
  const words = handler.args ? [handler.command ?? "", ...handler.args] : shellWords(handler.command ?? "") ?? [];
  return hookArgvs(agent, PROGRAM).some((argv) => words.join(" ") === argv.join(" "));
}

for (const agent of JSON_AGENTS) {
  for (const [name, text] of nastyFor(agent)) {
    Deno.test(`H3 ${agent.name}: installing twice is installing once: ${name}`, () => {
      const once = addEntries(agent, text, PROGRAM);
      assertEquals(addEntries(agent, once, PROGRAM), once);
      const off = agent.name === "claude" && name.includes("disabled");
      assertEquals(statusOf(agent, once, PROGRAM).state, off ? "disabled" : "installed");
      for (const { event } of agent.rows) {
        assertEquals(read(agent, once)[event]!.filter((handler) => isOurs(agent, handler)).length, 1, event);
      }
    });

    Deno.test(`H3 ${agent.name}: taking our entries out one by one gives the text back: ${name}`, () => {
      const back = removeEntries(agent, addEntries(agent, text, PROGRAM), PROGRAM, { before: text });
      // an empty text and the white space of an empty object cannot be known again without the backup
      assertEquals(back.replace(/\{\s*\}/g, "{}").trim() || "{}", text.replace(/\{\s*\}/g, "{}").trim() || "{}");
    });

    Deno.test(`H3 ${agent.name}: comments, line endings, other hooks and the order of keys survive: ${name}`, () => {
      const now = addEntries(agent, text, PROGRAM);
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

  Deno.test(`H3 ${agent.name}: an older entry of ours is replaced in place, a stranger's is not touched`, () => {
    const event = agent.rows.at(-1)!.event;
    const wrap = (...handlers: unknown[]) => agent.layout === "flat" ? handlers : [{ hooks: handlers }];
    const stranger = { type: "command", command: `/opt/other/hub hook ${agent.name}`, timeout: 1 };
    const old = { type: "command", command: `'/old place/agent-console' --home /h hook ${agent.name}` };
    const text = JSON.stringify({ hooks: { [event]: wrap(stranger, old), Gone: wrap(old) } });
    assertEquals(statusOf(agent, text, PROGRAM).state, "outdated");
    const now = read(agent, addEntries(agent, text, PROGRAM));
    assertEquals(now[event]![0], stranger);
    assert(isOurs(agent, now[event]![1]!) && now[event]!.length === 2);
    assertEquals(now["Gone"], undefined);
    assertEquals(JSON.parse(removeEntries(agent, text)), { hooks: { [event]: wrap(stranger) } });
  });

  Deno.test(`H3 ${agent.name}: a changed timeout, and a moved program, are outdated and renewed`, () => {
    const full = addEntries(agent, "{}", PROGRAM);
    assertEquals(statusOf(agent, full, OTHER).state, "outdated");
    const slow = full.replace(/("timeout":) ?\d+/, "$1 77");
    assertEquals(statusOf(agent, slow, PROGRAM).outdated.length, 1);
    assertEquals(addEntries(agent, slow, PROGRAM).replaceAll(/\s/g, ""), full.replaceAll(/\s/g, ""));
    const moved = addEntries(agent, full, OTHER);
    assertEquals(statusOf(agent, moved, OTHER).state, "installed");
    assert(!moved.includes(PROGRAM.at(-1)!));
  });

  Deno.test(`H3 ${agent.name}: the status says what is missing or unreadable`, () => {
    const event = agent.rows.at(-1)!.event;
    assertEquals(statusOf(agent, "", PROGRAM).state, "absent");
    assertEquals(statusOf(agent, "{]", PROGRAM).state, "unreadable");
    assertEquals(statusOf(agent, '{"hooks":[]}', PROGRAM).state, "unreadable");
    const settings = JSON.parse(addEntries(agent, "{}", PROGRAM));
    delete settings.hooks[event];
    assertEquals(statusOf(agent, JSON.stringify(settings), PROGRAM), {
      state: "partly",
      missing: [event],
      outdated: [],
    });
  });

  Deno.test(`H3 ${agent.name}: a file that is no JSON object is refused with its place`, () => {
    const refused = (text: string) =>
      assertThrows(() => addEntries(agent, text, PROGRAM, { file: "/x/settings.json" }), ConsoleError);
    const { kind, message } = refused('{\n  "a": 1,\n  b\n}');
    assertStringIncludes(message, "/x/settings.json is not valid JSON (line 3, column 3");
    assertEquals(kind, "config_invalid");
    assertStringIncludes(refused("[]").message, "is an array, expected an object");
    assertStringIncludes(refused("null").message, "is null, expected an object");
    const event = agent.rows[0]!.event;
    const shape = refused(JSON.stringify({ hooks: { [event]: {} } })).message;
    assertStringIncludes(shape, `hooks.${event} that is an object, expected an array`);
    assertThrows(() => addEntries(agent, "{}", ["agent-console"]), ConsoleError, "expected an absolute path");
  });

  Deno.test(`H3 ${agent.name}: any settings object survives install and uninstall`, () => {
    const handler = fc.record({ command: fc.string() });
    const entry = agent.layout === "flat" ? handler : fc.record({ matcher: fc.string(), hooks: fc.array(handler) });
    const names = fc.constantFrom(agent.rows[0]!.event, agent.rows.at(-1)!.event, "Other");
    const hooks = fc.dictionary(names, fc.array<unknown>(entry));
    const settings = agent.onlyKeys === undefined
      ? fc.record({ a: fc.jsonValue(), hooks, z: fc.jsonValue() }, { requiredKeys: [] })
      : fc.record({ description: fc.string(), hooks }, { requiredKeys: [] });
    fc.assert(
      fc.property(settings, fc.constantFrom("", "  ", "\t", "    "), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const now = addEntries(agent, text, PROGRAM);
        assertEquals(addEntries(agent, now, PROGRAM), now);
        assertEquals(removeEntries(agent, now, PROGRAM, { before: text }), text);
      }),
      { numRuns: 30 },
    );
  });

  Deno.test(`H3 ${agent.name}: every row has a timeout and its reason, and the table reads as Markdown`, () => {
    for (const row of agent.rows) assert(row.timeout > 0 && row.timeout <= DECISION_TIMEOUT_S && row.why !== "");
    assertEquals(new Set(agent.rows.map((row) => row.event)).size, agent.rows.length);
    const lines = hooksMarkdown(agent).trim().split("\n");
    assertEquals(lines.filter((line) => line.startsWith("|")).length, agent.rows.length + 2);
    assertStringIncludes(lines[0]!, `hooks install ${agent.name}`);
  });

  Deno.test(`H3 ${agent.name}: with policy the hook before a tool may wait for a decision`, () => {
    const [row, ...more] = agent.rows.filter((row) => row.policy);
    assert(row !== undefined && more.length === 0);
    const timeout = (policy: boolean) =>
      read(agent, addEntries(agent, "{}", PROGRAM, { policy }))[row.event]![0]!.timeout;
    const unit = agent.name === "gemini" ? 1000 : 1;
    assertEquals([timeout(false), timeout(true)], [row.timeout * unit, DECISION_TIMEOUT_S * unit]);
    assertEquals(statusOf(agent, addEntries(agent, "{}", PROGRAM), PROGRAM, { policy: true }).outdated, [row.event]);
    assertEquals(rowsOf(agent).find(({ policy }) => policy)?.timeout, row.timeout);
  });
}

Deno.test("H3 rows that wait for a human have room above every wait of ours, and each agent is named once", () => {
  const waits = JSON_AGENTS.map((agent) =>
    agent.rows.filter((row) => row.timeout === DECISION_TIMEOUT_S).map((row) => row.event)
  );
  assertEquals(waits, [["PermissionRequest", "Elicitation"], ["PermissionRequest"], [], [
    "beforeShellExecution",
    "beforeMCPExecution",
  ]]);
  assertEquals(new Set(HOOK_SPECS.map(({ name }) => name)).size, HOOK_SPECS.length);
});

Deno.test("H3 a version that we brought goes with us, one that was there or that others need stays", () => {
  const cursor = JSON_AGENTS.find(({ name }) => name === "cursor")!;
  const own = addEntries(cursor, "{}", PROGRAM);
  assertEquals(removeEntries(cursor, own, PROGRAM, { before: "{}" }).replace(/\s/g, ""), "{}");
  assertEquals(removeEntries(cursor, own, PROGRAM).replace(/\s/g, ""), '{"version":1}');
  const theirs = own.replace('"hooks": {', '"hooks": {\n    "afterFileEdit": [{ "command": "x" }],');
  assertEquals(JSON.parse(removeEntries(cursor, theirs, PROGRAM, { before: "{}" })), {
    version: 1,
    hooks: { afterFileEdit: [{ command: "x" }] },
  });
  const kept = '{"version":1,"hooks":{}}';
  assertEquals(removeEntries(cursor, addEntries(cursor, kept, PROGRAM), PROGRAM, { before: kept }), kept);
  assertEquals(statusOf(cursor, own.replace(/"version": 1,?/, ""), PROGRAM).missing, ["version"]);
});

Deno.test("H3 a file that Codex would refuse as a whole is refused by us, and our entries come out of it all the same", () => {
  const codex = JSON_AGENTS.find(({ name }) => name === "codex")!;
  for (const [text, why] of REFUSED) {
    const error = assertThrows(() => addEntries(codex, text, PROGRAM), ConsoleError, why);
    assertEquals(error.kind, "config_invalid");
    assertEquals(statusOf(codex, text, PROGRAM).state, "absent");
  }
  const spoilt = addEntries(codex, '{"hooks":{}}', PROGRAM).replace("{", "{// mine\n");
  assertEquals(statusOf(codex, spoilt, PROGRAM).state, "unreadable");
  assertEquals(removeEntries(codex, spoilt, PROGRAM, { before: '{"hooks":{}}' }), '{// mine\n"hooks":{}}');
});

Deno.test("H3 hooks that the settings switch off are disabled", () => {
  const state = (name: string, settings: Record<string, unknown>) => {
    const agent = JSON_AGENTS.find((one) => one.name === name)!;
    return statusOf(agent, addEntries(agent, JSON.stringify(settings), PROGRAM), PROGRAM).state;
  };
  assertEquals(state("claude", { disableAllHooks: true }), "disabled");
  assertEquals(state("gemini", { hooksConfig: { enabled: false } }), "disabled");
  assertEquals(state("gemini", { hooksConfig: { disabled: ["agent-console"] } }), "disabled");
  assertEquals(state("gemini", { hooksConfig: { disabled: ["other"] }, hooks: { enabled: true } }), "installed");
});

/** What `hooks install` of a program that Deno runs writes, less its last words `--home /h hook NAME`. */
const DENO = programArgv(
  { form: "source", deno: "/usr/bin/deno", entry: "/src/main.ts" },
  hookFlags({ paths: homePaths("/h"), socketPath: "/h/daemon.sock", starter: "/usr/bin/deno", env: ["HOME"] }),
  [],
).slice(1);

/** The same handlers as `args` and as a shell line. */
function bothWays(agent: JsonHooks, handlers: readonly Handler[]): Handler[] {
  const lines = handlers.flatMap(({ command, args }) =>
    args ? [{ command: shellQuote([command ?? "", ...args]) }] : []
  );
  return agent.name === "claude" ? [...handlers, ...lines] : [...lines, ...handlers];
}

for (const agent of JSON_AGENTS) {
  const event = agent.rows.at(-1)!.event;
  const inList = (handlers: Handler[]) =>
    JSON.stringify({
      ...(agent.version === undefined ? {} : { version: agent.version }),
      hooks: { [event]: agent.layout === "flat" ? handlers : [{ hooks: handlers }] },
    });
  const words = ["hook", agent.name];

  Deno.test(`H3 ${agent.name}: entries of other programs are never taken for ours`, () => {
    const strangers = bothWays(agent, [
      { command: "/usr/bin/deno", args: ["run", "/opt/other-tool/main.ts", ...words] },
      { command: "/usr/bin/deno", args: ["run", "/opt/other-tool/main.ts", "--home", "/h", ...words] },
      { command: "/usr/bin/deno", args: [...DENO, "--home", "/other", ...words] },
      { command: "/opt/agent-console-plugins/hub", args: words },
      { command: "/opt/hub", args: ["--for", "/usr/bin/agent-console", ...words] },
      { command: `/usr/bin/agent-console-lint hook ${agent.name}` },
      { command: `cd /src/agent-console && ./hub hook ${agent.name}` },
      { command: `/x/agent-console hook ${agent.name} | tee log` },
      { command: `$(which agent-console) hook ${agent.name}` },
      { command: "/usr/bin/agent-console", args: ["hook", "nobody"] },
      { command: "/opt/agent-console/hook", args: [agent.name, "report"] },
      { command: "/bin/sh", args: ["-c", ". $0", "/x/agent-console/hook", agent.name, "report"] },
      { command: "/bin/sh", args: [...PROGRAM.slice(1), "nobody", "report"] },
      { command: "/bin/sh", args: [...PROGRAM.slice(1), agent.name, "--help"] },
      { command: "/bin/sh", args: [...PROGRAM.slice(1), "--home", "/h", "--more", agent.name, "report"] },
      { command: "/usr/bin/agent-console hook" },
    ]);
    const text = inList(strangers);
    assertEquals(statusOf(agent, text, PROGRAM).state, "absent");
    assertEquals(read(agent, addEntries(agent, text, PROGRAM))[event]!.slice(0, strangers.length), strangers);
    assertEquals(removeEntries(agent, text, PROGRAM), text);
  });

  Deno.test(`H3 ${agent.name}: our entries are known by their sandbox, their name and the programs of the backup`, () => {
    const ours = bothWays(agent, [
      { command: "/usr/bin/deno", args: [...DENO, "--home", "/h", ...words] },
      { command: "/opt/agent-console", args: ["--home", "/h", ...words] },
      { command: "/bin/sh", args: [...OTHER.slice(1), agent.name, "ask"] },
      { command: "/bin/sh", args: [...PROGRAM.slice(1), "--home", "/h", agent.name, "report"] },
      { command: "/renamed/ac", args: ["--home", "/h", ...words] },
      { command: `"/old place/agent-console" --home "/the home" hook ${agent.name}` },
      { command: `agent-console --home=/h hook ${agent.name}` },
      { command: `~/bin/agent-console hook ${agent.name} ` },
      { command: `"$HOME/bin/agent-console" hook ${agent.name}` },
    ]);
    const left = removeEntries(agent, inList(ours), PROGRAM, { earlier: [["/renamed/ac", "--home", "/h"]] });
    assertEquals(JSON.parse(left).hooks, undefined);
  });
}

Deno.test("H3 a serialised command line is read back as the same words", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("a'b", '"', "$HOME", "\\", "", "a\nb", "*", "~", "{x,y}", "`x`"));
  fc.assert(fc.property(fc.array(word, { minLength: 1 }), (words) => {
    assertEquals(shellWords(shellQuote(words)), words);
  }));
});
