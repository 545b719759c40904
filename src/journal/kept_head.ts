/**
 * What the head file says about the segments. A start and a verification go by the same rules: the head's record stands
 * where the head says; or its segment has lost its end, as a crash can do; or the journal says itself that it lost that
 * record. Anything else was done to the files.
 */
import type { StoredRecord } from "../protocol/record.ts";
import type { Files } from "../platform/system.ts";
import { chainError, type Problem } from "./chain.ts";
import { lossOf, parseRecord } from "./record.ts";
import { lastLines, type Segment } from "./segment.ts";
import type { Position } from "./snapshot.ts";
import { HEAD_FILE, type Witness } from "./witness.ts";

/** Where a journal that was read ends. */
interface End {
  readonly seq: number;
  readonly segment: string;
  readonly offset: number;
}

/** @returns what is wrong with the record that has the witness's seq, if anything is */
export function contradiction(
  { name, hash, segment: place = "" }: Witness,
  record: Pick<StoredRecord, "seq" | "hash">,
  segment: string,
  offset: number,
): Problem | undefined {
  const { seq } = record;
  const hint = hintOf(name);
  if (hash !== record.hash) return { segment, seq, offset, what: `is not that of ${name}: it was rewritten`, ...hint };
  if (place === "" || place === segment) return undefined;
  return { segment, seq, offset, what: `is in ${place}, says ${name}`, ...hint };
}

/** The fault of an end before the witness's record. */
export function cutOff({ name, seq: counted }: Witness, { seq, segment, offset }: End): Problem {
  const what = `is missing: ${name} counts ${counted} records, the end was cut off`;
  return { segment, seq: seq + 1, offset, what, ...hintOf(name) };
}

/** Only the head file keeps a start from going on with what is there. */
function hintOf(name: string): Pick<Problem, "hint"> {
  return name !== HEAD_FILE
    ? {}
    : { hint: `put the journal's files back as they were, or remove ${HEAD_FILE} to go on with what is there` };
}

/** The head file at a start, which may not read the head's record. */
export class KeptHead {
  #witness: Witness;
  #found: Problem | undefined;
  #isMet = false;
  #isLost = false;

  constructor(readonly head: Position) {
    this.#witness = { name: HEAD_FILE, ...head };
  }

  /** The journal says itself that it lost the record: only the file was not written anew. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** For each record that is read. */
  record(record: StoredRecord, segment: string, offset: number): void {
    if (lossOf(record)?.lostHead === this.head.hash) this.#isLost = true;
    if (record.seq !== this.head.seq) return;
    this.#isMet = true;
    this.#found = contradiction(this.#witness, record, segment, offset);
  }

  /**
   * @param segments all that there are, in order; those without a whole record as well
   * @returns whether the head's record is lost, as a crash loses it
   * @throws {ConsoleError} `journal_broken`
   */
  check(files: Files, segments: readonly Segment[], end: End): boolean {
    const { seq, segment } = this.head;
    if (this.#isLost) return false;
    if (seq <= end.seq) {
      const problem = this.#isMet ? this.#found : this.#unread(files, segments);
      if (problem !== undefined) throw chainError(problem);
      return false;
    }
    if (segments.some(({ name }) => name === segment)) return true;
    throw chainError(cutOff(this.#witness, end));
  }

  /** Looks for the record, which is older than the snapshot, where the head says it is. */
  #unread(files: Files, segments: readonly Segment[]): Problem | undefined {
    const { seq, offset, segment } = this.head;
    const holder = segments.findLast(({ first }) => first <= seq);
    const what = `is not that of ${HEAD_FILE}: it was rewritten`;
    const hint = hintOf(HEAD_FILE);
    const size = holder === undefined ? 0 : files.stat(holder.path)?.size ?? 0;
    if (holder?.name !== segment || size < offset) {
      return { segment: holder?.name ?? segment, seq, offset: 0, what, ...hint };
    }
    const [line] = lastLines(files, holder.path, offset, 1, offset);
    const record = line === undefined ? undefined : parseRecord(new TextDecoder().decode(line));
    if (line === undefined || record?.seq !== seq) return { segment, seq, offset: 0, what, ...hint };
    return contradiction(this.#witness, record, segment, offset - line.length - 1);
  }
}
