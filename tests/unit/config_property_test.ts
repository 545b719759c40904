import { parse as parseToml } from "@std/toml/parse";
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { type ParseError, parseTree } from "jsonc-parser";
import { checkMembers } from "../../src/config/validate.ts";
import { JsoncError, readJsonc } from "../../src/config/jsonc.ts";
import { nearestWord } from "../../src/lib/did_you_mean.ts";
import { type Format, readSource } from "../../src/config/parse.ts";
import { originText } from "../../src/config/origin.ts";
import { SCHEMA } from "../../src/daemon/features.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { codePoint } from "../support/code_point.ts";

/** Words that make nesting, near misses and prototype tricks likely. */
const word = fc.oneof(
  fc.constantFrom(...SCHEMA.settings.flatMap(({ key }) => key.split(".")), "gateway", "__proto__", "toString", ""),
  fc.string(),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, 0, -1, 1e308, "info", "/a", "x"),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(word, tie("value")), { maxLength: 5 }).map((pairs) => new Pairs(pairs)),
  ),
}));

/** An object as text, so that keys can be doubled and named `__proto__`. */
class Pairs {
  constructor(readonly pairs: readonly (readonly [string, unknown])[]) {}
}

function write(it: unknown): string {
  if (it instanceof Pairs) {
    return `{\n${it.pairs.map(([key, held]) => `${JSON.stringify(key)}: ${write(held)}`).join(",\n")}}`;
  }
  return Array.isArray(it) ? `[${it.map(write).join(", ")}]` : JSON.stringify(it);
}

/** Reads and checks; every complaint names the file, and for JSON the line and the column. */
function read(text: string, format: Format): void {
  const place = format === "jsonc" ? /^\/c:\d+:\d+ \S/ : /^\/c(:\d+:\d+)? \S/;
  try {
    const { problems, warnings, values } = checkMembers(readSource(text, "/c", format, parseToml), SCHEMA);
    for (const line of [...problems, ...warnings]) {
      assertMatch(line, place);
      assert(!line.includes("\n") && line.length < 400, line);
    }
    for (const [key, { origin }] of values) assertMatch(`${originText(origin)} ${key}`, place);
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    assertEquals(error.kind, "config_invalid");
    assertMatch(error.message, /^\/c:\d+:\d+ is /);
  }
}

Deno.test("any JSON gives values or complaints with their places, never another error", () => {
  fc.assert(fc.property(value, (any) => read(write(any), "jsonc")), { numRuns: 500 });
});

Deno.test("any text gives values or complaints with their places, never another error", () => {
  const snippet = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    '"daemon"',
    ":",
    ",",
    "//",
    "/*",
    "\n",
    "1",
    "=",
    "[daemon]",
    "'''",
    ".",
  );
  const text = fc.oneof(
    fc.string({ unit: codePoint }),
    fc.array(fc.oneof(snippet, word)).map((parts) => parts.join("")),
  );
  fc.assert(fc.property(text, fc.constantFrom<Format>("jsonc", "toml"), read), { numRuns: 500 });
});

Deno.test("our reader and jsonc-parser accept the same texts, and find the same keys at the same places", () => {
  const part = fc.constantFrom(
    ...[
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"a"',
      '"\\u0041\\n"',
      '"\\x"',
      "1",
      "-0.5e3",
      "01",
      "1.",
      "tru",
      "true",
      "null",
      " ",
      "\n",
    ],
    ...["// c\n", "/* c */", "/*", "/", "'a'", '"', "\\", "\u00a0", "x"],
  );
  const text = fc.oneof(
    fc.array(part, { maxLength: 12 }).map((parts) => parts.join("")),
    value.map(write).chain((json) =>
      fc.tuple(fc.nat(json.length), part).map(([at, more]) => json.slice(0, at) + more + json.slice(at))
    ),
  );
  fc.assert(fc.property(text, (any) => assertEquals(ours(any), theirs(any))), { numRuns: 3000 });
});

/** The keys of the outer object with their places; "nothing" for a blank text, "wrong" for a refused one. */
function ours(text: string): unknown {
  try {
    const json = readJsonc(text);
    if (json === undefined) return "nothing";
    return json.kind === "object" ? json.pairs.map(({ key, offset }) => [key, offset]) : json.kind;
  } catch (error) {
    assert(error instanceof JsoncError, String(error));
    assert(error.offset >= 0 && error.offset <= text.length);
    return "wrong";
  }
}

function theirs(text: string): unknown {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  if (errors.length > 0) return "wrong";
  if (tree === undefined) return "nothing";
  if (tree.type !== "object") return tree.type === "array" ? "array" : "plain";
  return (tree.children ?? []).map(({ children }) => [children?.[0]?.value, children?.[0]?.offset]);
}

Deno.test("TOML of any tables gives values or complaints, never another error", () => {
  const line = fc.tuple(word, fc.oneof(fc.string(), fc.double(), fc.boolean()))
    .map(([key, held]) => `${JSON.stringify(key)} = ${typeof held === "string" ? JSON.stringify(held) : held}`);
  const text = fc.array(fc.oneof(word.map((name) => `[${name}]`), line)).map((lines) => lines.join("\n"));
  fc.assert(fc.property(text, (any) => read(any, "toml")), { numRuns: 300 });
});

Deno.test("nearest finds a word with one typing error and nothing far away", () => {
  assertEquals(nearestWord("statsu", ["start", "stop", "status"]), "status");
  assertEquals(nearestWord("LS", ["ls", "logs"]), "ls");
  assertEquals(nearestWord("watch", ["approve", "deny"]), undefined);
  assertEquals(nearestWord("", ["a"]), "a");
  assertEquals(nearestWord("x".repeat(100_000), ["status"]), undefined);
  const words = SCHEMA.settings.map(({ key }) => key);
  fc.assert(fc.property(fc.constantFrom(...words), fc.nat(), (key, at) => {
    const gone = at % key.length;
    assertEquals(nearestWord(key.slice(0, gone) + key.slice(gone + 1), words), key);
  }));
});
