/**
 * The journal: records in a chain of hashes, in segment files that only grow. It handles bytes and records; their
 * meaning is the owner's.
 *
 * The contract: when `append` returns, the kernel has the record, so that a killed process loses nothing; when it
 * throws, nothing of the record is stored. The seq counts every record, also those that begin segments. Readers get
 * exactly what was appended. One process at a time may open a journal, which the instance lock ensures.
 */
import { Slices } from "../lib/slices.ts";
import { GroupSync } from "./group_sync.ts";
import { recentRecords } from "./read_tail.ts";
import type { Appended, NewRecord, StoredRecord } from "../protocol/record.ts";
import { unmarkBroken } from "./broken_mark.ts";
import type { Problem } from "./chain.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { Checks } from "./checks.ts";
import type { JournalOptions } from "./journal_options.ts";
import { Growth, type JournalStats } from "./stats.ts";
import { prunable, type Pruned } from "./prune.ts";
import { type ChainPlace, PRUNED_TYPE, SNAPSHOT_TYPE } from "./record.ts";
import { recover, type Recovered, type Recovery, type Replay } from "./recover.ts";
import { type Position, removeUnfinishedSnapshot, writeSnapshot } from "./snapshot.ts";
import type { Pace } from "./pace.ts";
import { writeHeadFile } from "./head_file.ts";
import { Writer } from "./writer.ts";

/** What opening found besides the records. */
export interface Opened {
  readonly journal: Journal;
  readonly recovered?: Recovered;
  /** Instead of that, where the disk has refused to have the torn end cut off: the journal is read-only, and so what it is. */
  readonly tornEnd?: {
    /** Cuts it off; what there is to tell then. @throws {ConsoleError} `read_only` */
    readonly cut: () => Recovered | undefined;
    readonly missingUpTo?: number;
  };
  /** Seq of the snapshot that was used, 0 where none was. */
  readonly snapshotSeq: number;
  /** Why a snapshot that exists was not used, for the log. */
  readonly snapshotIgnored?: string;
  /** The first record that is there, where earlier ones were pruned and no snapshot held what they said. */
  readonly unknownBefore?: number;
}

/** The most that {@link Journal.tail} returns, bytes: a window of recent records, not an export. */
const TAIL_BYTES = 8 * 1024 * 1024;

/**
 * Opens the journal in `options.dir`, passes its content to `replay`, and cuts off a torn end. Where the disk does not let
 * it, the journal is read-only until it does. The first append to an empty journal begins its first segment.
 *
 * @throws {ConsoleError} `journal_broken` with details {segment, seq, offset, what} or `incompatible`, both with
 * nothing written
 */
export function openJournal(options: JournalOptions, replay: Replay): Opened {
  const { dir, files } = options;
  if (files.stat(dir) === undefined) files.mkdir(dir, 0o700);
  const recovery = recover(options, replay);
  removeUnfinishedSnapshot(files, dir);
  const { snapshotIgnored, unread, unknownBefore, tornEnd, loss } = recovery;
  if (unread === undefined) unmarkBroken(files, dir);
  const isLeft = tornEnd.refused !== undefined;
  const recovered = isLeft ? undefined : recovery.recovered();
  const journal = new Journal(options, recovery);
  const cut = () => {
    journal.reopen();
    return recovery.recovered();
  };
  return {
    journal,
    snapshotSeq: unread?.seq ?? 0,
    ...(isLeft ? { tornEnd: { ...loss, cut } } : {}),
    ...(recovered === undefined ? {} : { recovered }),
    ...(snapshotIgnored === undefined ? {} : { snapshotIgnored }),
    ...(unknownBefore === undefined ? {} : { unknownBefore }),
  };
}

export class Journal {
  #options: JournalOptions;
  #writer: Writer;
  #group: GroupSync;
  #checks: Checks;
  /** Seq of the newest head file of this process. */
  #keptHead = 0;
  #keeping = Promise.resolve();
  #isHeadLost: boolean;
  /** The record of the snapshot that the next start goes by. */
  #snapshot: Position | undefined;
  #pruned: ChainPlace | undefined;
  #growth: Growth;

