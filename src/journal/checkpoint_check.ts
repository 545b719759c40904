/**
 * Checks the records against the checkpoints while a verification reads them: in constant memory, because the file of
 * checkpoints is read along with the segments. It is measured before, so that a daemon that writes meanwhile cannot be
 * ahead of what is read.
 */
import type { NoteKey, VerifySignature } from "../merkle/note.ts";
import { type Digest, Frontier, sameHash, TreeHasher } from "../merkle/tree.ts";
import type { Files } from "../platform/system.ts";
import { chainError, type Problem } from "./chain.ts";
import {
  beginsOf,
  CHECKPOINT_FILE,
  type CheckpointEntry,
  checkpointFlaw,
  checkpointPath,
  lastRecordOf,
  readCheckpoints,
  type ReadEntry,
} from "./checkpoint_file.ts";
import { type Disagreement, KeptCheck, type KeptCheckpoint, type KeptReport } from "./kept_check.ts";
import { knownSubtrees, recordedTree } from "./pruned_tree.ts";
import { type ChainPlace, tailOf } from "./record.ts";
import { type Block, LF } from "./block.ts";
import type { SigningGap } from "./signing_gap.ts";
import { checkpointRest } from "./torn_checkpoint.ts";
import { cutOff, type End } from "./known_record.ts";

export interface CheckpointCheckOptions {
  readonly dir: string;
  readonly files: Files;
  readonly digest: Digest;
  readonly verify: VerifySignature;
  /** Who signs; undefined where nobody is trusted to: then only the roots are checked. */
  readonly key: NoteKey | undefined;
  /** Those that were kept elsewhere. */
  readonly kept?: readonly KeptCheckpoint[];
}

/** What the checkpoints show of a journal that verifies. */
export interface CheckpointReport {
  /** Those that the records were checked against. */
  readonly count: number;
  /** The last record that one of them covers; 0 where none does. */
  readonly covers: number;
  /** Where no record that is there is covered: the last record of the file's checkpoints, which was pruned. */
  readonly reach?: number;
  /** "none" where no record was checked against any. */
  readonly signatures: "valid" | "not checked" | "none";
  /** These were pruned before a checkpoint covered them, by a version that signs nothing: since then nothing is signed. */
  readonly gap?: SigningGap;
  /** Bytes behind the last checkpoint: one that is being written, or the part of one that a crash has left. */
  readonly unfinished?: number;
  /** Absent where none was given. */
  readonly kept?: KeptReport;
}

/** Looks through the file: the signatures, and that sizes grow. Undefined where there is nothing to check by. */
export async function checkpointCheck(options: CheckpointCheckOptions): Promise<CheckpointCheck | undefined> {
  const { dir, files, kept = [] } = options;
  const stat = files.stat(checkpointPath(dir));
  if (stat === undefined && kept.length === 0) return undefined;
  const flawAt = (entry: CheckpointEntry | undefined, offset: number, what: string): Problem => ({
    segment: CHECKPOINT_FILE,
    seq: entry?.position.seq ?? 0,
    offset,
    what,
  });
  if (stat !== undefined && stat.kind !== "file") {
    return new CheckpointCheck(options, 0, flawAt(undefined, 0, "is no file"));
  }
  const size = stat?.size ?? 0;
  let first: string | undefined;
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
  const rest = size === 0 ? undefined : checkpointRest(files, dir, size);
  const flaw = rest?.flaw === undefined ? undefined : flawAt(rest.entry, rest.offset, rest.flaw);
  return new CheckpointCheck(options, size, flaw, rest?.bytes);
}

/** A line of a segment without its line feed, and where it begins. */
interface LineAt {
  readonly segment: string;
  readonly offset: number;
  readonly line: Uint8Array;
}

