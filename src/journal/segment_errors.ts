/** Errors about a segment as a whole, for recovery and verification. */
import { ConsoleError } from "../protocol/errors.ts";
import { JOURNAL_FORMAT } from "../protocol/version.ts";
import { checkPlainFile } from "../platform/path_safety.ts";
import type { Files, Sha256 } from "../platform/system.ts";
import { type Chain, chainError } from "./chain.ts";
import { parseRecord, SEGMENT_TYPE, tailOf, verifyHash } from "./record.ts";
import type { UnterminatedTail } from "./block.ts";
import { firstLine, type Segment, segmentOf } from "./segment.ts";

/**
 * `segment` does not begin with the next record of the chain: records are missing, or it is one too many.
 *
 * @param before the segment that was read before it, which holds what it begins with where that is not new
 * @param end the byte that `before` ends at
 */
export function sequenceGap(segment: Segment, chain: Chain, before?: Segment, end?: number): ConsoleError {
  const seq = chain.seq + 1;
  if (before !== undefined && segment.first < seq) {
    const what = `does not belong there: the record is in ${before.name} already`;
    const hint = `a copy of a file, or one of another journal: move ${segment.name} to another folder, and keep it`;
    return chainError({ segment: segment.name, seq: segment.first, offset: 0, what, hint });
  }
  // Whether its own file was taken away, or it was cut from the end of that one, nothing shows.
  const ended = before === undefined || end === undefined ? "" : `${before.name} ends before it at byte ${end}, and `;
  const what = `is missing: ${ended}the next segment is ${segment.name}`;
  return chainError({ segment: segmentOf("", seq).name, seq, offset: 0, what });
}

/**
 * `segment` is no plain file: reading a pipe would wait for good.
 *
 * @returns its bytes
 * @throws {ConsoleError} `journal_broken`
 */
export function checkPlain(files: Pick<Files, "stat">, segment: Segment): number {
  const stat = files.stat(segment.path);
  const what = stat === undefined ? undefined : checkPlainFile(stat);
  if (what !== undefined) throw chainError({ segment: segment.name, seq: segment.first, offset: 0, what });
  return stat?.size ?? 0;
}

/** `segment` ends in bytes that no crash leaves. */
export function missingNewline(segment: Segment, rest: UnterminatedTail, chain: Chain): ConsoleError {
  const what = "does not end in a line feed";
  return chainError({ segment: segment.name, seq: chain.seq + 1, offset: rest.offset, what });
}

/**
 * Refuses a format newer than this program's. Only the declared number counts: a newer program may hash differently, so
 * nothing else in its record can be checked here.
 *
 * @param opening its first line; undefined where none has ended
 * @param sha256 where given, a record whose hash is valid with one of our format numbers, so that only the number was
 * altered, is left to the chain, which reports it: better for a verification; for opening, the refusal is safer
 * @throws {ConsoleError} `incompatible`
 */
export function checkFormat(segment: Segment, opening: Uint8Array | undefined, sha256?: Sha256): void {
  const { text, format } = declared(opening) ?? {};
  if (text === undefined || format === undefined || format <= JOURNAL_FORMAT) return;
  if (sha256 !== undefined && isAlteredOurs(text, format, sha256)) return;
  throw new ConsoleError(
    "incompatible",
    `${segment.name} of the journal has format ${format}, this version reads up to ${JOURNAL_FORMAT}`,
    { segment: segment.name, format, hint: "use the version that wrote it, or a newer one" },
  );
}

/**
 * Whether an earlier version wrote the beginning of `segment`: then the next record begins another one. A program of that
 * version knows by the number alone what it cannot read.
 */
export function hasEarlierFormat(files: Files, segment: Segment): boolean {
  const { format = JOURNAL_FORMAT } = declared(firstLine(files, segment.path)) ?? {};
  return format < JOURNAL_FORMAT;
}

function declared(line: Uint8Array | undefined): { readonly text: string; readonly format?: number } | undefined {
  if (line === undefined) return undefined;
  const text = new TextDecoder().decode(line);
  const record = parseRecord(text);
  if (record?.type !== SEGMENT_TYPE) return undefined;
  const { format } = (record.data ?? {}) as Record<string, unknown>;
  return typeof format === "number" ? { text, format } : { text };
}

function isAlteredOurs(text: string, format: number, sha256: Sha256): boolean {
  for (let ours = 1; ours <= JOURNAL_FORMAT; ours++) {
    const original = text.replace(`"format":${format}`, `"format":${ours}`);
    const tail = tailOf(original);
    if (tail === undefined) return false;
    if (verifyHash(new TextEncoder().encode(original), original.length, tail, sha256)) return true;
  }
  return false;
}
