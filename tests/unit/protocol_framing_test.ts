import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseMessage } from "../../src/protocol/envelope.ts";
import { LineParser, LineTooLongError, NOTHING } from "../../src/protocol/framing.ts";
import { codePoint } from "../support/code_point.ts";
import { rounds } from "../support/harness_wait.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The lines that come out when `bytes` go in cut at `cuts`; every `pauseEvery`-th line pauses the parser. */
function lines(bytes: Uint8Array, cuts: readonly number[], pauseEvery = 0, limit = 1000): string[] {
  const parser = new LineParser(limit);
  const out: string[] = [];
  const line = (bytes: Uint8Array) => {
    out.push(decoder.decode(bytes));
    return pauseEvery === 0 || out.length % pauseEvery !== 0;
  };
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    let done = parser.push(bytes.subarray(from, to), line);
    while (!done) done = parser.push(NOTHING, line);
    from = to;
  }
  return out;
}

Deno.test("framing: the same lines come out however the bytes are cut and however often the reader pauses", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: codePoint }).map((text) => text.replaceAll("\n", ""))),
      fc.array(fc.nat(400)),
      fc.nat(3),
      (texts, at, pauseEvery) => {
        const bytes = encoder.encode(texts.map((text) => text + "\n").join(""));
        const cuts = [...new Set(at.filter((cut) => cut < bytes.length))].sort((a, b) => a - b);
        assertEquals(lines(bytes, cuts, pauseEvery), texts.map((text) => decoder.decode(encoder.encode(text))));
      },
    ),
    { numRuns: rounds(100, 10_000) },
  );
});

Deno.test("framing: a line of exactly the limit passes, one byte more does not, ended or not", () => {
  assertEquals(lines(encoder.encode("x".repeat(10) + "\n"), [4], 0, 10), ["x".repeat(10)]);
  assertThrows(() => lines(encoder.encode("x".repeat(11) + "\n"), [], 0, 10), LineTooLongError);
  assertThrows(() => lines(encoder.encode("x".repeat(11)), [3, 6, 9], 0, 10), LineTooLongError);
  assertThrows(() => lines(encoder.encode("ok\n" + "x".repeat(11)), [], 0, 10), LineTooLongError);
});

Deno.test("framing: what is kept does not change when the caller reuses its buffer", () => {
  const parser = new LineParser(100);
  const buffer = encoder.encode("hel");
  parser.push(buffer, () => true);
  buffer.fill(120);
  const out: string[] = [];
  parser.push(encoder.encode("lo\n"), (bytes) => out.push(decoder.decode(bytes)) > 0);
  assertEquals(out, ["hello"]);
});

Deno.test("C1 lone surrogates become U+FFFD before anything is kept: what is in memory is what a replay makes", () => {
  const parsed = parseMessage(
    String
      .raw`{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":"x\ud800","b":["\udc00\ud83d\ude00"],"c\ud801":{"d":"\uD800"}}}`,
  );
  assertEquals(parsed.ok && parsed.request.params, {
    a: "x\ufffd",
    b: ["\ufffd\u{1f600}"],
    "c\ufffd": { d: "\ufffd" },
  });
});