  constructor(options: JournalOptions, { tip, tornEnd, unread, isHeadLost, snapshot, pruned }: Recovery) {
    this.#options = options;
    this.#snapshot = snapshot;
    this.#pruned = pruned;
    this.#growth = new Growth(options);
    this.#isHeadLost = isHeadLost;
    this.#writer = new Writer(options, tip, tornEnd, () => this.#group.repaired());
    this.#checks = new Checks({ ...options, writer: this.#writer, unread });
    this.#group = new GroupSync({
      policy: options.fsync,
      timers: options.timers,
      sync: () => this.#writer.sync(),
      failed: (error) => this.#writer.syncFailed(error),
    }, tip.seq);
  }

  /**
   * Appends `record` and returns it, after the record of a segment that was begun for it: publish both, in order.
   *
   * @throws {ConsoleError} `read_only` where it cannot be written: nothing changed, and once a second an append tries
   *   again; `invalid_params` where the data is no canonical JSON
   */
  append(record: NewRecord): readonly Appended[] {
    const appended = this.#writer.append(record);
    this.#group.wrote(this.#writer.seq, appended.length > 1 && appended[0]!.seq > 1);
    return appended;
  }

  /** Where nothing can be written: tries to make that work again, as an append does. @throws {ConsoleError} `read_only` */
  reopen(): void {
    this.#writer.reopen();
  }

  /**
   * Resolves when the record `seq` is on the disk, as far as the fsync policy promises that.
   *
   * @throws {ConsoleError} `read_only` where its fsync failed
   */
  durable(seq: number): Promise<void> {
    return this.#group.durable(seq);
  }

  /** Seq and hash of the last record; 0 and 64 zeros before the first. */
  head(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#writer.seq, hash: this.#writer.hash };
  }

  stats(): JournalStats {
    const { seq, hash, segments, bytes, trouble, failures } = this.#writer;
    const bytesPerDay = this.#growth.perDay(bytes);
    return {
      count: seq,
      head: hash,
      segments,
      bytes,
      ...(bytesPerDay === undefined ? {} : { bytesPerDay }),
      ok: this.#checks.broken === undefined,
      lastVerifiedAt: this.#checks.lastVerifiedAt,
      verifiedTo: this.#checks.checkedTo ?? seq,
      failures,
      ...(trouble === undefined ? {} : { readOnly: trouble }),
    };
  }

  /** All records after `seq`, in order; undefined where they exceed the bounds, or `seq` does not exist yet. */
  since(seq: number, maxEvents: number, maxBytes: number): readonly StoredRecord[] | undefined {
    const count = this.#writer.seq - seq;
    if (count < 0 || count > maxEvents) return undefined;
    const records = this.#recent(count, maxBytes);
    return records.length === count ? records : undefined;
  }

  /** The last `count` records, in order; fewer where they would be more than 8 MiB. */
  tail(count: number): readonly StoredRecord[] {
    return this.#recent(count, TAIL_BYTES);
  }

  #recent(count: number, maxBytes: number): StoredRecord[] {
    const end = this.#writer.position;
    if (count <= 0 || end === undefined) return [];
    return recentRecords(this.#options.files, this.#options.dir, end, count, maxBytes);
  }

  /**
   * Keeps `state`, which must be the state after the last record and must not change any more, so that the next start
   * replays only what comes after. It is written when that record is on the disk (a snapshot must not know more than the
   * journal), in slices. One at a time.
   *
   * @param append appends the record that vouches for it; whoever publishes what is appended gives one of its own
   * @throws {ConsoleError} `read_only`; the OS error of the write, or the signal's reason, after which the old snapshot
   *   still stands
   */
  async snapshot(
    state: unknown,
    signal?: AbortSignal,
    append: (record: NewRecord) => void = (record) => void this.append(record),
  ): Promise<void> {
    const position = this.#writer.position;
    if (position === undefined || this.#checks.broken !== undefined) return;
    await this.#group.onDisk(position.seq);
    // A start that goes by the snapshot does not read the older record which says that the head's is lost.
    if (this.#isHeadLost) await this.keepHead();
    const { files, dir, runningSha256, turns, actor } = this.#options;
    const slices = new Slices(turns, signal);
    const vouch = async (digest: string) => {
      signal?.throwIfAborted();
      const pruned = this.#pruned === undefined ? {} : { pruned: this.#pruned };
      append({ type: SNAPSHOT_TYPE, actor, data: { seq: position.seq, digest, ...pruned } });
      await this.#group.onDisk(this.#writer.seq); // whatever the policy: where the beginning is pruned, it holds the state alone
    };
    await writeSnapshot({ files, dir, position, state, sha256: runningSha256(), slices, vouch });
    this.#snapshot = position;
  }

  /**
   * Removes the oldest closed segments whose last record was written before `olderThan`, ms since the epoch: never what a
   * start needs behind its snapshot, and nothing before all records were checked. The record of it is on the disk before
   * the first file goes, and the files go oldest first: what a crash leaves, the next start removes.
   *
   * @param covered the last record that a checkpoint covers: what none does stays
   * @param append as of {@link snapshot}
   * @returns what went
   * @throws {ConsoleError} `read_only`; the OS error of a removal, after which the next call goes on
   */
  async prune(
    olderThan: number,
    covered: number,
    append: (record: NewRecord) => void = (record) => void this.append(record),
  ): Promise<Pruned | undefined> {
    const { files, dir, actor } = this.#options;
    if (!this.#checks.mayRemove || this.#writer.trouble !== undefined) return undefined;
    const found = prunable({ files, dir, snapshot: this.#snapshot, olderThan, covered });
    if (found === undefined) return undefined;
    return await this.#checks.removing(async () => {
      await this.keepHead(); // the head file must not name a record that goes
      append({ type: PRUNED_TYPE, actor, data: found });
      await this.#group.onDisk(this.#writer.seq);
      this.#pruned = { seq: found.last, hash: found.hash };
      this.#growth = new Growth(this.#options);
      for (const name of found.segments) this.#writer.removeClosed(`${dir}/${name}`);
      return found;
    });
  }

  /**
   * Cuts off what somebody else appended to the last segment, and makes the journal read-only where that was taken away
   * or cannot be put right. A read-only one it tries to make writable. @returns bytes that were cut off
   */
  keepWritable(): number {
    return this.#writer.keepWritable();
  }

  /**
   * Keeps the place of the last record beside the journal, so that segments which are gone are missed. One at a time.
   *
   * @throws {ConsoleError} `read_only`; the OS error of the write
   */
  keepHead(): Promise<void> {
    return this.#keeping = this.#keeping.catch(() => {}).then(() => this.#keepHead());
  }

  async #keepHead(): Promise<void> {
    const position = this.#writer.position;
    if (position === undefined || position.seq === this.#keptHead || this.#checks.broken !== undefined) return;
    await this.#group.onDisk(position.seq); // whatever a power failure takes, it must not look like a segment that is gone
    await writeHeadFile(this.#options.files, this.#options.dir, position);
    this.#keptHead = position.seq;
    this.#isHeadLost = false;
  }

  /** Makes `checkpoints` cover all records that are there now, at `pace`. @throws as that does; {ConsoleError} `read_only` */
  async checkpoint(checkpoints: Pick<Checkpoints, "extend">, pace: Pace): Promise<void> {
    const position = this.#writer.position;
    if (position === undefined || this.#checks.broken !== undefined) return;
    await this.#group.onDisk(position.seq); // no power failure may take what was signed
    await checkpoints.extend(position, pace);
  }

  /**
   * Checks the records that a snapshot made unnecessary to read at the start, at `pace`. After a fault nothing is written
   * any more, and the next start reads every record.
   *
   * @returns the fault
   * @throws what the pace throws
   */
  verifyUnread(pace: Pace): Promise<Problem | undefined> {
    return this.#checks.unread(pace);
  }

  /**
   * Checks all records that are there now once more, at `pace`: a disk may have changed what was read before. One at a time.
   *
   * @returns the fault, after which all is as with {@link verifyUnread}
   * @throws what the pace throws
   */
  verifyAgain(pace: Pace): Promise<Problem | undefined> {
    return this.#checks.again(pace);
  }

  /** Syncs everything and closes the files. @throws {ConsoleError} `read_only` where the fsync fails */
  async close(): Promise<void> {
    try {
      await this.#group.close();
    } finally {
      this.#writer.close();
    }
  }
}
