/** Checks the chain record by record: the only place that defines a valid journal. */
import { ConsoleError } from "../protocol/errors.ts";
import { JOURNAL_FORMAT } from "../protocol/version.ts";
import type { Sha256 } from "../platform/system.ts";
import { hasOwnShape, NO_HASH, parseRecord, SEGMENT_TYPE, tailOf, tailOfNext, verifyHash } from "./record.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { type Block, LF, type UnterminatedTail } from "./block.ts";

/** Where the journal does not verify: `seq` is the expected record, `offset` its first byte. */
export interface Problem {
  readonly segment: string;
  readonly seq: number;
  readonly offset: number;
  readonly what: string;
  /** What a person can do about it. */
  readonly hint?: string;
}

/** Of the error for a problem that has no hint of its own: it belongs to the error, and {@link problemOf} leaves it out. */
const ASK_VERIFY = "keep the files as they are; agent-console audit verify says what to do";

/** The error for a problem; `details` are the problem itself. */
export function chainError(problem: Problem): ConsoleError {
  const message = `the journal does not verify: ${problemLine(problem)}`;
  return new ConsoleError("journal_broken", message, { hint: ASK_VERIFY, ...problem });
}

/** Number 0 is no record: something is wrong with a file beside them. */
export function problemLine({ segment, seq, offset, what }: Problem): string {
  return `${seq === 0 ? segment : `record ${seq} in ${segment}`} at byte ${offset} ${what}`;
}

export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof ConsoleError) || error.kind !== "journal_broken") return undefined;
  const { segment, seq, offset, what, hint } = error.details;
  const more = hint === undefined || hint === ASK_VERIFY ? {} : { hint };
  return { segment: String(segment), seq: Number(seq), offset: Number(offset), what: String(what), ...more };
}

const REPLACEMENT = "\ufffd";
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Three times as fast as the strict one, and its text takes half the memory where it is ASCII (measured). */
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** A position in the chain that moves on by checked records only. */
export class Chain {
  #sha256: Sha256;
  #seq: number;
  #hash: string;

  constructor(sha256: Sha256, at: { readonly seq: number; readonly hash: string } = { seq: 0, hash: NO_HASH }) {
    this.#sha256 = sha256;
    this.#seq = at.seq;
    this.#hash = at.hash;
  }

  /** Seq and hash of the last record that was checked; 0 and zeros before the first. */
  get seq(): number {
    return this.#seq;
  }
  get hash(): string {
    return this.#hash;
  }

  /**
   * Checks whole lines of a segment and calls `each` after each record, with its offset and where it ends. Overwrites
   * the bytes.
   *
   * @throws {ConsoleError} `journal_broken` at the first line that is not the next record
   */
  block(
    segment: string,
    { offset, bytes }: Block,
    each?: (record: StoredRecord, offset: number, end: number) => void,
  ): void {
    const text = lenient.decode(bytes);
    const doubtful = text.includes(REPLACEMENT); // what is not UTF-8 shows as this, but a line may also hold it
    const ascii = text.length === bytes.length; // then places in the text are places in the bytes
    let at = 0;
    let from = 0;
    while (from < bytes.length) {
      const stop = text.indexOf("\n", at);
      const end = ascii ? stop : bytes.indexOf(LF, from);
      const line = bytes.subarray(from, end);
      if (doubtful && !isUtf8(line)) {
        throw chainError({ segment, seq: this.#seq + 1, offset: offset + from, what: "is not UTF-8" });
      }
      const record = this.#line(segment, offset + from, text.slice(at, stop), line);
      each?.(record, offset + from, offset + end + 1);
      at = stop + 1;
      from = end + 1;
    }
  }

  /** True where `rest` is the next record whose line feed was altered: no torn write looks like this. */
  continuesIn(segment: string, { offset, bytes }: UnterminatedTail): boolean {
    const line = bytes.slice();
    line[line.length - 1] = LF;
    try {
      new Chain(this.#sha256, this).block(segment, { offset, bytes: line });
      return true;
    } catch (error) {
      if (problemOf(error) === undefined) throw error;
      return false;
    }
  }

  #line(segment: string, offset: number, text: string, bytes: Uint8Array): StoredRecord {
    const seq = this.#seq + 1;
    const fail = (what: string) => chainError({ segment, seq, offset, what });
    const record = parseRecord(text);
    const tail = (record && tailOfNext(text, record, seq, this.#hash)) ?? tailOf(text);
    if (tail === undefined) throw fail("is not one line of canonical JSON");
    if (!verifyHash(bytes, text.length, tail, this.#sha256)) {
      throw fail("is altered: its hash is not that of its bytes");
    }
    if (tail.seq !== seq) throw fail(`is missing: record ${tail.seq} stands there`);
    if (tail.prev !== this.#hash) throw fail("is not chained: its prev is not the hash of the record before");
    if (record === undefined) throw fail("is not one line of canonical JSON");
    if ((record.type === SEGMENT_TYPE) !== (offset === 0)) {
      throw fail(
        offset === 0 ? `is a ${record.type}, expected ${SEGMENT_TYPE}` : `is a ${SEGMENT_TYPE} inside a segment`,
      );
    }
    if (offset === 0 && !opens(record.data, seq)) throw fail("does not open the segment that it stands in");
    if (!hasOwnShape(record)) throw fail(`is a ${record.type} with data that no daemon writes`);
    this.#seq = seq;
    this.#hash = tail.hash;
    return record;
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function opens(data: unknown, seq: number): boolean {
  const { first, format } = (data ?? {}) as Record<string, unknown>;
  return first === seq && typeof format === "number" && format >= 1 && format <= JOURNAL_FORMAT;
}
