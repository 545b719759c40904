/**
 * Reads the files up to the end of the chain. Everything is read and checked before anything is written: a journal that
 * does not verify, or that a newer program wrote, is left unchanged (promises C3, F3).
 */
import type { Files, Sha256 } from "../platform/system.ts";
import { Beginning } from "./beginning.ts";
import { Chain, chainError, type Problem } from "./chain.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { reasonOf } from "./read_only.ts";
import { isMarkedBroken } from "./broken_mark.ts";
import { checkFormat, missingNewline, sequenceGap } from "./segment_errors.ts";
import { lookAt, type SegmentLook } from "./segment_look.ts";
import { LF, type UnterminatedTail } from "./block.ts";
import { HeadCheck } from "./head_check.ts";
import type { ChainPlace, Loss } from "./record.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { checkLine } from "./repair.ts";
import { lastRecord, listSegments, readBlocks, type Segment, segmentOf, type Tip, withLineFeed } from "./segment.ts";
import { type Position, readSnapshot, type Snapshot } from "./snapshot.ts";
import { type Cut, TornEnd } from "./truncate_torn.ts";
import { whyUnusable } from "./usable_snapshot.ts";
import { readHeadFile } from "./head_file.ts";

export interface RecoverOptions {
  readonly dir: string;
  readonly files: Files;
  readonly sha256: Sha256;
  /** The fastest hash for inputs of about this size; {@link sha256} where absent. */
  readonly sha256For?: (bytes: number) => Sha256;
}

/** Receives the state. */
export interface Replay {
  /**
   * Receives the state of a snapshot, before all records. False where its layout is unknown: then all is replayed.
   *
   * @param isWhole whether all records are there: else what only the snapshot holds would be lost with it
   */
  readonly restore: (state: unknown, isWhole: boolean) => boolean;
  /** Receives one record after the snapshot, in order. */
  readonly record: (record: StoredRecord) => void;
}

/** What a start had to cut off or found missing: the data of `daemon.recovered`. */
export type Recovered = Cut & Loss;

export interface Recovery {
  readonly tip: Tip;
  /** What lies behind the last record, where the disk refused to have it cut off: nothing may be appended before it is. */
  readonly tornEnd: TornEnd;
  /** Records that are known to be lost. */
  readonly loss: Loss;
  /** What there is to tell, as far as it was cut. */
  readonly recovered: () => Recovered | undefined;
  /** The snapshot's record: the ones before it were not read. Undefined where every record was. */
  readonly unread: ChainPlace | undefined;
  /** The snapshot's record; the state is what it held and what followed. Undefined where none was used. */
  readonly snapshot: Position | undefined;
  /** The end of what was pruned, where anything was. */
  readonly pruned: ChainPlace | undefined;
  /** The first record that is there, where earlier ones were pruned and no snapshot held what they said. */
  readonly unknownBefore?: number;
  /** Why a snapshot that exists was not used, for the log. */
  readonly snapshotIgnored?: string;
  /** The head file knows a record that is lost, as the journal says: no snapshot may come before a new one. */
  readonly isHeadLost: boolean;
}

/**
 * @throws {ConsoleError} `journal_broken` with {segment, seq, offset, what}; `incompatible` for a newer format;
 *   both with nothing written
 */
