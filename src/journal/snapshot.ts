/**
 * The owner's state at one record, so that a start need not replay everything before it. A cache and no evidence:
 * it is used only where the journal really has that record at that place, and can be deleted at any time.
 */
import type { Files, Sha256 } from "../platform/system.ts";
import { canonicalJson } from "./canonical.ts";

const SNAPSHOT_FORMAT = 1;
const NAME = "snapshot.json";

/** A place in the journal: `offset` is just behind the record `seq` with that hash. */
export interface Position {
  readonly seq: number;
  readonly hash: string;
  readonly segment: string;
  readonly offset: number;
}

export interface Snapshot extends Position {
  readonly state: unknown;
}

const HEAD =
  /^\{"digest":"([0-9a-f]{64})","format":(\d+),"hash":"([0-9a-f]{64})","offset":(\d+),"segment":"(\d{16}\.jsonl)","seq":(\d+),"state":/;

/** Bytes that certainly hold everything before the state. */
const HEAD_BYTES = 512;

/** The file of a snapshot: `state` comes last in canonical order, so that its bytes can be hashed where they stand. */
export function encodeSnapshot(position: Position, state: unknown, sha256: Sha256): Uint8Array {
  const stateJson = canonicalJson(state);
  const encoder = new TextEncoder();
  const { seq, hash, segment, offset } = position;
  const digest = sha256(encoder.encode(stateJson));
  const place = `"hash":"${hash}","offset":${offset},"segment":"${segment}","seq":${seq}`;
  return encoder.encode(`{"digest":"${digest}","format":${SNAPSHOT_FORMAT},${place},"state":${stateJson}}\n`);
}

/** Replaces the snapshot. @throws the OS error */
export function writeSnapshot(files: Files, dir: string, bytes: Uint8Array): void {
  files.replace(`${dir}/${NAME}`, bytes);
}

/** The snapshot, or why there is none to use: undefined where the file does not exist, else words for the log. */
export function readSnapshot(files: Files, dir: string, sha256: Sha256): Snapshot | string | undefined {
  const path = `${dir}/${NAME}`;
  if (files.stat(path) === undefined) return undefined;
  const bytes = files.read(path);
  const head = HEAD.exec(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)));
  if (head === null) return `${NAME} is not a snapshot`;
  const [text, digest, format, hash, offset, segment, seq] = head;
  if (Number(format) !== SNAPSHOT_FORMAT) return `${NAME} has format ${format}, expected ${SNAPSHOT_FORMAT}`;
  const state = bytes.subarray(text.length, bytes.length - 2);
  if (sha256(state) !== digest) return `${NAME} is altered: its digest is not that of its state`;
  return {
    seq: Number(seq),
    hash: hash!,
    segment: segment!,
    offset: Number(offset),
    state: JSON.parse(new TextDecoder().decode(state)),
  };
}
