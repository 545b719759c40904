/** A journal whose checkpoints were moved away: the same key signs again, and a checkpoint that was kept shows a fork. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { checkpointPath } from "../../src/journal/checkpoint_file.ts";
import { HEAD_FILE } from "../../src/journal/head_file.ts";
import { hintOf } from "../../src/journal/head_file.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { entries, fault, sign, signingKey, verifySigned } from "../support/checkpoints.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, fill, open } from "../support/memory_journal.ts";

const FILE = checkpointPath(DIR);
const ONE_SEGMENT = { fsync: "never" as const };

/** Twenty records, signed, and a copy of the disk from before ten more. */
async function forked() {
  const first = open(new MemoryFiles(), ONE_SEGMENT);
  fill(first.journal, 20);
  await sign(first.files, first.journal);
  const early = first.files.restart();
  fill(first.journal, 10);
  await sign(first.files, first.journal);
  const kept = entries(first.files).map((one) => ({ ...one, name: `the kept checkpoint of ${one.size} records` }));
  return { ...first, early, kept };
}

Deno.test("C10 where journal.checkpoints is moved away the same key signs the same origin again, and what was kept fits", async () => {
  const { files, journal, kept } = await forked();
  const { name } = await signingKey(files);
  files.remove(FILE);
  await sign(files, journal);
  const { origin, size, root } = entries(files).at(-1)!;
  assertEquals([origin, size, root], [name, kept.at(-1)!.size, kept.at(-1)!.root]);
  const found = await verifySigned(files, { against: kept });
  assertEquals(found.ok && found.checkpoints?.kept, { count: 2, unprovable: [] });
});

Deno.test("C4 of a forked journal a reader sees two roots for one size, and a kept checkpoint names the branch that it is not of", async () => {
  const { early, files, kept } = await forked();
  const other = open(early, ONE_SEGMENT);
  for (let i = 0; i < 10; i++) other.journal.append({ type: "session.updated", actor: "test:other", data: { i } });
  early.put(FILE, files.read(FILE)); // it knows more than this branch has
  const refused = await assertRejects(() => sign(early, other.journal), ConsoleError, "is not in the journal");
  assertStringIncludes(String(refused.details["hint"]), "with the key that is there");
  early.remove(FILE);
  await sign(early, other.journal);
  assertEquals(await fault(early), undefined, "by itself each branch holds");
  const [mine, theirs] = [kept.at(-1)!, entries(early).at(-1)!];
  assertEquals([theirs.origin, theirs.size], [mine.origin, mine.size]);
  assert(theirs.root.toBase64() !== mine.root.toBase64());
  assertStringIncludes(await fault(early, { against: kept }) ?? "nothing", mine.name);
});

Deno.test("C10 the hint of a journal that lost its end says who signs where the files that know of it are moved away", () => {
  assertEquals(
    hintOf(HEAD_FILE).hint,
    "put the journal's files back as they were, or move journal.head and journal.checkpoints away to go on with what " +
      "is there, which keys/journal.key then signs",
  );
});
