/** The journal's part in the daemon's life: snapshots while it runs and at its end, and its state in `status`. */
import type { Service } from "../../core/service.ts";
import type { Store } from "../../core/store.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Log } from "../../platform/system.ts";

/** A snapshot is due after so many records, or four times the rows: it must cost less than what it saves. */
const SNAPSHOT_RECORDS = 4096;

export interface JournalServiceOptions {
  readonly journal: Journal;
  /** Seq of the snapshot that the start used, 0 where none was. */
  readonly snapshotSeq: number;
  readonly store: Store;
  readonly log: Log;
}

export function journalService({ journal, snapshotSeq, store, log }: JournalServiceOptions): Service {
  /** Seq of the newest snapshot. A start that replayed much is followed by one at the first tick. */
  let snapshotAt = snapshotSeq;
  let writing: Promise<void> = Promise.resolve();
  const stopping = new AbortController();
  // Without a snapshot the next start reads more; that is all.
  const snapshot = (signal?: AbortSignal) =>
    writing = journal.snapshot(store.save(), signal).catch((error) => {
      if (signal?.aborted !== true) log.warn("no snapshot", { error: String(error) });
    });
  return {
    name: "journal",
    tick: async () => {
      if (store.seq - snapshotAt < Math.max(SNAPSHOT_RECORDS, 4 * store.size)) return;
      snapshotAt = store.seq;
      await snapshot(stopping.signal);
    },
    status: () => {
      const { count, head, ok, lastVerifiedAt, readOnly } = journal.stats();
      return { journal: { count, head, ok, lastVerifiedAt, readOnly: readOnly !== undefined } };
    },
    stop: async () => {
      stopping.abort(); // the one under way is older than the one that comes now
      await writing;
      await snapshot();
      await journal.close().catch((error) => log.error("the journal did not close cleanly", { error: String(error) }));
    },
  };
}
