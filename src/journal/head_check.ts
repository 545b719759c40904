/**
 * What the head file says about the segments, at a start: the head's record stands where the head says, or the journal says
 * itself that it lost that record. The head file names only what was on the disk, so no crash takes its record: anything
 * else was done to the files.
 */
import type { StoredRecord } from "../protocol/record.ts";
import type { Files } from "../platform/system.ts";
import { chainError, type Problem } from "./chain.ts";
import { lossOf } from "./record.ts";
import { lastRecord, type Segment } from "./segment.ts";
import type { Position } from "./snapshot.ts";
import { HEAD_FILE } from "./head_file.ts";
import { contradiction, cutOff, type End, type KnownRecord, notThatOf } from "./known_record.ts";

/** The head file at a start, which may not read the head's record. */
export class HeadCheck {
  #known: KnownRecord;
  #found: Problem | undefined;
  #isMet = false;
  #isLost = false;

  constructor(readonly head: Position) {
    this.#known = { name: HEAD_FILE, ...head };
  }

  /** The journal says itself that it lost the record: only the file was not written anew. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** For each record that is read. */
  record(record: StoredRecord, segment: string, offset: number, end: number): void {
    if (lossOf(record)?.lostHead === this.head.hash) this.#isLost = true;
    if (record.seq !== this.head.seq) return;
    this.#isMet = true;
    this.#found = contradiction(this.#known, { ...record, segment, offset, end });
  }

  /**
   * @param segments those with a whole record, in order
   * @throws {ConsoleError} `journal_broken`
   */
  check(files: Files, segments: readonly Segment[], end: End): void {
    if (this.#isLost) return;
    const problem = this.head.seq > end.seq
      ? cutOff(this.#known, end)
      : this.#isMet
      ? this.#found
      : this.#unread(files, segments);
    if (problem !== undefined) throw chainError(problem);
  }

  /** Looks for the record, which is older than the snapshot, where the head says it is. */
  #unread(files: Files, segments: readonly Segment[]): Problem | undefined {
    const { seq, offset, segment } = this.head;
    const holder = segments.findLast(({ first }) => first <= seq);
    const size = holder === undefined ? 0 : files.stat(holder.path)?.size ?? 0;
    if (holder?.name !== segment || size < offset) {
      return notThatOf(HEAD_FILE, { segment: holder?.name ?? segment, seq, offset: 0 });
    }
    const { record, offset: begin } = lastRecord(files, holder.path, offset);
    if (record?.seq !== seq) return notThatOf(HEAD_FILE, { segment, seq, offset: 0 });
    return contradiction(this.#known, { ...record, segment, offset: begin, end: offset });
  }
}
