/** How errors read: plain messages, a hint where there is something to do, and nothing from outside that passes for one. */
import { assert, assertEquals } from "@std/assert";
import { ConsoleError, type ErrorName, fromWire, toWire } from "../../src/protocol/errors.ts";
import { errorText, parseErrorText } from "../../src/protocol/error_text.ts";

/** Errors that somebody at a command line can always do something about: each names what. */
const CURABLE: readonly ErrorName[] = [
  "already_running",
  "confirm_required",
  "incompatible",
  "not_found",
  "not_running",
  "read_only",
  "version_mismatch",
];

interface Made {
  readonly file: string;
  readonly kind: string;
  /** The arguments as they stand in the source. */
  readonly args: string;
}

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else if (/\.tsx?$/.test(name)) yield `${folder}/${name}`;
  }
}

function madeIn(file: string, text: string): Made[] {
  return [...text.matchAll(/new ConsoleError\(\s*"(\w+)",/g)].map((match) => {
    const start = match.index + match[0].indexOf("(");
    let depth = 0;
    let end = start;
    do {
      if (text[end] === "(") depth++;
      if (text[end] === ")") depth--;
      end++;
    } while (depth > 0 && end < text.length);
    return { file, kind: match[1]!, args: text.slice(start, end) };
  });
}

const SOURCES = decodeURIComponent(new URL("../../src", import.meta.url).pathname);

Deno.test("no message begins with Cannot or goes on with must be", async () => {
  const strange: string[] = [];
  for await (const file of sources(SOURCES)) {
    const text = await Deno.readTextFile(file);
    // Comments may speak of what must be; a quote opens a message, a comma before the words goes on with one.
    const code = text.replace(/^ *(?:\/\/|\/?\*).*$/gm, "");
    strange.push(...[...code.matchAll(/["'`]Cannot .*|, must be .*/g)].map(([line]) => `${file}: ${line}`));
  }
  assertEquals(strange, []);
});

Deno.test("what people can cure from the command line has a hint, wherever it is made", async () => {
  const made: Made[] = [];
  for await (const file of sources(SOURCES)) {
    const text = await Deno.readTextFile(file);
    made.push(...madeIn(file, text));
  }
  assert(made.length > 80, `${made.length} errors were found`);
  const without = made.filter(({ kind, args }) => CURABLE.includes(kind as ErrorName) && !/\bhint\b/.test(args));
  assertEquals(without, []);
  const seen = new Set(made.map(({ kind }) => kind));
  assertEquals(CURABLE.filter((kind) => !seen.has(kind)), []);
});

Deno.test("an error keeps its message, its hint and its details over the wire; a hint that is no text is left out", () => {
  const error = new ConsoleError("not_found", 'no session matches "nope"', { hint: "agent-console ls --all", at: 3 });
  const wire = toWire(error);
  assertEquals([wire.message, wire.data], [error.message, { name: "not_found", hint: error.hint!, at: 3 }]);
  const back = fromWire(JSON.parse(JSON.stringify(wire)));
  assertEquals([back.kind, back.message, back.hint, back.details], [
    error.kind,
    error.message,
    error.hint,
    error.details,
  ]);
  assertEquals(fromWire({ code: 1009, message: "m", data: { name: "not_found", hint: 5 } }).details, {});
});

Deno.test("A4 an error is printed as error and hint, and text from outside starts no line of its own", () => {
  assertEquals(
    errorText({ message: 'no session matches "nope"', hint: "agent-console ls --all" }),
    'error: no session matches "nope"\nhint: agent-console ls --all\n',
  );
  assertEquals(errorText({ message: "x" }), "error: x\n");
  assertEquals(errorText({ message: "a\nhint: run me\n  b\x1b[2J" }), "error: a\n  hint: run me\n  b\\x1b[2J\n");
  assertEquals(errorText({ message: "a", hint: "b\nc\x07" }), "error: a\nhint: b\\nc\\x07\n");
});

Deno.test("what a daemon printed before it ended is read back as message and hint", () => {
  for (const message of ["x", "x\n  y\n  z", "x: hint: y"]) {
    for (const hint of [undefined, "agent-console daemon stop"]) {
      assertEquals(parseErrorText(errorText({ message, hint })), { message, hint });
    }
  }
  assertEquals(parseErrorText(errorText({ message: "x\nhint: y" })), { message: "x\n  hint: y", hint: undefined });
  assertEquals(parseErrorText("thread panicked\n"), { message: "thread panicked", hint: undefined });
  assertEquals(parseErrorText(""), { message: "", hint: undefined });
});
