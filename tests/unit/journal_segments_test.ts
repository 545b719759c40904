/** Files in the journal's folder that are not the next ones: what is missing, and what is one too many, in words of their own. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { problemOf } from "../../src/journal/chain.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { DIR, disk, open, problem, segments, SMALL } from "../support/memory_journal.ts";

/** What a start says, and what a verification does: the same. */
async function said(files: MemoryFiles): Promise<string> {
  const error = assertThrows(() => open(files, SMALL), ConsoleError);
  const { seq, segment, what } = error.details;
  const found = await problem(files);
  assert(found !== undefined);
  assertEquals(found, problemOf(error));
  assertEquals([found.offset, error.hint !== undefined], [0, true]);
  return `${seq} in ${segment}: ${what}`;
}

Deno.test("C3 a copy of a segment under another number is named as one too many, with and without a snapshot", async () => {
  for (const snapshotAt of [undefined, 30]) {
    const files = await disk(40, { ...SMALL, ...(snapshotAt === undefined ? {} : { snapshotAt }) });
    const all = segments(files);
    const [first, second, third] = all as [string, string, string];
    assert(all.length > 3);
    const begins = (path: string) => Number(path.slice(-22, -6));
    const nameOf = (path: string) => path.slice(DIR.length + 1);
    for (const [source, before] of [[second, first], [first, second]] as const) {
      const extra = begins(before) + 2;
      const path = `${DIR}/${String(extra).padStart(16, "0")}.jsonl`;
      files.put(path, files.read(source));
      assertEquals(
        await said(files),
        `${extra} in ${nameOf(path)}: does not belong there: the record is in ${nameOf(before)} already`,
      );
      files.remove(path);
    }
    const path = `${DIR}/${String(begins(all.at(-1)!) + 1).padStart(16, "0")}.jsonl`; // behind the last one
    files.put(path, files.read(first));
    assertEquals((await said(files)).split(": ")[1], "does not belong there");
    files.remove(path);
    assertEquals(await problem(files), undefined);

    files.remove(second);
    const ended = (size: number) =>
      `is missing: ${nameOf(first)} ends before it at byte ${size}, and the next segment is `;
    const missing = `${begins(second)} in ${nameOf(second)}: ${ended(files.read(first).length)}${nameOf(third)}`;
    assertEquals(await said(files), missing);

    // Whole records cut from the end of a segment: the file that would begin with them never existed.
    const bytes = files.read(first);
    const cut = bytes.lastIndexOf(10, bytes.length - 2) + 1;
    files.put(first, bytes.slice(0, cut));
    const seq = begins(second) - 1;
    const inNone = `${seq} in ${String(seq).padStart(16, "0")}.jsonl`;
    assertEquals(await said(files), `${inNone}: ${ended(cut)}${nameOf(third)}`);
  }
});
