/** Snapshots of the journal: of one instant, written in slices, whole or not at all. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { canonicalJson } from "../../src/journal/canonical.ts";
import { Store } from "../../src/core/store.ts";
import { UNFINISHED } from "../../src/platform/system.ts";
import { testBus } from "../support/bus.ts";
import { ManySessions, NOW } from "../support/many_sessions.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, fill, open, sha256 } from "../support/memory_journal.ts";
import { FakeTurns } from "../support/turns.ts";

const PATH = `${DIR}/snapshot.json`;

/** The file as one write would make it. */
function encoded(state: unknown, { seq, hash }: { readonly seq: number; readonly hash: string }, offset: number) {
  const stateJson = canonicalJson(state);
  const digest = sha256(new TextEncoder().encode(stateJson));
  const place = `"hash":"${hash}","offset":${offset},"segment":"0000000000000001.jsonl","seq":${seq}`;
  return `{"digest":"${digest}","format":1,${place},"state":${stateJson}}\n`;
}

const textOf = (files: MemoryFiles) => new TextDecoder().decode(files.read(PATH));

Deno.test("B8 a snapshot in slices is the one that is written at once, whatever is committed meanwhile", async () => {
  const many = new ManySessions(2000);
  const turns = new FakeTurns((pause) => {
    many.set(`s${pause % 2000}`, pause);
    many.set(`new${pause}`, pause);
    many.delete(`s${1999 - pause}`);
    fill(journal, 1);
  });
  const { journal, files } = open(new MemoryFiles(), { turns });
  fill(journal, 10);
  const head = journal.head();
  const { bytes } = journal.stats();
  const state = many.store.save();
  const expected = encoded(state, head, bytes);
  await journal.snapshot(state);
  assert(turns.pauses > 100, `others had ${turns.pauses} turns`);
  assertEquals(textOf(files), expected);
  assertEquals(files.list(DIR), ["0000000000000001.jsonl", "snapshot.json"]);

  const { restored, replayed } = open(files.restart());
  assertEquals(replayed.map(({ seq }) => seq), replayed.map((_, at) => head.seq + 1 + at));
  const clock = { now: () => Date.parse(NOW), steady: () => 0 };
  const store = new Store({ clock, bus: testBus(), idempotencyKeys: 100, staleAfterMs: () => 60_000 });
  assert(store.restore(restored[0]));
  assertEquals(canonicalJson(store.save()), canonicalJson(state));
});

Deno.test("B8 a snapshot that fails or is given up leaves the old one and no file of its own", async () => {
  const state = { rows: Array.from({ length: 1000 }, (_, at) => ({ at })) };
  let spoil = () => {};
  const turns = new FakeTurns(() => spoil());
  const { journal, files, time } = open(new MemoryFiles(), { turns });
  fill(journal, 3);
  await journal.snapshot({ rows: ["old"] });
  const old = textOf(files);
  const kept = (what: string) => {
    assertEquals([textOf(files), files.list(DIR)], [old, ["0000000000000001.jsonl", "snapshot.json"]], what);
  };

  const given = new AbortController();
  spoil = () => given.abort();
  await assertRejects(() => journal.snapshot(state, given.signal), DOMException);
  kept("given up");
  spoil = () => files.capacity = 0;
  await assertRejects(() => journal.snapshot(state), Error, "ENOSPC");
  files.capacity = Infinity;
  kept("a full disk");
  spoil = () => files.syncError = new Error("EIO");
  await assertRejects(() => journal.snapshot(state), Error, "EIO");
  files.syncError = undefined;
  kept("a failed fsync");
  await time.pass(1000);
  fill(journal, 1); // makes it writable again
  spoil = () => {};
  await assertRejects(() => journal.snapshot({ rows: [1, () => 1] }), Error, "canonical");
  kept("a state that is no JSON");
  await journal.snapshot(state);
  assertEquals(open(files.restart()).restored, [state]);
});

Deno.test("B8 what a process that was killed left of a snapshot is removed by the next", async () => {
  const { journal, files } = open();
  fill(journal, 3);
  await journal.snapshot({ n: 3 });
  files.put(`${PATH}${UNFINISHED}`, new Uint8Array(1000));
  const { restored, files: disk } = open(files.restart());
  assertEquals([restored, disk.list(DIR)], [[{ n: 3 }], ["0000000000000001.jsonl", "snapshot.json"]]);
});
