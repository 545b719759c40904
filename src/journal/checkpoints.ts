/**
 * Makes the checkpoints of a journal that is written. It reads the records back that came since the last checkpoint, off
 * the path of those who append, and checks them on the way: what does not lead to the record that the journal ends in is
 * never signed. A crash at any step leaves an earlier checkpoint, from which the next one goes on.
 */
import { checkpointText, signedNote, type VerifySignature } from "../merkle/note.ts";
import { type Digest, Frontier, TreeHasher } from "../merkle/tree.ts";
import type { Files, Sha256 } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { LF } from "./block.ts";
import { beginsOf, type CheckpointEntry, checkpointLine, checkpointPath, originOf } from "./checkpoint_file.ts";
import { brokenCheckpoints, newestCheckpoint } from "./newest_checkpoint.ts";
import { findOwnRecordedTree } from "./pruned_tree.ts";
import { type ChainPlace, NO_HASH, tailOf, verifyHash } from "./record.ts";
import { firstRecord, lastRecord, listSegments, readBlocks, type Segment } from "./segment.ts";
import type { SigningKey } from "./signing_key.ts";
import type { Position } from "./snapshot.ts";
import type { Pace } from "./pace.ts";
import { signingStopped } from "./signing_gap.ts";

/** What a line has behind its data is far shorter: its last bytes tell whether it follows, and its hash the rest. */
const TAIL_BYTES = 512;

export interface CheckpointsOptions {
  readonly dir: string;
  readonly files: Files;
  readonly key: SigningKey;
  readonly verify: VerifySignature;
  /** The hash as bytes and as hex digits. */
  readonly digest: Digest;
  readonly sha256: Sha256;
}

/**
 * @throws {ConsoleError} `journal_broken` where the file's last checkpoint is not one of ours, or what came behind it was
 *   pruned: then with its records as `gap`
 */
export async function openCheckpoints(options: CheckpointsOptions): Promise<Checkpoints> {
  const { dir, files } = options;
  const { entry, end } = await newestCheckpoint(options);
  if (entry === undefined) return new Checkpoints(options, undefined, end);
  const [oldest] = listSegments(files, dir);
  const covered = entry.position.seq;
  if (oldest !== undefined && oldest.first > covered + 1) {
    throw signingStopped({ from: covered + 1, to: oldest.first - 1 });
  }
  return new Checkpoints(options, entry, end);
}

/** Where records are read on. */
interface Place extends ChainPlace {
  readonly offset: number;
}

export class Checkpoints {
  #options: CheckpointsOptions;
  #last: CheckpointEntry | undefined;
  /** Bytes of the file that are whole lines. */
  #size: number;

  constructor(options: CheckpointsOptions, last: CheckpointEntry | undefined, size: number) {
    this.#options = options;
    this.#last = last;
    this.#size = size;
  }

  /** The last record that a checkpoint covers; 0 where there is none. */
  get seq(): number {
    return this.#last?.position.seq ?? 0;
  }

  /** The newest; undefined where there is none. */
  get last(): CheckpointEntry | undefined {
    return this.#last;
  }

