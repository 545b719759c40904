/**
 * One record, one line: canonical JSON {actor, data, hash, prev, seq, ts, type} and a line feed. `hash` is the sha256
 * of the same text without the hash member, `prev` the hash of the record before (64 zeros at first). Everything after
 * `data` has a narrow alphabet, so that the hash member can be cut out of the bytes: verification needs no second
 * canonicalisation.
 */
import { isNestedBeyond } from "../lib/json_nesting.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Appended, StoredRecord } from "../protocol/record.ts";
import type { Sha256 } from "../platform/system.ts";
import { LF } from "./block.ts";
import { canonicalString } from "./canonical.ts";

/** `prev` of the first record. */
export const NO_HASH = "0".repeat(64);

/** Type of the first record of every segment, and of no other. Its layout stays as it is in every format. */
export const SEGMENT_TYPE = "journal.segment";

/** Type of the record that vouches for a snapshot, with {@link Vouch} as its data. */
export const SNAPSHOT_TYPE = "journal.snapshot";

/** The state behind record `seq` has this digest. Being in the chain, it makes a snapshot as trustworthy as the records. */
export interface Vouch {
  readonly seq: number;
  readonly digest: string;
  /** The end of what was pruned, where anything was. */
  readonly pruned?: ChainPlace;
}

/** A record, by its number and its hash. */
export interface ChainPlace {
  readonly seq: number;
  readonly hash: string;
}

/** What `record` vouches for, if it does. */
export function vouchOf({ type, data }: Pick<StoredRecord, "type" | "data">): Vouch | undefined {
  return type === SNAPSHOT_TYPE ? data as Vouch : undefined;
}

/** Type of the record with which the removal of the oldest segments begins. */
export const PRUNED_TYPE = "journal.pruned";

/** The end of what was pruned, where `record` says it. */
export function prunedEnd({ type, data }: Pick<StoredRecord, "type" | "data">): ChainPlace | undefined {
  if (type === SNAPSHOT_TYPE) return (data as Vouch).pruned;
  if (type !== PRUNED_TYPE) return undefined;
  const { last, hash } = data as { readonly last: number; readonly hash: string };
  return { seq: last, hash };
}

/** Type of the record with which a start says what it found lost, with {@link Loss} as a part of its data. */
const RECOVERED_TYPE = "daemon.recovered";

/** Records that are known to have existed, and were not there any more at a start. */
export interface Loss {
  /** The last of them, as far as that is known. */
  readonly missingUpTo?: number;
  /**
   * Hash of the one that the head file knew, as earlier versions wrote it, which went on without it: that file counts no
   * longer, whether or not it was written anew.
   */
  readonly lostHead?: string;
}

/** What `record` says is lost, if it does. */
export function lossOf({ type, data }: Pick<StoredRecord, "type" | "data">): Loss | undefined {
  return type === RECOVERED_TYPE ? data as Loss : undefined;
}

/**
 * Whether a record has what is read from its data here and in pruned_tree.ts, where it is of one of those types: one that was
 * forged with a right hash must be a fault of the journal, not of its reader.
 */
export function hasOwnShape({ type, data }: Pick<StoredRecord, "type" | "data">): boolean {
  const { seq, digest, pruned, last, hash, tree, missingUpTo, lostHead } = data as Record<string, unknown>;
  switch (type) {
    case SNAPSHOT_TYPE:
      return Number.isSafeInteger(seq) && typeof digest === "string" &&
        (pruned === undefined || isObject(pruned) && isPlace(pruned as Partial<ChainPlace>));
    case PRUNED_TYPE:
      return isPlace({ seq: last, hash }) && (tree === undefined || isObject(tree));
    case RECOVERED_TYPE:
      return (missingUpTo === undefined || Number.isSafeInteger(missingUpTo)) &&
        (lostHead === undefined || typeof lostHead === "string");
    default:
      return true;
  }
}

function isPlace({ seq, hash }: { readonly seq?: unknown; readonly hash?: unknown }): boolean {
  return Number.isSafeInteger(seq) && typeof hash === "string";
}

/** Bytes of `,"hash":"<64 hex digits>"`. */
const HASH_MEMBER_BYTES = 74;

/**
 * The longest line of a segment, bytes, its line feed included. A record holds no more than one message brings in, and
 * that is a line of `maxLineBytes` (1 MiB): as a record its numbers are up to 4.4 times as long (`1e20` is written out), a
 * mask or a control that is shown three times, and some stand in it twice. That is under 10 MiB. {@link Sealer} makes none
 * that is longer, so a longer line is damage, and nobody reads it into memory.
 */
export const LONGEST_LINE_BYTES = 16 * 1_048_576;

const TYPE = /^[a-z_]+(?:\.[a-z_]+)+$/;
const TS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TAIL =
  /,"hash":"([0-9a-f]{64})","prev":"([0-9a-f]{64})","seq":([1-9]\d{0,15}),"ts":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","type":"([a-z_]+(?:\.[a-z_]+)+)"\}$/y;

