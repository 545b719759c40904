/** What stands behind the last whole line of journal.checkpoints: what a crash leaves, and what it does not. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CHECKPOINT_FILE, checkpointPath } from "../../src/journal/checkpoint_file.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { entries, openSigned, signingKey, verifySigned } from "../support/checkpoints.ts";
import { signedHome } from "../support/flipped_bits.ts";
import { rounds } from "../support/harness_wait.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { DIR } from "../support/memory_journal.ts";

const FILE = checkpointPath(DIR);
const LF = 10;

/** The signed home, where the last line of the file has become `rest`, and where that begins. */
function ending(whole: MemoryFiles, make: (line: Uint8Array) => Uint8Array) {
  const bytes = whole.read(FILE);
  const offset = bytes.lastIndexOf(LF, bytes.length - 2) + 1;
  const files = whole.restart();
  const rest = make(bytes.subarray(offset));
  files.put(FILE, new Uint8Array([...bytes.subarray(0, offset), ...rest]));
  return { files, offset, rest };
}

Deno.test("C5 each beginning of a checkpoint, and zeros behind it → told, and the next checkpoint goes on", async () => {
  const whole = await signedHome();
  const key = await signingKey(whole);
  const count = entries(whole).length;
  const { rest: line } = ending(whole, (line) => line);
  for (let length = 1; length < line.length; length += rounds(3, 1)) {
    for (const zeros of length % 16 === 1 ? [0, 1, 4096] : [0]) {
      const { files, rest } = ending(
        whole,
        (line) => new Uint8Array([...line.subarray(0, length), ...Array(zeros).fill(0)]),
      );
      const found = await verifySigned(files, { key });
      assert(found.ok, `${length} bytes and ${zeros} zeros: ${JSON.stringify(found)}`);
      assertEquals([found.checkpoints?.count, found.checkpoints?.unfinished], [count - 1, rest.length]);
    }
  }
  const { files } = ending(whole, (line) => line.subarray(0, 40));
  assertEquals((await openSigned(files)).last?.size, entries(whole).at(-2)?.size, "what it signs on from");
  const sound = await verifySigned(whole, { key });
  assert(sound.ok && sound.checkpoints !== undefined && !("unfinished" in sound.checkpoints));
});

Deno.test("C3 bytes behind the last checkpoint that no crash leaves → named by segment, seq and offset", async () => {
  const whole = await signedHome();
  const key = await signingKey(whole);
  const { seq } = entries(whole).at(-1)!.position;
  const text = new TextEncoder();
  const cases: readonly [string, (line: Uint8Array) => Uint8Array, number, string][] = [
    ["its line feed was changed", (line) => line.with(-1, 11), seq, "does not end in a line feed"],
    ["something else", () => text.encode("garbage"), 0, "is neither a checkpoint nor the beginning of one"],
    ["another object", () => text.encode('{"checkpoint":1}'), 0, "is neither a checkpoint nor the beginning of one"],
    ["a beginning and more", (line) => new Uint8Array([...line.subarray(0, 40), 255]), 0, "is neither a checkpoint"],
    ["zeros in a beginning", (line) => line.subarray(0, 60).with(30, 0), 0, "is neither a checkpoint"],
    ["behind a whole one", (line) => new Uint8Array([...line.subarray(0, -1), 120, 120]), 0, "is neither a checkpoint"],
    ["too long", () => new Uint8Array(20_000).fill(97), 0, "is not a checkpoint"],
  ];
  for (const [name, make, named, what] of cases) {
    const { files, offset } = ending(whole, make);
    const found = await verifySigned(files, { key });
    assert(!found.ok, name);
    const { problem } = found;
    assertEquals([problem.segment, problem.seq, problem.offset], [CHECKPOINT_FILE, named, offset], name);
    assertStringIncludes(problem.what, what, name);
    const error = await assertRejects(() => openSigned(files), ConsoleError, CHECKPOINT_FILE);
    assertEquals(error.kind, "journal_broken", "nothing is signed behind it");
  }
});
