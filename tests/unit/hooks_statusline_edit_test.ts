/** H3 for the status line: the user's own is kept inside ours and given back. */
import { shellQuote } from "../../src/lib/shell_quote.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse as parseJsonc } from "@std/jsonc";
import fc from "fast-check";
import { shellWords } from "../../src/lib/shell_words.ts";
import { statuslineState, unwrapStatusline, wrapStatusline } from "../../src/agents/claude/statusline_settings.ts";
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { programArgv, statuslineFlags } from "../../src/platform/sandbox.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { codePoint } from "../support/code_point.ts";
import { NASTY } from "./hooks_nasty_settings.ts";

const PROGRAM = ["/usr/local/bin/agent-console", "--home", "/home/u/.agent-console"];
const OTHER = ["/opt/new/agent-console"];

function commandIn(text: string): string {
  return (parseJsonc(text.replace(/^\ufeff/, "")) as { statusLine: { command: string } }).statusLine.command;
}

for (const [name, text] of Object.entries(NASTY)) {
  Deno.test(`H3 a status line of ours comes and goes: ${name}`, () => {
    const once = wrapStatusline(text, PROGRAM);
    assertEquals(wrapStatusline(once, PROGRAM), once);
    assertEquals([statuslineState(text, PROGRAM).state, statuslineState(once, PROGRAM).state], ["absent", "installed"]);
    assertEquals(commandIn(once), `${shellQuote(PROGRAM)} statusline`);
    const back = unwrapStatusline(once, PROGRAM, { before: text });
    assertEquals(back.replace(/\{\s*\}/g, "{}").trim() || "{}", text.replace(/\{\s*\}/g, "{}").trim() || "{}");
    if (text.includes("\r\n")) assert(!/[^\r]\n/.test(once));
  });
}

/** Status lines as people have them; the spelling is not always what JSON.stringify writes. */
const LINES: Readonly<Record<string, string>> = {
  script:
    `{\n  "statusLine": { "type": "command", "command": "~/.claude/statusline.sh", "padding": 0 },\n  "a": 1\n}\n`,
  "quotes, pipes, variables":
    `{\n\t// mine\n\t"statusLine": {\n\t\t"type": "command",\n\t\t"command": "jq -r '.model.display_name' | tr '\\n' ' ' && echo \\"$USER\\" it\\u0027s \\/x"\n\t}\n}`,
  "one line": `{"statusLine":{"type":"command","command":"bash -c 'a \\"b\\"'","refreshInterval":5},"z":0}`,
  "several lines": `{"statusLine":{"type":"command","command":"a\\nb # c\\n"}}`,
  empty: `{"statusLine":{"type":"command","command":""}}`,
  null: `{\n  "statusLine": null\n}\n`,
};

for (const [name, text] of Object.entries(LINES)) {
  Deno.test(`H3 the user's own status line is kept byte for byte inside ours, and given back: ${name}`, async () => {
    const once = wrapStatusline(text, PROGRAM);
    assertEquals(wrapStatusline(once, PROGRAM), once);
    assertEquals(unwrapStatusline(once, PROGRAM, { before: text }), text);
    const settings = parseJsonc(text) as { statusLine: { command: string } | null };
    if (settings.statusLine === null) return;
    const printed = await new Deno.Command("/bin/sh", {
      args: ["-c", `set -- ${commandIn(once)}; for word; do printf '%s\\0' "$word"; done`],
      signal: AbortSignal.timeout(10_000),
    }).output();
    const words = new TextDecoder().decode(printed.stdout).split("\0").slice(0, -1);
    assertEquals(words, [...PROGRAM, "statusline", "--", "/bin/sh", "-c", settings.statusLine.command]);
    // All but the command is as it was.
    const { command: _1, ...now } = (parseJsonc(once) as { statusLine: Record<string, unknown> }).statusLine;
    const { command: _2, ...was } = settings.statusLine as Record<string, unknown>;
    assertEquals(now, was);
  });
}

Deno.test("H3 a status line of an earlier version, which named its shell without a path, is ours too", () => {
  const text = LINES["script"]!;
  const once = wrapStatusline(text, PROGRAM);
  const old = once.replace("-- /bin/sh -c", "-- sh -c");
  assert(old !== once);
  assertEquals(unwrapStatusline(old, PROGRAM, { before: text }), text);
  assertEquals(wrapStatusline(old, PROGRAM), once);
});

