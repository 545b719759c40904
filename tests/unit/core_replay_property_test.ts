/**
 * C1, C5: whatever sessions report and however their requests are answered, what a start reads is the state that was live:
 * from all records, and from a snapshot at any of them and the records after it.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Inbox } from "../../src/approvals/inbox.ts";
import { Store } from "../../src/core/store.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { testBus } from "../support/bus.ts";
import { Desk } from "../support/desk.ts";
import { FakeJournal } from "../support/fake_journal.ts";
import { rounds } from "../support/harness_wait.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { open, verify } from "../support/memory_journal.ts";
import { testProjections } from "../support/projections.ts";
import { takeTurn, walks } from "../support/random_walk.ts";

/** Some ten records fill a segment. */
const SEGMENT_BYTES = 8000;

/** The journal of a desk that is on a disk, with the times that the desk's clock says. */
class JournalOnDisk extends FakeJournal {
  readonly files = new MemoryFiles();
  readonly opened = open(this.files, {
    segmentBytes: SEGMENT_BYTES,
    clock: { now: () => Date.parse(this.now()), steady: () => 0 },
  });

  override append(record: { type: string; actor: string; data: object }) {
    const appended = [...this.opened.journal.append(record)];
    for (const { seq, ts, type, dataJson } of appended) {
      this.records.push({ seq, ts, type, actor: record.actor, data: JSON.parse(dataJson), prev: "", hash: "" });
    }
    return appended;
  }
}

/** The state that a start makes of the disk. @param bySnapshot else of the records alone */
function started(files: MemoryFiles, bySnapshot: boolean): Store {
  const { restored, replayed } = open(files.restart(), { segmentBytes: SEGMENT_BYTES, knowsState: bySnapshot });
  const store = new Store({
    clock: { now: () => 0, steady: () => 0 },
    bus: testBus(),
    idempotencyKeys: 4096,
    staleAfterMs: () => 60_000,
    projections: testProjections([() => new Inbox()]),
  });
  assertEquals(restored.length, bySnapshot ? 1 : 0);
  if (bySnapshot) assert(store.restore(restored[0]));
  for (const record of replayed) store.replay(record);
  return store;
}

/** As JSON has it: members that are undefined are none. */
const stateOf = (store: Store) => JSON.parse(JSON.stringify(store.save()));

const BEGUN = { type: "daemon.started", data: {} } as NewEvent;
const HOUR_MS = 3_600_000;
const jumps = fc.array(fc.integer({ min: -HOUR_MS, max: HOUR_MS }), { minLength: 1, maxLength: 5 });

Deno.test("C1 C5 the state of a start is the state that was live: from all records, and from a snapshot and the rest", async () => {
  let segments = 0;
  await fc.assert(
    fc.asyncProperty(walks, fc.nat(), jumps, async (turns, when, jumps) => {
      const journal = new JournalOnDisk();
      const desk = new Desk({}, journal);
      desk.attach();
      desk.store.commit(BEGUN, "daemon"); // an empty journal has no snapshot
      const snapshotAt = when % turns.length;
      for (const [at, turn] of turns.entries()) {
        desk.setClock(jumps[at % jumps.length]!);
        await takeTurn(desk, turn);
        if (at !== snapshotAt) continue;
        const vouch = (record: object) => void desk.store.commit(record as NewEvent, "daemon");
        await journal.opened.journal.snapshot(desk.store.save(), undefined, vouch);
      }
      const live = stateOf(desk.store);
      assertEquals(stateOf(started(journal.files, false)), live);
      assertEquals(stateOf(started(journal.files, true)), live);
      assert((await verify(journal.files)).ok);
      segments = Math.max(segments, journal.opened.journal.stats().segments);
    }),
    { numRuns: rounds(40, 3000) },
  );
  assert(segments > 1, "a walk went over a rotation");
});
