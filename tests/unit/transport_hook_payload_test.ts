/** A2: the payload of a hook, gathered from its body. */
import { assertEquals } from "@std/assert";
import { HookPayload } from "../../src/transport/hook_payload.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("A2 a payload that comes byte by byte is what was sent, and whole with its object although the body goes on", () => {
  const sent = `{"a":"${"é😀".repeat(2000)}"}`;
  let reserved = 0;
  const payload = new HookPayload(undefined, (count) => (reserved += count) > 0);
  const data = bytes(sent);
  const framed = new Uint8Array([...bytes(`${data.length.toString(16)}\r\n`), ...data]);
  const states = new Set<string>();
  framed.subarray(0, -1).forEach((_, at) => states.add(payload.push(framed.slice(at, at + 1))));
  assertEquals([...states], ["more"]);
  assertEquals(payload.push(framed.subarray(-1)), "whole");
  assertEquals([payload.text === sent, reserved], [true, data.length]);
});

Deno.test("A2 a payload is whole with its object or its body, and refused without room or where it is no body", () => {
  const push = (text: string, room = 100) => {
    const payload = new HookPayload(undefined, (count) => (room -= count) >= 0);
    return [payload.push(bytes(text)), payload.text];
  };
  assertEquals(push("2\r\n{}\r\n0\r\n\r\n"), ["whole", "{}"]);
  assertEquals(push("2\r\nno\r\n"), ["more", "no"]);
  assertEquals(push("2\r\nno\r\n0\r\n\r\n"), ["whole", "no"]);
  assertEquals(push("2\r\n{ \r\n", 1), ["too_large", ""]);
  assertEquals(push("z\r\n"), ["invalid", ""]);
});
