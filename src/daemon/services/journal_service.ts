/** The journal's part in the daemon's life: snapshots while it runs and at its end, and its state in `status`. */
import type { Service } from "../../core/service.ts";
import type { Store } from "../../core/store.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Log } from "../../platform/system.ts";
import { DAEMON } from "../../protocol/actor.ts";
import { isReadOnly } from "../../core/owed_changes.ts";
import type { NewRecord } from "../../protocol/record.ts";
import type { CheckpointService } from "./checkpoint_service.ts";

/** A snapshot is due after so many records, or four times the rows: it must cost less than what it saves. */
const SNAPSHOT_RECORDS = 4096;

export interface JournalServiceOptions {
  readonly journal: Journal;
  /** Seq of the snapshot that the start used, 0 where none was. */
  readonly snapshotSeq: number;
  /** The snapshot that lies there knows more than the journal, which has lost its end: it is to be replaced. */
  readonly isSnapshotAhead: boolean;
  readonly store: Store;
  readonly checkpoints: Pick<CheckpointService, "state" | "tick" | "stop">;
  readonly log: Log;
}

/** A snapshot is written before the last event: what vouches for it is an event too. */
export interface JournalServices {
  /** Stops late: closes the files. */
  readonly journal: Service;
  /** Stops early: writes the last snapshot. */
  readonly snapshots: Service;
  /** Grows with each record that is read in the background: for a checkpoint, and by the check of what a start did not read. */
  readonly backgroundReads: () => number;
}

export function journalServices(
  { journal, snapshotSeq, isSnapshotAhead, store, checkpoints, log }: JournalServiceOptions,
): JournalServices {
  /** Seq of the newest snapshot. A start that replayed much is followed by one at the first tick. */
  let snapshotAt = isSnapshotAhead ? -Infinity : snapshotSeq;
  let writing: Promise<void> = Promise.resolve();
  const stopping = new AbortController();
  const append = (record: NewRecord) => void store.commit(record as NewEvent, DAEMON);
  // Without a snapshot the next start reads more, without a head less is missed; that is all.
  const snapshot = (signal?: AbortSignal) =>
    writing = journal.snapshot(store.save(), signal, append).catch((error) => {
      if (signal?.aborted !== true) log.warn("no snapshot", { error: String(error) });
    });
  let isHeadKept = true;
  const keepHead = async () => {
    try {
      await journal.keepHead();
      isHeadKept = true;
    } catch (error) {
      if (isHeadKept) log.warn("no head file", { error: String(error) }); // once: it is tried at each tick
      isHeadKept = false;
    }
  };
  let known = { failures: 0, readOnly: false };
  /** One line where it begins and one where it ends, whatever comes in between: a full disk fails at each event. */
  const tellTrouble = () => {
    const { failures, readOnly } = journal.stats();
    const fails = readOnly !== undefined || failures > known.failures;
    const why = readOnly ?? "an event was refused, and the next one was written";
    if (fails && !known.readOnly) log.error("the journal is read-only", { why });
    else if (!fails && known.readOnly) log.info("the journal can be written again");
    known = { failures, readOnly: fails };
  };
  /** What could not be recorded on a full disk: without a client nobody else tries. */
  const makeOwed = () => {
    try {
      store.owed.make();
    } catch (error) {
      if (!isReadOnly(error)) throw error; // that is told once, by tellTrouble
    }
  };
  return {
    backgroundReads: () => journal.stats().verifiedTo + checkpoints.state().signedTo,
    snapshots: {
      name: "snapshots",
      tick: async () => {
        const cut = journal.keepWritable();
        if (cut > 0) log.error("something else wrote to the journal: what it appended was cut off", { bytes: cut });
        makeOwed();
        tellTrouble();
        await keepHead();
        if (stopping.signal.aborted) return; // meanwhile: two at once write the same file
        if (store.seq - snapshotAt < Math.max(SNAPSHOT_RECORDS, 4 * store.size)) return;
        snapshotAt = store.seq;
        await snapshot(stopping.signal);
      },
      stop: async () => {
        stopping.abort(); // the one under way is older than the one that comes now
        await writing;
        await snapshot();
      },
    },
    journal: {
      name: "journal",
      tick: checkpoints.tick,
      status: () => {
        const { count, head, ok, lastVerifiedAt, verifiedTo, readOnly, bytes, bytesPerDay } = journal.stats();
        const growth = bytesPerDay === undefined ? {} : { bytesPerDay };
        const why = readOnly === undefined ? {} : { readOnlyWhy: readOnly };
        const state = { count, head, ok, lastVerifiedAt, verifiedTo, readOnly: readOnly !== undefined, ...why };
        return { journal: { ...state, bytes, ...growth, ...checkpoints.state() } };
      },
      stop: async () => {
        tellTrouble();
        await keepHead();
        await checkpoints.stop();
        await journal.close().catch((error) =>
          log.error("the journal did not close cleanly", { error: String(error) })
        );
      },
    },
  };
}
