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

Deno.test("G8 a close frame is what RFC 6455, 5.5.1 and 7.4 say: nothing, or a code that is sent and a reason in UTF-8", () => {
  const close = (...payload: number[]) => {
    const reader = new FrameReader(100);
    reader.feed(clientFrame(8, Uint8Array.from(payload)) as Uint8Array<ArrayBuffer>);
    try {
      const incoming = reader.next();
      return incoming?.kind === "close" ? incoming.code ?? "none" : incoming;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return -error.code;
    }
  };
  const coded = (code: number, ...reason: number[]) => close(code >> 8, code & 0xff, ...reason);
  assertEquals(close(), "none");
  assertEquals(close(0x03), -1002, "half a code");
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1014, 3000, 4999]) {
    assertEquals(coded(code), code);
  }
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535]) assertEquals(coded(code), -1002);
  assertEquals(coded(1000, ...encoder.encode("é")), 1000);
  assertEquals(coded(1000, 0xc3), -1007, "half a character");
  assertEquals([...closeFrame(undefined, "")], [0x88, 0]);
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
