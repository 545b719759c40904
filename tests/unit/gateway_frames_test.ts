/** The frames of a WebSocket: every split of their bytes reads alike, and lengths are told as RFC 6455 says. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { closeFrame, FrameError, FrameReader, textFrame } from "../../src/gateway/frames.ts";
import { clientFrame } from "../support/gateway.ts";

const encoder = new TextEncoder();

/** What a reader makes of `bytes` that come in pieces of `size`. */
function read(bytes: Uint8Array<ArrayBuffer>, size: number, limit = 1_048_576): unknown[] {
  const reader = new FrameReader(limit);
  const found: unknown[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    reader.feed(bytes.slice(at, at + size));
    for (let one; (one = reader.next()) !== undefined;) {
      found.push(one.kind === "text" ? one.text : one.kind === "ping" ? [...one.payload] : one.kind);
    }
  }
  return found;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("G8 however their bytes are split, frames read alike: texts whole and in parts, pings between the parts", () => {
  const bytes = joined(
    clientFrame(1, encoder.encode("one")),
    clientFrame(1, encoder.encode("é😀").subarray(0, 3), undefined, false),
    clientFrame(9, encoder.encode("?")),
    clientFrame(0, joined(encoder.encode("é😀").subarray(3), encoder.encode("x".repeat(200))), undefined, false),
    clientFrame(0, encoder.encode("end")),
    clientFrame(1, new Uint8Array(0)),
    clientFrame(1, encoder.encode("y".repeat(70_000))),
    clientFrame(10, new Uint8Array(0)),
    clientFrame(8, new Uint8Array(0)),
  );
  const whole = read(bytes, bytes.length);
  const told = ["one", [63], `é😀${"x".repeat(200)}end`, "", "y".repeat(70_000), "pong", "close"];
  assertEquals(whole, told);
  for (const size of [1, 2, 3, 7, 100, 16_384]) assertEquals(read(bytes, size), whole, `pieces of ${size}`);
});

Deno.test("G8 a message over the limit is refused at its head, in one frame or in several", () => {
  const code = (bytes: Uint8Array<ArrayBuffer>) => assertThrows(() => read(bytes, 5, 100), FrameError).code;
  assertEquals(read(clientFrame(1, new Uint8Array(100)) as Uint8Array<ArrayBuffer>, 5, 100).length, 1);
  assertEquals(code(clientFrame(1, new Uint8Array(0), 101) as Uint8Array<ArrayBuffer>), 1009);
  assertEquals(code(clientFrame(1, new Uint8Array(0), 2 ** 53) as Uint8Array<ArrayBuffer>), 1009);
  const two = joined(clientFrame(1, new Uint8Array(60), 60, false), clientFrame(0, new Uint8Array(0), 41));
  assertEquals(code(two), 1009);
});

Deno.test("L7 random bytes end in a code of the protocol or wait for more, and throw nothing else", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
    try {
      read(Uint8Array.from(bytes), size, 1000);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
  }));
});

Deno.test("G8 frames of the server tell their length in as many bytes as it takes", () => {
  for (const [length, head] of [[0, 2], [125, 2], [126, 4], [65_535, 4], [65_536, 10], [1_048_576, 10]] as const) {
    const frame = textFrame(new Uint8Array(length));
    assertEquals(frame.length, head + length);
    const view = new DataView(frame.buffer);
    const told = head === 2 ? frame[1] : head === 4 ? view.getUint16(2) : Number(view.getBigUint64(2));
    assertEquals(told, length);
  }
  assertEquals([...closeFrame(1009, "no")], [0x88, 4, 0x03, 0xf1, 0x6e, 0x6f]);
});
