/** The journal's services while the daemon stops. */
import { assertEquals } from "@std/assert";
import { OwedChanges } from "../../src/core/owed_changes.ts";
import type { Store } from "../../src/core/store.ts";
import { journalServices } from "../../src/daemon/services/journal_service.ts";
import type { Journal } from "../../src/journal/journal.ts";

Deno.test("C7 a stop in the middle of a tick writes one snapshot, not two into the same file", async () => {
  const head = Promise.withResolvers<void>();
  const written: boolean[] = [];
  const journal = {
    keepWritable: () => 0,
    stats: () => ({ failures: 0 }),
    keepHead: () => head.promise,
    snapshot: (_state: unknown, signal?: AbortSignal) => Promise.resolve(void written.push(signal?.aborted === true)),
  } as unknown as Journal;
  const owed = new OwedChanges();
  const store = { seq: 10_000, size: 1, save: () => ({}), owed } as unknown as Store; // one is due
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const checkpoints = { state: () => ({ signedTo: 0 }), tick: () => Promise.resolve(), stop: () => Promise.resolve() };
  const base = { journal, snapshotSeq: 0, isSnapshotAhead: false, checkpoints };
  const { snapshots } = journalServices({ ...base, store, log });
  const tick = snapshots.tick?.();
  const stop = snapshots.stop?.({ reason: "test", force: false, restart: false });
  head.resolve();
  await Promise.all([tick, stop]);
  assertEquals(written, [false], "that of the stop, which nothing calls off");
});
