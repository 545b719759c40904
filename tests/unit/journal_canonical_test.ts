import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { jsonParts } from "../../src/lib/json_parts.ts";
import { canonicalJson, canonicalParts } from "../../src/journal/canonical.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

function refused(value: unknown): string {
  const error = assertThrows(() => canonicalJson(value), ConsoleError) as unknown as ConsoleError;
  assertEquals(error.kind, "invalid_params");
  return error.message;
}

Deno.test("canonical JSON: the example of RFC 8785 §3.2.2", () => {
  const value = {
    numbers: [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    literals: [null, true, false],
  };
  assertEquals(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

Deno.test("canonical JSON: the sorting example of RFC 8785 §3.2.3, by UTF-16 code units", () => {
  const value = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
  };
  assertEquals(Object.values(JSON.parse(`[${canonicalJson(value).match(/:"[^"]*"/g)!.map((m) => m.slice(1))}]`)), [
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
  ]);
});

Deno.test("canonical JSON: member names that look like numbers are sorted as text, and many members too", () => {
  assertEquals(canonicalJson({ 10: 1, 9: 2, a: 3, "": 4, "01": 5 }), '{"":4,"01":5,"10":1,"9":2,"a":3}');
  const names = Array.from({ length: 60 }, (_, i) => `k${(i * 37) % 60}`);
  const many = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
  assertEquals(many, `{${[...names].sort().map((name) => `"${name}":0`).join(",")}}`);
});

Deno.test("canonical JSON: numbers as RFC 8785 appendix B has them", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [5e-324, "5e-324"],
    [-5e-324, "-5e-324"],
    [
      1.7976931348623157e308,
      "1.7976931348623157e+308",
    ],
    [9007199254740992, "9007199254740992"],
    [295147905179352830000, "295147905179352830000"],
    [
      9.999999999999997e22,
      "9.999999999999997e+22",
    ],
    [1e23, "1e+23"],
    [999999999999999900000, "999999999999999900000"],
    [1e21, "1e+21"],
    [
      9.999999999999997e-7,
      "9.999999999999997e-7",
    ],
    [0.000001, "0.000001"],
    [333333333.33333325, "333333333.33333325"],
  ];
  for (const [number, text] of cases) assertEquals(canonicalJson(number), text);
});

Deno.test("canonical JSON: undefined members are dropped, undefined elements are null, surrogates are mended", () => {
  assertEquals(canonicalJson({ a: undefined, b: [undefined, 1], c: {} }), '{"b":[null,1],"c":{}}');
  assertEquals(canonicalJson("a\ud800b"), '"a\ufffdb"');
  assertEquals(canonicalJson({ __proto__: null, x: 1 }), '{"x":1}');
  assertEquals(canonicalJson(JSON.parse('{"__proto__":{"a":1}}')), '{"__proto__":{"a":1}}');
});

Deno.test("canonical JSON: what is no I-JSON is refused", () => {
  assertStringIncludes(refused({ a: NaN }), "is the number NaN");
  assertStringIncludes(refused([Infinity]), "is the number Infinity");
  assertStringIncludes(refused(1n), "is a bigint");
  assertStringIncludes(refused({ f: () => 1 }), "is a function");
  assertStringIncludes(refused(new Date(0)), "is no plain object");
  assertStringIncludes(refused({ "a\ud800": 1 }), "lone surrogate");
  assertStringIncludes(refused(undefined), "is a undefined");
});

Deno.test("canonical JSON: a hostile depth is refused, not a crash", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { a: deep };
  assertStringIncludes(refused(deep), "nested");
  let fine: unknown = 1;
  for (let i = 0; i < 128; i++) fine = [fine];
  assertEquals(canonicalJson(fine), "[".repeat(128) + "1" + "]".repeat(128));
});

Deno.test("canonical JSON: parses back to the same value, and the order of members does not matter", () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).reverse().map(([name, member]) => [name, shuffled(member)]));
  };
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
    const text = canonicalJson(value);
    assertEquals(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    assertEquals(canonicalJson(shuffled(value)), text);
  }));
});

Deno.test("canonical JSON: its parts are the same text, and so are those of plain JSON", () => {
  const text = (parts: Iterable<string>) => [...parts].join("");
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
    assertEquals(text(canonicalParts(value)), canonicalJson(value));
    assertEquals(text(jsonParts(value)), JSON.stringify(value));
  }));
  const odd = { b: undefined, a: [undefined, 1, [], {}], 10: { "😀": "a\ud800", 9: [{}] }, "": {} };
  assertEquals(text(canonicalParts(odd)), canonicalJson(odd));
  assertEquals(text(jsonParts(odd)), JSON.stringify(odd));
  assertEquals(text(jsonParts({ a: new Set([1, 2]).values(), b: new Set() })), '{"a":[1,2],"b":[]}');
  for (const value of [{ a: new Map() }, { a: [NaN] }, { "a\ud800": 1 }, undefined]) {
    assertThrows(() => text(canonicalParts(value)), ConsoleError);
  }
});

/** What the text must be, made the long way. */
function spelledOut(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spelledOut).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${spelledOut(member)}`).join(",")}}`;
}

Deno.test("canonical JSON: any names, numbers and names of the language among them, come in the order of their units", () => {
  const name = fc.oneof(
    fc.constantFrom("0", "1", "9", "10", "01", "4294967295", "!", "", "a", "é", "\ufb33", "😀"),
    fc.constantFrom("__proto__", "toJSON", "constructor", "length", "hasOwnProperty"),
    fc.string({ unit: "grapheme" }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small" }, fc.jsonValue({ maxDepth: 1 }), tie("list"), tie("object")),
    list: fc.array(tie("value"), { maxLength: 3 }),
    object: fc.array(fc.tuple(name, tie("value")), { maxLength: 6 }).map((members) => Object.fromEntries(members)),
  }));
  fc.assert(
    fc.property(value, (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      assertEquals(canonicalJson(plain), spelledOut(plain));
    }),
    { numRuns: 1000 },
  );
});