export class CheckpointCheck {
  #options: CheckpointCheckOptions;
  #size: number;
  #flaw: Problem | undefined;
  #unfinished: number;
  #hasher: TreeHasher;
  #kept: KeptCheck;
  #entries: Iterator<ReadEntry, void> = [].values();
  #next: CheckpointEntry | undefined;
  /** Where the line of {@link #next} begins in its file. */
  #nextAt = 0;
  /** Undefined where the records before the first one are gone, and nothing says what led to them. */
  #frontier: Frontier | undefined;
  /** The root at the beginning, where records before it were pruned. */
  #prunedRoot: Uint8Array | undefined;
  #place: ChainPlace = { seq: 0, hash: "" };
  #begins = 1;
  #seq = 0;
  #count = 0;
  #covers = 0;
  /** The last record of the checkpoints of records that were pruned; 0 where there is none. */
  #reach = 0;
  #gap: CheckpointReport["gap"];
  #found: Problem | undefined;

  constructor(options: CheckpointCheckOptions, size: number, flaw: Problem | undefined, unfinished = 0) {
    this.#unfinished = unfinished;
    this.#options = options;
    this.#size = size;
    this.#flaw = flaw;
    this.#hasher = new TreeHasher(options.digest);
    this.#kept = new KeptCheck(this.#hasher, options.kept ?? []);
  }

  /** Begins behind `place`, also once more. @throws {ConsoleError} `journal_broken` where the file itself has a fault */
  begin(place: ChainPlace): void {
    if (this.#flaw !== undefined) throw chainError(this.#flaw);
    const { files, dir } = this.#options;
    this.#place = place;
    this.#entries = this.#read();
    this.#advance();
    this.#begins = this.#next?.begins ?? 1;
    this.#seq = place.seq;
    [this.#count, this.#covers, this.#found, this.#gap] = [0, 0, undefined, undefined];
    const hasCheckpoints = this.#next !== undefined;
    const lastPruned = this.#skipPruned(place);
    this.#reach = lastPruned?.position.seq ?? 0;
    const known = knownSubtrees(files, dir, place, this.#size);
    const isPruned = place.seq >= this.#begins;
    const subtrees = !isPruned ? [] : hasCheckpoints ? known(this.#begins) : undefined;
    this.#frontier = subtrees === undefined ? undefined : new Frontier(this.#hasher, subtrees);
    this.#prunedRoot = isPruned ? this.#frontier?.root() : undefined;
    if (this.#frontier === undefined) {
      if (this.#next !== undefined) this.#unknownBefore(this.#next, place.seq);
      else if (lastPruned !== undefined) this.#gap = { from: lastPruned.position.seq + 1, to: place.seq };
    }
    this.#disagrees(this.#kept.begin(place.seq, known), "the records that were pruned", 0);
  }

  /** A checkpoint ends each file that is pruned: where none does, and the record of the pruning has no tree, it is forged. */
  #unknownBefore({ position: { seq } }: CheckpointEntry, pruned: number): void {
    const what =
      `covers records from ${pruned + 1} on, and nothing is known of its tree up to record ${pruned}, where ` +
      "the journal was pruned";
    this.#found ??= { segment: CHECKPOINT_FILE, seq, offset: this.#nextAt, what };
  }

  /** Goes to the first checkpoint of a record behind `place`. @returns the one before it */
  #skipPruned(place: ChainPlace): CheckpointEntry | undefined {
    let last: CheckpointEntry | undefined;
    for (; this.#next !== undefined && this.#next.position.seq <= place.seq; this.#advance()) {
      last = this.#next;
      if (last.position.seq === place.seq && last.position.hash !== place.hash) this.#misplaced(last);
      this.#contradicts(last);
    }
    return last;
  }

  #read(): Generator<ReadEntry, void> {
    return readCheckpoints(this.#options.files, this.#options.dir, this.#size);
  }

  #advance(): void {
    const { value } = this.#entries.next();
    this.#next = value?.entry;
    this.#nextAt = value?.offset ?? 0;
  }

  /** What stands beside the signed note is not signed, and the next checkpoint goes on from there. */
  #misplaced({ position: { seq } }: CheckpointEntry): void {
    const what = "says of its last record another hash or place than the journal";
    this.#found ??= { segment: CHECKPOINT_FILE, seq, offset: this.#nextAt, what };
  }

  #contradicts(entry: CheckpointEntry): void {
    const kept = this.#kept.contradicts(entry);
    if (kept === undefined) return;
    const what = `is another one than ${kept.name}: the journal was made anew`;
    this.#found ??= { segment: CHECKPOINT_FILE, seq: entry.position.seq, offset: this.#nextAt, what };
  }

