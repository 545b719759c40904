/**
 * The owner's state at one record, so that a start need not replay everything before it. Only a cache: it is used only
 * where the journal has that record at that place and a later record with the state's digest, so that nobody can bring a
 * rule or an approval in by this file alone. It can be deleted at any time.
 */
import { encodeInSlices, type Slices } from "../lib/slices.ts";
import { type Files, type RunningSha256, type Sha256, UNFINISHED } from "../platform/system.ts";
import { canonicalParts } from "./canonical.ts";

const SNAPSHOT_FORMAT = 1;
const NAME = "snapshot.json";

/** A place in the journal: `offset` is the end of record `seq`, which has that hash. */
export interface Position {
  readonly seq: number;
  readonly hash: string;
  readonly segment: string;
  readonly offset: number;
}

export interface Snapshot extends Position {
  readonly digest: string;
  readonly state: unknown;
}

const HEAD =
  /^\{"digest":"([0-9a-f]{64})","format":(\d+),"hash":"([0-9a-f]{64})","offset":(\d+),"segment":"(\d{16}\.jsonl)","seq":(\d+),"state":/;

/** Some ten times what 100,000 sessions take: what is larger would fill the memory before its digest is known. */
const MAX_BYTES = 1 << 30;

/** A length that certainly includes everything before the state. */
const HEAD_BYTES = 512;

export interface SnapshotWrite {
  readonly files: Files;
  readonly dir: string;
  readonly position: Position;
  /** Nobody changes it while it is written. */
  readonly state: unknown;
  readonly sha256: RunningSha256;
  readonly slices: Slices;
  /** Has a record say that the state has this digest, and resolves when that is on the disk. */
  readonly vouch: (digest: string) => Promise<void>;
}

/** Where the digest stands that is known last. */
const DIGEST_OFFSET = '{"digest":"'.length;

/**
 * Replaces the snapshot, in slices. `state` comes last in canonical order, so that its bytes can be hashed where they
 * stand; the digest before them is put in at the end.
 *
 * @throws the OS error, the reason of the slices' signal, or {ConsoleError} `invalid_params` where the state is no canonical
 *   JSON; then the old snapshot stands and nothing else is left
 */
export async function writeSnapshot(
  { files, dir, position, state, sha256, slices, vouch }: SnapshotWrite,
): Promise<void> {
  const { seq, hash, segment, offset } = position;
  const encoder = new TextEncoder();
  const place = `"hash":"${hash}","offset":${offset},"segment":"${segment}","seq":${seq}`;
  const file = files.replaceInParts(`${dir}/${NAME}`);
  try {
    await file.write(encoder.encode(`{"digest":"${"0".repeat(64)}","format":${SNAPSHOT_FORMAT},${place},"state":`));
    for await (const bytes of encodeInSlices(canonicalParts(state), slices)) {
      sha256.update(bytes);
      if (slices.isOver) await slices.next();
      await file.write(bytes);
    }
    await file.write(encoder.encode("}\n"));
    const digest = sha256.digest();
    await file.overwrite(DIGEST_OFFSET, encoder.encode(digest));
    await vouch(digest); // first: a crash in between leaves the old snapshot, which has a record too
    await file.commit();
  } finally {
    file.discard();
  }
}

/** Removes what a process left that was killed while it wrote a snapshot. */
export function removeUnfinishedSnapshot(files: Files, dir: string): void {
  try {
    files.remove(`${dir}/${NAME}${UNFINISHED}`);
  } catch {
    // Something else lies there: the next snapshot says so, and a start needs none.
  }
}

/** The record that the snapshot which lies there belongs to; undefined where none does. */
export function snapshotPlace(files: Files, dir: string): Position | undefined {
  const path = `${dir}/${NAME}`;
  if (files.stat(path)?.kind !== "file") return undefined;
  const head = HEAD.exec(new TextDecoder().decode(files.readRange(path, 0, HEAD_BYTES)));
  if (head === null) return undefined;
  const [, , , hash, offset, segment, seq] = head;
  return { seq: Number(seq), hash: hash!, segment: segment!, offset: Number(offset) };
}

/** The snapshot, or why there is none to use: undefined where the file does not exist, else a reason for the log. */
export function readSnapshot(files: Files, dir: string, sha256: Sha256): Snapshot | string | undefined {
  const path = `${dir}/${NAME}`;
  const stat = files.stat(path);
  if (stat === undefined) return undefined;
  if (stat.kind !== "file") return `${NAME} is no file`;
  if (stat.size > MAX_BYTES) return `${NAME} has ${stat.size} bytes, more than ${MAX_BYTES}`;
  let bytes: Uint8Array;
  try {
    bytes = files.read(path);
  } catch (error) {
    return `${NAME} cannot be read: ${String(error)}`;
  }
  const head = HEAD.exec(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)));
  if (head === null) return `${NAME} is not a snapshot`;
  const [text, digest, format, hash, offset, segment, seq] = head;
  if (Number(format) !== SNAPSHOT_FORMAT) return `${NAME} has format ${format}, expected ${SNAPSHOT_FORMAT}`;
  const state = bytes.subarray(text.length, bytes.length - 2);
  if (sha256(state) !== digest) return `${NAME} is altered: its digest is not that of its state`;
  const parsed = parseState(state);
  if (parsed === undefined) return `${NAME} has no state`;
  return { seq: Number(seq), hash: hash!, segment: segment!, offset: Number(offset), digest: digest!, state: parsed };
}

function parseState(bytes: Uint8Array): object | undefined {
  try {
    const state = JSON.parse(new TextDecoder().decode(bytes));
    return typeof state === "object" && state !== null ? state : undefined;
  } catch {
    return undefined;
  }
}