export function recover(options: RecoverOptions, replay: Replay): Recovery {
  const { dir, files, sha256 } = options;
  const all = listSegments(files, dir).map((segment) => lookAt(files, segment));
  for (const segment of all) checkFormat(segment, segment.opening);
  const place = readHeadFile(files, dir);
  const found = readSnapshot(files, dir, sha256);
  const snapshot = typeof found === "object" ? found : undefined;
  // A crash during rotation leaves last segments without a whole record: then the one before is the last.
  const unborn: SegmentLook[] = [];
  for (let last = all.at(-1); last !== undefined && last.opening === undefined; last = all.at(-1)) {
    unborn.unshift(last);
    all.pop();
  }

  const why = typeof found === "object" ? whyNot(options, all, found) : found;
  const beginning = new Beginning(files, all[0]);
  const isWhole = beginning.place.seq === 0;
  const restored = snapshot !== undefined && why === undefined && replay.restore(snapshot.state, isWhole);
  const start = restored ? all.findIndex((segment) => segment.name === snapshot.segment) : 0;
  if (restored) checkSeams(options, all.slice(0, start + 1), beginning.place);

  const toRead = all.slice(start);
  const bytes = toRead.reduce((sum, { size }) => sum + size, restored ? -snapshot.offset : 0);
  const chain = new Chain(options.sha256For?.(bytes) ?? sha256, restored ? snapshot : beginning.place);
  const head = place === undefined ? undefined : new HeadCheck(place);
  const read = (segment: Segment, from: number) => {
    const each = (record: StoredRecord, offset: number, end: number) => {
      head?.record(record, segment.name, offset, end);
      beginning.record(record);
      replayOne(replay, record, { segment: segment.name, seq: record.seq, offset });
    };
    return readSegment(files, segment, from, chain, each);
  };
  const rests: { readonly segment: Segment; readonly rest: UnterminatedTail }[] = [];
  let before = all.slice(0, start).findLast(({ opening }) => opening !== undefined); // as a verification says it
  for (const [index, segment] of toRead.entries()) {
    const from = restored && index === 0 ? snapshot.offset : 0;
    if (from === 0) checkFirstSeq(segment, chain, before);
    if (segment.opening !== undefined) before = segment;
    const rest = read(segment, from);
    if (rest.bytes.length === 0) continue;
    if (segment !== all.at(-1)) throw missingNewline(segment, rest, chain);
    rests.push({ segment, rest });
  }
  for (const segment of unborn) {
    if (segment.first <= chain.seq) throw sequenceGap(segment, chain, all.at(-1));
    rests.push({ segment, rest: read(segment, 0) });
  }
  for (const { segment, rest } of rests) {
    if (rest.bytes.length > 0 && chain.continuesIn(segment.name, rest)) throw missingNewline(segment, rest, chain);
  }
  beginning.check(sha256);
  const last = all.at(-1);
  const end = {
    seq: chain.seq,
    segment: (last ?? segmentOf(dir, 1)).name,
    offset: rests.find(({ segment }) => segment === last)?.rest.offset ?? last?.size ?? 0,
  };
  head?.check(files, all, end);
  const known = Math.max(snapshot?.seq ?? 0, unborn.length === 0 ? 0 : unborn.at(-1)!.first - 1);
  const loss: Loss = known > chain.seq ? { missingUpTo: known } : {};

  const tornEnd = new TornEnd(files, dir, rests.map(({ segment, rest: { offset } }) => ({ segment, offset })));
  try {
    tornEnd.cut();
  } catch {
    // It says why; the journal is read-only until it is cut. A person sees what the records say meanwhile.
  }
  // A crash has left segments that the journal says are pruned; without a snapshot they still hold what the state is made of.
  const pruned = beginning.declared;
  const gone = all.filter((_, i) => i < start && (all[i + 1]?.first ?? Infinity) - 1 <= (pruned?.seq ?? 0));
  const tip = tipOf(all.slice(removeOldest(files, gone)), end.offset, chain, place?.segment);
  const lost: Cut | undefined = loss.missingUpTo === undefined ? undefined : {
    segment: tip.last?.segment.name ?? segmentOf(dir, 1).name,
    offset: tip.last?.size ?? 0,
    tornBytes: 0,
    keptIn: null,
  };
  const recovered = () => {
    const what = tornEnd.done ?? lost;
    return what && { ...what, ...loss };
  };
  const ignored = why ??
    (snapshot !== undefined && !restored ? "the state in snapshot.json is not understood" : undefined);
  return {
    tip,
    tornEnd,
    loss,
    recovered,
    unread: restored ? { seq: snapshot.seq, hash: snapshot.hash } : undefined,
    snapshot: restored ? snapshot : undefined,
    pruned,
    isHeadLost: head?.isLost === true,
    ...(restored || isWhole ? {} : { unknownBefore: beginning.place.seq + 1 }),
    ...(ignored === undefined ? {} : { snapshotIgnored: ignored }),
  };
}

