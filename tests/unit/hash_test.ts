import { assertEquals, assertThrows } from "@std/assert";
import { sha256Bytes, sha256BytesOfRecord, sha256Hex, sha256OfRecord } from "../../src/platform/hash.ts";

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Deno.test("sha256: the hash for records and the hash for journals are the same function", () => {
  assertEquals([sha256OfRecord(new Uint8Array(0)), sha256Hex(new Uint8Array(0))], [EMPTY, EMPTY]);
  for (const length of [1, 55, 56, 63, 64, 65, 700, 70_001, 4_194_303, 4_194_304]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 131 + (i >> 8) * 17 + length) & 255);
    assertEquals(sha256OfRecord(bytes), sha256Hex(bytes), `${length} bytes`);
  }
});

Deno.test("sha256: a hash as bytes is the caller's own, and one that failed leaves nothing to the next", () => {
  const [one, two] = [new Uint8Array(100).fill(1), new Uint8Array(65).fill(2)];
  const expected = [one, two].map((bytes) => Uint8Array.from(sha256Bytes(bytes))); // that is Node's Buffer
  const found = [sha256BytesOfRecord(one), sha256BytesOfRecord(two)];
  assertThrows(() => sha256BytesOfRecord("text" as unknown as Uint8Array));
  assertEquals(sha256OfRecord(two), sha256Hex(two));
  assertEquals(found, expected);
});