/** A buffer that is larger than this is not kept for the next record. */
const KEEP_BYTES = 64 * 1024;
const encoder = new TextEncoder();

/** Makes lines, with one buffer for all, so that a record costs no allocation of its own. */
export class Sealer {
  #sha256: Sha256;
  #buffer = new Uint8Array(4096);

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  /**
   * The line of `record` after the record with the hash `prev`; `bytes` are valid until the next call.
   *
   * @throws {ConsoleError} `too_large` where no reader would take it
   */
  seal(record: Appended, actor: string, prev: string): { readonly bytes: Uint8Array; readonly hash: string } {
    const { seq, ts, type } = record;
    if (!TYPE.test(type)) throw new ConsoleError("internal", `the type "${type}" of a record is not like a.b`);
    if (!TS.test(ts)) throw new ConsoleError("internal", `the time "${ts}" of a record is not ISO 8601 in UTC`);
    const tail = `,"prev":"${prev}","seq":${seq},"ts":"${ts}","type":"${type}"}`;
    const text = `{"actor":${canonicalString(actor)},"data":${record.dataJson}${tail}`;
    const buffer = this.#fit(text);
    const length = encoder.encodeInto(text, buffer).written;
    const total = length + HASH_MEMBER_BYTES + 1;
    if (total > LONGEST_LINE_BYTES) {
      throw new ConsoleError("too_large", `a record has ${total} bytes, and ${LONGEST_LINE_BYTES} are the most`);
    }
    const hash = this.#sha256(buffer.subarray(0, length));
    const cut = length - tail.length;
    buffer.copyWithin(cut + HASH_MEMBER_BYTES, cut, length);
    encoder.encodeInto(`,"hash":"${hash}"`, buffer.subarray(cut));
    buffer[length + HASH_MEMBER_BYTES] = LF;
    return { bytes: buffer.subarray(0, total), hash };
  }

  #fit(text: string): Uint8Array {
    const most = text.length * 3 + HASH_MEMBER_BYTES + 1; // a UTF-16 unit takes at most three bytes
    if (most <= this.#buffer.length) return this.#buffer;
    const buffer = new Uint8Array(most);
    if (most <= KEEP_BYTES) this.#buffer = buffer;
    return buffer;
  }
}

/** The part of a line after `data`, and where it begins (in UTF-16 units of `text`). */
export interface Tail {
  readonly at: number;
  readonly hash: string;
  readonly prev: string;
  readonly seq: number;
  readonly ts: string;
  readonly type: string;
}

/** The tail of a line (without its line feed), or undefined where the line does not end like a record. */
export function tailOf(text: string): Tail | undefined {
  const at = text.lastIndexOf(',"hash":"');
  if (at < 0) return undefined;
  TAIL.lastIndex = at;
  const match = TAIL.exec(text);
  if (match === null) return undefined;
  return { at, hash: match[1]!, prev: match[2]!, seq: Number(match[3]), ts: match[4]!, type: match[5]! };
}

/**
 * The tail of the line whose text is `record`, where it is the one that must come next: what {@link tailOf} finds, at
 * half its cost, because all but the time and the type is known. Its hash is what {@link verifyHash} then compares. Undefined where the line ends otherwise.
 */
export function tailOfNext(text: string, record: StoredRecord, seq: number, prev: string): Tail | undefined {
  const { hash, ts, type } = record;
  if (!TS.test(ts) || !TYPE.test(type)) return undefined;
  const tail = `,"hash":"${hash}","prev":"${prev}","seq":${seq},"ts":"${ts}","type":"${type}"}`;
  const at = text.length - tail.length;
  return text.slice(at) === tail ? { at, hash, prev, seq, ts, type } : undefined; // endsWith takes twice as long
}

/** True where `hash` is the hash of the line's bytes without the hash member. Overwrites bytes behind `data`. */
export function verifyHash(line: Uint8Array, textLength: number, tail: Tail, sha256: Sha256): boolean {
  const cut = line.length - (textLength - tail.at); // the tail is ASCII: as many bytes as units
  line.copyWithin(cut, cut + HASH_MEMBER_BYTES);
  return sha256(line.subarray(0, line.length - HASH_MEMBER_BYTES)) === tail.hash;
}

/** A daemon writes half as many levels at most; who shows what it reads goes as deep as that is. */
const NESTING = { depth: 256, containers: Infinity } as const;
/** A shorter line has no more levels than any reader can go down. */
const MAYBE_DEEP = 4096;

/**
 * The line as a record, or undefined where it is none: the data of one is an object. Its strings are copies: a slice would
 * keep a whole block in memory.
 */
export function parseRecord(text: string): StoredRecord | undefined {
  if (text.length > MAYBE_DEEP && isNestedBeyond(text, NESTING)) return undefined;
  try {
    const record = JSON.parse(text);
    return typeof record.actor === "string" && isObject(record.data) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isObject(data: unknown): boolean {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