  #disagrees(found: Disagreement | undefined, segment: string, offset: number): void {
    if (found === undefined) return;
    this.#found ??= { segment, seq: this.#seq, offset, ...found };
  }

  /** The next whole lines, before the chain overwrites them. */
  lines(segment: string, { offset, bytes }: Block): void {
    if (this.#frontier === undefined && !this.#kept.waits) return;
    for (let start = 0, stop = 0; start < bytes.length; start = stop + 1) {
      stop = bytes.indexOf(LF, start);
      this.#seq++;
      const line = bytes.subarray(start, stop);
      const hash = this.#hasher.leaf(line);
      this.#disagrees(this.#kept.leaf(this.#seq, hash), segment, offset + start);
      if (this.#frontier === undefined || this.#seq < this.#begins) continue;
      this.#frontier.add({ level: 0, hash });
      if (this.#next?.position.seq === this.#seq) {
        this.#meet(this.#next, this.#frontier, { segment, offset: offset + start, line });
      }
    }
  }

  #meet(entry: CheckpointEntry, frontier: Frontier, { segment, offset, line }: LineAt): void {
    const { position } = entry;
    const seq = this.#seq;
    if (!sameHash(entry.root, frontier.root())) {
      const what = `does not lead to the root of its checkpoint in ${CHECKPOINT_FILE}: ` +
        `a record from ${Math.max(this.#covers, this.#place.seq) + 1} to ${seq} was changed`;
      this.#found ??= { segment, seq, offset, what };
    }
    const isThere = position.segment === segment && position.offset === offset + line.length + 1;
    if (!isThere || tailOf(new TextDecoder().decode(line))?.hash !== position.hash) this.#misplaced(entry);
    this.#count++;
    this.#covers = seq;
    this.#advance();
  }

  /** Each record that was checked: one of a pruning keeps the root of what went. */
  record(
    record: { readonly type: string; readonly seq: number; readonly data: unknown },
    segment: string,
    offset: number,
  ): void {
    const tree = this.#prunedRoot === undefined ? undefined : recordedTree(record);
    if (tree?.last !== this.#place.seq || beginsOf(tree) !== this.#begins) return;
    if (sameHash(tree.root, this.#prunedRoot!)) return;
    const what = `keeps another root of the records that were pruned than ${CHECKPOINT_FILE}`;
    this.#found ??= { segment, seq: record.seq, offset, what };
  }

  /** The record up to which the checkpoints that were kept elsewhere prove the journal; undefined where none was met. */
  get keptUpTo(): number | undefined {
    return this.#kept.upTo;
  }

  /** The last record so far that a checkpoint covers whose signature was checked; 0 where none does. */
  get signedUpTo(): number {
    return Math.max(this.#options.key === undefined ? 0 : this.#covers, this.#kept.upTo ?? 0);
  }

  /** The first checkpoint that the lines so far do not lead to. */
  get found(): Problem | undefined {
    return this.#found;
  }

  /** After the last line. @throws {ConsoleError} `journal_broken` where a checkpoint counts more records */
  end(end: End): CheckpointReport {
    const { key, kept } = this.#options;
    let last = this.#next;
    for (let more = last; more !== undefined; more = this.#entries.next().value?.entry) last = more;
    const more = last !== undefined && last.position.seq > end.seq ? last.position : undefined;
    if (more !== undefined) throw chainError(cutOff({ name: CHECKPOINT_FILE, ...more }, end));
    const ahead = this.#kept.ahead();
    if (ahead !== undefined) {
      throw chainError(cutOff({ name: ahead.name, seq: lastRecordOf(ahead), hash: "" }, end));
    }
    return {
      count: this.#count,
      covers: this.#covers,
      ...(this.#count > 0 || this.#reach === 0 ? {} : { reach: this.#reach }),
      signatures: this.#count === 0 ? "none" : key === undefined ? "not checked" : "valid",
      ...(this.#gap === undefined ? {} : { gap: this.#gap }),
      ...(this.#unfinished === 0 ? {} : { unfinished: this.#unfinished }),
      ...(kept === undefined ? {} : { kept: this.#kept.report() }),
    };
  }
}