Deno.test("H3 an older program of ours is replaced, with what it holds; a stranger's is wrapped like any other", () => {
  const text = LINES["script"]!;
  const old = wrapStatusline(text, PROGRAM);
  assertEquals(statuslineState(old, OTHER).state, "outdated");
  assertEquals(wrapStatusline(old, OTHER), wrapStatusline(text, OTHER));
  assertEquals(unwrapStatusline(wrapStatusline(old, OTHER), undefined, { before: text }), text);
  const stranger = `{"statusLine":{"type":"command","command":"/opt/hub statusline -- sh -c x"}}`;
  assertEquals(statuslineState(stranger, PROGRAM).state, "absent");
  assertEquals(unwrapStatusline(stranger, PROGRAM), stranger);
  assertEquals(
    unwrapStatusline(stranger, PROGRAM, { earlier: [["/opt/hub"]] }),
    `{"statusLine":{"type":"command","command":"x"}}`,
  );
});

Deno.test("H3 a status line under deno's flags is known by the token that it may not read", () => {
  const paths = homePaths("/home/u/.agent-console");
  const flags = statuslineFlags({ paths, socketPath: paths.socket, env: ["HOME"] });
  const source = { form: "source", deno: "/usr/bin/deno", entry: "/app/main.ts" } as const;
  const program = programArgv(source, flags, ["--home", paths.root]);
  const text = LINES["script"]!;
  assertEquals(unwrapStatusline(wrapStatusline(text, program), undefined, { before: text }), text);
  const bare = `{"statusLine":{"type":"command","command":"deno run /elsewhere/main.ts statusline"}}`;
  assertEquals(unwrapStatusline(bare, PROGRAM), bare);
});

Deno.test("H3 a status line by the stub is short, known without a backup, and takes the place of the form with all flags", () => {
  const stub = stubArgv("/home/u/.local/share/agent-console", "/home/u/.agent-console", "statusline");
  const text = LINES["script"]!;
  const paths = homePaths("/home/u/.agent-console");
  const flags = statuslineFlags({ paths, socketPath: paths.socket, env: ["HOME"] });
  const launcher = [
    "/bin/sh",
    "-c",
    '[ -f "$0" ] && [ -r "$0" ] || exit 0; . "$0"',
    "/app/install/statusline_launcher.sh",
  ];
  const source = { form: "source", deno: "/usr/bin/deno", entry: "/app/main.ts" } as const;
  const former = wrapStatusline(text, [...launcher, ...programArgv(source, flags, ["--home", paths.root])]);
  assertEquals(statuslineState(former, stub).state, "outdated");
  const now = wrapStatusline(former, stub);
  assertEquals([now, statuslineState(now, stub).state], [wrapStatusline(text, stub), "installed"]);
  assert(commandIn(now).length < 250, commandIn(now));
  assertEquals(unwrapStatusline(now, undefined, { before: text }), text);
  assertEquals(statuslineState(now, stubArgv("/srv/agent-console", "/home/u/other", "statusline")).state, "outdated");
  const hook = wrapStatusline(text, stubArgv("/home/u/.local/share/agent-console", paths.root));
  assertEquals(statuslineState(hook, stub).state, "absent", "the hooks' stub is no status line");
});

Deno.test("H3 what is no command is not touched: it is refused by name", () => {
  for (const value of ["5", '"x"', "[]", "{}", '{"type":"static","text":"x"}', '{"type":"command","command":5}']) {
    const text = `{"statusLine":${value}}`;
    assertThrows(() => wrapStatusline(text, PROGRAM, { file: "/s.json" }), ConsoleError, "/s.json has a statusLine of");
    assertEquals([statuslineState(text, PROGRAM).state, unwrapStatusline(text, PROGRAM)], ["absent", text]);
  }
  assertEquals(statuslineState('{"a":', PROGRAM).state, "unreadable");
  assertThrows(() => unwrapStatusline('{"a":', PROGRAM), ConsoleError, "not valid JSON");
  assertThrows(() => wrapStatusline('{"a":', PROGRAM), ConsoleError, "not valid JSON");
  assertThrows(() => wrapStatusline("[]", PROGRAM), ConsoleError, "no object");
});

Deno.test("shellWords: the inverse of serialise; undefined where a shell would do more", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: codePoint, minLength: 0 })), (argv) => {
    if (argv.some((word) => word.includes("\0"))) return;
    assertEquals(shellWords(shellQuote(argv)), argv);
  }));
  assertEquals(shellWords(`a  "b c"'d'\\e`), ["a", "b cde"]);
  for (
    const line of ["a;b", "a|b", "$(x)", "a `b`", '"$(x)"', "a # b", "*", "'open", '"open', "a \\", "(a)", "a\nb"]
  ) {
    assertEquals(shellWords(line), undefined, line);
  }
});