  /**
   * Makes checkpoints up to `end`, which is on the disk: one where each segment ends, because a journal that is pruned
   * begins there, and one at the end. Where the file of checkpoints is lost, the tree goes on from what the record of a
   * pruning keeps of it: its origin stays, and so does what is kept elsewhere. One call at a time.
   *
   * @throws {ConsoleError} `journal_broken` where the records are not those that the last checkpoint, or `end`, knows; the
   *   OS error; what the pace throws
   */
  async extend(end: Position, pace: Pace): Promise<void> {
    const { dir, files, key, digest } = this.#options;
    if (end.hash === this.#last?.position.hash) return; // a fork may have as many records
    if (end.seq < this.seq) throw brokenCheckpoints(`counts ${this.seq} records, and the journal has ${end.seq}`);
    const last = this.#last?.position;
    const segments = listSegments(files, dir).filter(({ name }) =>
      (last === undefined || name >= last.segment) && name <= end.segment
    );
    if (last !== undefined) this.#checkLastRecord(last, segments[0]);
    const hasher = new TreeHasher(digest);
    const { first = 1 } = segments[0] ?? {};
    let place: Place = last ?? { seq: first - 1, hash: this.#before(segments[0]), offset: 0 };
    const tree = this.#last ??
      (first === 1 ? undefined : await findOwnRecordedTree(files, dir, place, { key, hasher, pace }));
    const begins = tree === undefined ? first : beginsOf(tree);
    const frontier = new Frontier(hasher, tree?.subtrees);
    for (const segment of segments) {
      const to = segment.name === end.segment ? end.offset : files.stat(segment.path)?.size ?? 0;
      const from = segment.name === last?.segment ? last.offset : 0;
      if (from === to) continue;
      place = await this.#read(segment, { ...place, offset: from }, to, { hasher, frontier, pace });
      if (segment.name === end.segment && (place.seq !== end.seq || place.hash !== end.hash)) {
        throw notLeading(segment, place, "is not the last one of the journal");
      }
      await this.#add(frontier, begins, { ...place, segment: segment.name });
    }
  }

  /** The record of the last checkpoint must stand where that says: else the journal is another, or was cut. */
  #checkLastRecord(last: Position, segment: Segment | undefined): void {
    const { files } = this.#options;
    if (segment !== undefined && segment.name !== last.segment && segment.first === last.seq + 1) {
      if (this.#before(segment) === last.hash) return; // the file that it ends was pruned
    }
    const size = segment?.name === last.segment ? files.stat(segment.path)?.size ?? 0 : 0;
    const record = size < last.offset ? undefined : lastRecord(files, segment!.path, last.offset).record;
    if (record?.hash !== last.hash || record.seq !== last.seq) {
      throw brokenCheckpoints(`knows a record ${last.seq} that is not in the journal`);
    }
  }

  #before(segment: Segment | undefined): string {
    return segment === undefined ? NO_HASH : firstRecord(this.#options.files, segment.path)?.prev ?? NO_HASH;
  }

  async #read(
    segment: Segment,
    from: Place,
    to: number,
    { hasher, frontier, pace }: {
      readonly hasher: TreeHasher;
      readonly frontier: Frontier;
      readonly pace: Pace;
    },
  ): Promise<Place> {
    const { sha256 } = this.#options;
    let { seq, hash, offset } = from;
    const decoder = new TextDecoder();
    for (const block of readBlocks(this.#options.files, segment.path, offset)) {
      const bytes = block.bytes.subarray(0, to - block.offset);
      for (let start = 0; start < bytes.length;) {
        const stop = bytes.indexOf(LF, start);
        if (stop < 0) throw notLeading(segment, { seq, offset: block.offset + start }, "does not end where it ended");
        const line = bytes.subarray(start, stop);
        frontier.add({ level: 0, hash: hasher.leaf(line) });
        const text = decoder.decode(line.subarray(-TAIL_BYTES));
        const tail = tailOf(text);
        const follows = tail?.seq === seq + 1 && tail.prev === hash;
        if (!follows || !verifyHash(line, text.length, tail, sha256)) {
          throw notLeading(segment, { seq, offset: block.offset + start }, "does not follow the one before");
        }
        ({ seq, hash } = tail);
        start = stop + 1;
        offset = block.offset + start;
      }
      if (offset >= to) break;
      await pace.next();
    }
    return { seq, hash, offset };
  }

  async #add(frontier: Frontier, begins: number, position: Position): Promise<void> {
    const { dir, files, key, digest } = this.#options;
    const checkpoint = { origin: originOf(key, begins), size: frontier.size, root: frontier.root() };
    const note = await signedNote(checkpointText(checkpoint), key, key.sign, digest);
    const subtrees = [...frontier.subtrees];
    const bytes = new TextEncoder().encode(checkpointLine({ note, subtrees, position }));
    const file = files.append(checkpointPath(dir), "may");
    try {
      if (file.size() < this.#size) throw brokenCheckpoints("was cut while the daemon ran");
      if (file.size() > this.#size) file.truncate(this.#size); // the rest of a write that was interrupted
      file.write(bytes);
      await file.sync();
    } finally {
      file.close();
    }
    this.#size += bytes.length;
    this.#last = { ...checkpoint, note, begins, subtrees, position };
  }
}

function notLeading({ name }: Segment, { seq, offset }: { seq: number; offset: number }, what: string): ConsoleError {
  return new ConsoleError("journal_broken", `no checkpoint: record ${seq + 1} in ${name} at byte ${offset} ${what}`, {
    hint: "agent-console audit verify",
  });
}
