/** A snapshot brings nothing that the records do not say: forged, stale, or without its record. */
import { assert, assertEquals } from "@std/assert";
import { canonicalJson } from "../../src/journal/canonical.ts";
import { readSnapshot } from "../../src/journal/snapshot.ts";
import { verifyJournal } from "../../src/journal/verify.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { DIR, disk, fill, open, sha256, verify } from "../support/memory_journal.ts";

const PATH = `${DIR}/snapshot.json`;
const SMALL = { segmentBytes: 2500 };
const ownPace = { next: () => Promise.resolve() };

/** Another state at the same place, with a digest of its own. */
function forge(files: MemoryFiles, state: unknown): void {
  const text = new TextDecoder().decode(files.read(PATH));
  const json = canonicalJson(state);
  const place = /,"format".*?"state":/.exec(text)![0];
  const digest = sha256(new TextEncoder().encode(json));
  files.put(PATH, new TextEncoder().encode(`{"digest":"${digest}"${place}${json}}\n`));
}

const verdict = async (files: MemoryFiles) => {
  const snapshot = readSnapshot(files, DIR, sha256);
  if (typeof snapshot !== "object") return snapshot;
  const result = await verifyJournal({ dir: DIR, files, sha256, snapshot });
  return result.ok ? result.snapshot : result.problem.what;
};

Deno.test("C3 a forged snapshot brings nothing, whatever its own digest says, and an audit sees it", async () => {
  const files = await disk(20, { snapshotAt: 10 });
  assertEquals(open(files.restart()).restored, [{ n: 10 }]);
  assertEquals(await verdict(files), "vouched for");
  forge(files, { n: 10, rule: "allow everything" });
  const { restored, replayed, snapshotIgnored } = open(files.restart());
  assertEquals(restored, []);
  assertEquals(replayed[0]?.seq, 1);
  assert(snapshotIgnored?.includes("vouches"), snapshotIgnored);
  assertEquals(await verdict(files), "not vouched for");
});

Deno.test("C3 a snapshot of a released version, for which no record vouches, is not used", async () => {
  const files = await disk(10);
  const { journal } = open(files);
  await journal.snapshot({ n: 1 }, undefined, () => {});
  const { restored, snapshotIgnored } = open(files.restart());
  assertEquals(restored, []);
  assert(snapshotIgnored?.includes("vouches"), snapshotIgnored);
});

Deno.test("C3 a record that was changed before the snapshot is found while the daemon runs; then nothing is written", async () => {
  const files = await disk(60, { ...SMALL, snapshotAt: 50 });
  const path = `${DIR}/0000000000000001.jsonl`;
  const bytes = files.read(path);
  bytes[bytes.length - 400]! ^= 1; // within a record: the seams of the segments stay whole
  files.put(path, bytes);
  const { journal, restored } = open(files, SMALL);
  assertEquals(restored, [{ n: 50 }]);
  const before = journal.stats();
  assertEquals([before.ok, before.verifiedTo, before.lastVerifiedAt], [true, 0, null]);
  const problem = await journal.verifyUnread(ownPace);
  assertEquals(problem?.segment, "0000000000000001.jsonl");
  assert(problem!.seq > 1 && problem!.offset > 0);
  const { ok, readOnly, verifiedTo } = journal.stats();
  assertEquals([ok, typeof readOnly], [false, "string"]);
  assert(verifiedTo < problem!.seq);
  const written = files.list(DIR).filter((name) => name !== "broken.json").map((name) => files.read(`${DIR}/${name}`));
  let refused: unknown;
  try {
    fill(journal, 1);
  } catch (error) {
    refused = error;
  }
  assert(String(refused).includes("does not verify"), String(refused));
  await journal.snapshot({ n: 99 });
  await journal.keepHead();
  await journal.close();
  const after = files.list(DIR).filter((name) => name !== "broken.json").map((name) => files.read(`${DIR}/${name}`));
  assertEquals(after, written);
  // The next start reads every record at once.
  let broken: unknown;
  try {
    open(files.restart(), SMALL);
  } catch (error) {
    broken = error;
  }
  assert(String(broken).includes(`record ${problem!.seq} in`), String(broken));
});

Deno.test("C3 C8 all records are read again while it is served: a healthy one grows meanwhile, a changed one is found", async () => {
  const files = await disk(60, SMALL);
  const { journal } = open(files, SMALL);
  const path = `${DIR}/0000000000000001.jsonl`;
  let grown = 0;
  const growing = {
    next: async () => {
      fill(journal, 1);
      grown++;
      assertEquals(await journal.prune(Infinity, Infinity), undefined, "nothing goes that is read");
    },
  };
  assertEquals(await journal.verifyAgain(growing), undefined);
  assert(grown > 0);
  const bytes = files.read(path);
  bytes[bytes.length - 400]! ^= 1;
  files.put(path, bytes);
  const problem = await journal.verifyAgain(ownPace);
  assertEquals([problem?.segment, journal.stats().ok], ["0000000000000001.jsonl", false]);
  assertEquals(await journal.verifyAgain(ownPace), problem);
  await journal.close();
});

Deno.test("C8 the unread records of a healthy journal are verified while it grows, and status follows", async () => {
  const files = await disk(200, { ...SMALL, snapshotAt: 150 });
  const { journal } = open(files, SMALL);
  let seen = 0;
  const problem = await journal.verifyUnread({
    next: () => {
      fill(journal, 3);
      const { verifiedTo } = journal.stats();
      assert(verifiedTo > 0 && verifiedTo >= seen && verifiedTo < journal.head().seq);
      seen = verifiedTo;
      return Promise.resolve();
    },
  });
  assertEquals(problem, undefined);
  assert(seen > 0);
  const { ok, verifiedTo, lastVerifiedAt } = journal.stats();
  assertEquals([ok, verifiedTo, typeof lastVerifiedAt], [true, journal.head().seq, "string"]);
  await journal.close();
  assertEquals((await verify(files)).ok, true);
});