/** A record with a right hash can still be one that no daemon writes. @throws {ConsoleError} `journal_broken` there */
function replayOne(replay: Replay, record: StoredRecord, at: Pick<Problem, "segment" | "seq" | "offset">): void {
  try {
    replay.record(record);
  } catch (error) {
    if (error instanceof ConsoleError) throw error;
    throw chainError({ ...at, what: `is a ${record.type} that cannot be replayed: ${reasonOf(error)}` });
  }
}

/** Oldest first, as a pruning does. @returns how many went: what the system keeps is left to the next pruning */
function removeOldest(files: Files, segments: readonly Segment[]): number {
  for (const [removed, { path }] of segments.entries()) {
    try {
      files.remove(path);
    } catch {
      return removed;
    }
  }
  return segments.length;
}

function readSegment(
  files: Files,
  segment: Segment,
  from: number,
  chain: Chain,
  each: (record: StoredRecord, offset: number, end: number) => void,
): UnterminatedTail {
  const blocks = readBlocks(files, segment.path, from);
  for (;;) {
    const { done, value } = blocks.next();
    if (done === true) return value;
    chain.block(segment.name, value, each);
  }
}

function whyNot(options: RecoverOptions, all: readonly Segment[], snapshot: Snapshot): string | undefined {
  if (isMarkedBroken(options.files, options.dir)) return "a record before it did not verify while the daemon ran";
  return whyUnusable(options, all, snapshot);
}

/** Checks that each segment continues the one before it, as far as that shows without reading all. */
function checkSeams({ files, sha256 }: RecoverOptions, segments: readonly SegmentLook[], from: ChainPlace): void {
  let chain = new Chain(sha256, from);
  for (const [index, segment] of segments.entries()) {
    checkFirstSeq(segment, chain, segments[index - 1]);
    const { size, opening = new Uint8Array(0) } = segment;
    chain.block(segment.name, { offset: 0, bytes: withLineFeed(opening) });
    if (index === segments.length - 1) return;
    const end = lastRecord(files, segment.path, size);
    const next = segments[index + 1]!;
    if (end.record === undefined) {
      const last = { offset: size - 1, bytes: files.readRange(segment.path, size - 1, 1) };
      if (last.bytes[0] !== LF) throw missingNewline(segment, last, chain);
      const what = "is not one line of canonical JSON";
      throw chainError({ segment: segment.name, seq: next.first - 1, offset: end.offset, what });
    }
    checkLine(sha256, segment.name, end.offset, end.line, end.record);
    chain = new Chain(sha256, end.record);
  }
}

function checkFirstSeq(segment: Segment, chain: Chain, before: SegmentLook | undefined): void {
  if (segment.first !== chain.seq + 1) throw sequenceGap(segment, chain, before, before?.size);
}

/**
 * @param size where the last record ends: what lies behind it is no part of the journal
 * @param synced the segment of the head file: those before it are on the disk
 */
function tipOf(segments: readonly SegmentLook[], size: number, chain: Chain, synced: string | undefined): Tip {
  const segment = segments.at(-1);
  const closed = segments.slice(0, -1);
  return {
    seq: chain.seq,
    hash: chain.hash,
    last: segment === undefined ? undefined : { segment, size },
    unsynced: synced === undefined ? closed.slice(-1) : closed.filter(({ name }) => name >= synced),
    segments: segments.length,
    bytes: closed.reduce((sum, one) => sum + one.size, size),
  };
}
