/**
 * Checks the records against the checkpoints while a verification reads them: in constant memory, because the file of
 * checkpoints is read along with the segments. It is measured before, so that a daemon that writes meanwhile cannot be
 * ahead of what is read.
 */
import type { Checkpoint, NoteKey, VerifySignature } from "../merkle/note.ts";
import { type Digest, Frontier, sameHash, TreeHasher } from "../merkle/tree.ts";
import type { Files } from "../platform/system.ts";
import { chainError, type Problem } from "./chain.ts";
import {
  beginsOf,
  type CheckpointEntry,
  checkpointFlaw,
  checkpointPath,
  readCheckpoints,
  type ReadEntry,
} from "./checkpoint_file.ts";
import type { ChainPlace } from "./record.ts";
import type { Block } from "./segment.ts";
import { CHECKPOINT_FILE, cutOff, type End } from "./witness.ts";

const LF = 10;

export interface CheckpointCheckOptions {
  readonly dir: string;
  readonly files: Files;
  readonly digest: Digest;
  readonly verify: VerifySignature;
  /** Who signs; undefined where nobody is trusted to: then only the roots are checked. */
  readonly key: NoteKey | undefined;
  /** One that was kept elsewhere, whose signature was checked. */
  readonly against?: Checkpoint;
}

/** What the checkpoints show of a journal that verifies. */
export interface CheckpointReport {
  /** Those that the records were checked against. */
  readonly count: number;
  /** The last record that one of them covers; 0 where none does. */
  readonly covers: number;
  readonly signatures: "valid" | "not checked";
}

/** Looks through the file: the signatures, and that sizes grow. Undefined where there is nothing to check by. */
export async function checkpointCheck(options: CheckpointCheckOptions): Promise<CheckpointCheck | undefined> {
  const { dir, files, against } = options;
  const stat = files.stat(checkpointPath(dir));
  if (stat === undefined && against === undefined) return undefined;
  const flawAt = (entry: CheckpointEntry | undefined, offset: number, what: string): Problem => ({
    segment: CHECKPOINT_FILE,
    seq: entry?.position.seq ?? 0,
    offset,
    what,
  });
  if (stat !== undefined && stat.kind !== "file") {
    return new CheckpointCheck(options, 0, flawAt(undefined, 0, "is in no file"));
  }
  const size = stat?.size ?? 0;
  let first = against?.origin;
  let before = 0;
  for (const { entry, offset } of readCheckpoints(files, dir, size)) {
    const flaw = await checkpointFlaw(entry, options) ??
      (entry!.origin !== (first ??= entry!.origin)
        ? `is of ${entry!.origin}, not of ${first}`
        : entry!.size <= before
        ? "is not larger than the one before"
        : undefined);
    if (flaw !== undefined) return new CheckpointCheck(options, size, flawAt(entry, offset, flaw));
    before = entry!.size;
  }
  return new CheckpointCheck(options, size, undefined);
}

export class CheckpointCheck {
  #options: CheckpointCheckOptions;
  #size: number;
  #flaw: Problem | undefined;
  #hasher: TreeHasher;
  #entries: Iterator<ReadEntry, void> = [].values();
  #next: CheckpointEntry | undefined;
  /** Undefined where the records before the first one are gone, and no checkpoint ends there. */
  #frontier: Frontier | undefined;
  #begins = 1;
  #seq = 0;
  #count = 0;
  #covers = 0;
  #found: Problem | undefined;
  #keptUpTo: number | undefined;

  constructor(options: CheckpointCheckOptions, size: number, flaw: Problem | undefined) {
    this.#options = options;
    this.#size = size;
    this.#flaw = flaw;
    this.#hasher = new TreeHasher(options.digest);
  }

  /** Begins behind `place`, also once more. @throws {ConsoleError} `journal_broken` where the file itself has a fault */
  begin(place: ChainPlace): void {
    if (this.#flaw !== undefined) throw chainError(this.#flaw);
    const { against } = this.#options;
    this.#entries = this.#read();
    this.#next = this.#entries.next().value?.entry;
    this.#begins = this.#next?.begins ?? (against === undefined ? 1 : beginsOf(against));
    this.#seq = place.seq;
    [this.#count, this.#covers, this.#found, this.#keptUpTo] = [0, 0, undefined, undefined];
    this.#frontier = place.seq < this.#begins ? new Frontier(this.#hasher) : undefined;
    while (this.#next !== undefined && this.#next.position.seq <= place.seq) {
      if (this.#next.position.seq === place.seq) this.#frontier = new Frontier(this.#hasher, this.#next.subtrees);
      this.#next = this.#entries.next().value?.entry;
    }
  }

  #read(): Generator<ReadEntry, void> {
    return readCheckpoints(this.#options.files, this.#options.dir, this.#size);
  }

  /** The next whole lines, before the chain overwrites them. */
  lines(segment: string, { offset, bytes }: Block): void {
    const frontier = this.#frontier;
    if (frontier === undefined) return;
    for (let start = 0, stop = 0; start < bytes.length; start = stop + 1) {
      stop = bytes.indexOf(LF, start);
      this.#seq++;
      if (this.#seq < this.#begins) continue;
      frontier.add({ level: 0, hash: this.#hasher.leaf(bytes.subarray(start, stop)) });
      this.#meet(frontier, segment, offset + start);
    }
  }

  #meet(frontier: Frontier, segment: string, offset: number): void {
    const { against } = this.#options;
    const seq = this.#seq;
    const disagrees = (name: string): Problem => ({
      segment,
      seq,
      offset,
      what: `does not lead to the root of ${name}: a record from ${this.#covers + 1} to ${seq} was changed`,
    });
    if (against?.size === frontier.size) {
      if (sameHash(against.root, frontier.root())) this.#keptUpTo = seq;
      else this.#found ??= disagrees("the kept checkpoint");
    }
    if (this.#next?.position.seq !== seq) return;
    if (!sameHash(this.#next.root, frontier.root())) this.#found ??= disagrees(`its checkpoint in ${CHECKPOINT_FILE}`);
    this.#count++;
    this.#covers = seq;
    this.#next = this.#entries.next().value?.entry;
  }

  /** The record up to which the checkpoint that was kept elsewhere proves the journal; undefined where that was not met. */
  get keptUpTo(): number | undefined {
    return this.#keptUpTo;
  }

  /** The first checkpoint that the lines so far do not lead to. */
  get found(): Problem | undefined {
    return this.#found;
  }

  /** After the last line. @throws {ConsoleError} `journal_broken` where a checkpoint counts more records */
  end(end: End): CheckpointReport {
    const { against, key } = this.#options;
    let last = this.#next;
    for (let more = last; more !== undefined; more = this.#entries.next().value?.entry) last = more;
    const ahead = last !== undefined && last.position.seq > end.seq ? last.position : undefined;
    if (ahead !== undefined) throw chainError(cutOff({ name: CHECKPOINT_FILE, ...ahead }, end));
    const kept = against === undefined ? 0 : beginsOf(against) + against.size - 1;
    if (kept > end.seq) throw chainError(cutOff({ name: "the kept checkpoint", seq: kept, hash: "" }, end));
    const covers = this.#covers;
    return { count: this.#count, covers, signatures: key === undefined ? "not checked" : "valid" };
  }
}
