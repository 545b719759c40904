import { assertEquals } from "@std/assert";
import { hash } from "node:crypto";
import { loadSha256, sha256ByHand } from "../../src/platform/hash.ts";

/** Bytes that differ at every place. */
function some(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 131 + (i >> 8) * 17 + length) & 255);
}

Deno.test("sha256 by hand is the library's, at every length around the block borders", () => {
  for (let length = 0; length <= 300; length++) {
    assertEquals(sha256ByHand(some(length)), hash("sha256", some(length), "hex"), `${length} bytes`);
  }
  for (const byte of [0x00, 0x7f, 0x80, 0xff]) {
    const bytes = new Uint8Array(70_001).fill(byte);
    assertEquals(sha256ByHand(bytes), hash("sha256", bytes, "hex"), `70001 times ${byte}`);
  }
});

Deno.test("sha256 stays itself where the library takes over", async () => {
  const sha256 = await loadSha256();
  const megabyte = some(1_048_576);
  const expected = hash("sha256", megabyte, "hex");
  for (let i = 0; i < 12; i++) assertEquals(sha256(megabyte), expected, `megabyte ${i}`);
  assertEquals(sha256(new Uint8Array(0)), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});
