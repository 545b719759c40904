/**
 * The checkpoints of the journal, one a line, in a file beside its folder that only grows. Each is a signed note with the
 * root of the Merkle tree over all records so far. Beside it stand the subtrees that the tree goes on from, which lead to
 * that root, and where the last of the records ends.
 *
 * Leaf i of the tree is the line of record `begins + i` without its line feed. The tree begins with record 1, or,
 * where earlier ones had been pruned and no record of a pruning keeps their tree, with the first record that was there
 * when the first checkpoint was made: its origin then says which.
 */
import {
  type Checkpoint,
  fromBase64,
  type NoteKey,
  openedNote,
  parseCheckpoint,
  type VerifySignature,
} from "../merkle/note.ts";
import { type Digest, Frontier, HASH_BYTES, sameHash, type Subtree, subtreesOf, TreeHasher } from "../merkle/tree.ts";
import type { Files } from "../platform/system.ts";
import { canonicalJson } from "./canonical.ts";
import { readBlocks } from "./segment.ts";
import type { Position } from "./snapshot.ts";

/** More than a line of the file ever has, bytes. Parsing a longer one could take any memory. */
export const CHECKPOINT_BYTES = 16 * 1024;

/** A checkpoint and what belongs to it. */
export interface CheckpointEntry extends Checkpoint {
  /** The signed note. */
  readonly note: string;
  /** The record of the first leaf. */
  readonly begins: number;
  readonly subtrees: readonly Subtree[];
  /** The end of the record of the last leaf. */
  readonly position: Position;
}

/** Of an origin in a message, characters: a file that is given has one of any length. */
const SHOWN = 200;

/** What messages call the file. */
export const CHECKPOINT_FILE = "journal.checkpoints";

export function checkpointPath(dir: string): string {
  return `${dir}.checkpoints`;
}

/** The name of the tree that `key` signs and that begins with record `begins`. */
export function originOf(key: NoteKey, begins: number): string {
  return begins === 1 ? key.name : `${key.name}/from/${begins}`;
}

/** The record of the first leaf of the tree that has this origin. */
export function beginsOf({ origin }: Pick<Checkpoint, "origin">): number {
  return Number(/\/from\/([1-9]\d{0,15})$/.exec(origin)?.[1] ?? 1);
}

/** The record of its last leaf. */
export function lastRecordOf(checkpoint: Pick<Checkpoint, "origin" | "size">): number {
  return beginsOf(checkpoint) + checkpoint.size - 1;
}

/** The checkpoint of a signed note by itself; undefined where `key` has not signed it, or it is no checkpoint of `key`. */
export async function openedCheckpoint(
  note: string,
  key: NoteKey,
  { verify, digest }: { readonly verify: VerifySignature; readonly digest: Digest },
): Promise<Checkpoint | undefined> {
  const text = await openedNote(note, key, verify, digest);
  const checkpoint = text === undefined ? undefined : parseCheckpoint(text);
  if (checkpoint === undefined || checkpoint.origin !== originOf(key, beginsOf(checkpoint))) return undefined;
  return checkpoint;
}

/**
 * Why {@link openedCheckpoint} opens no such note, which has no more lines than one may: where it names the tree of `key`, its
 * text or its signature was changed since, and no other key is the cure.
 */
export function whyNotOpened(note: string, key: NoteKey): { readonly what: string; readonly isChanged: boolean } {
  const told = parseCheckpoint(note);
  return told !== undefined && told.origin === originOf(key, beginsOf(told))
    ? { what: `was changed: the signature of ${key.name} does not hold`, isChanged: true }
    : { what: `is not signed by ${key.name}; it is of ${told?.origin.slice(0, SHOWN) ?? "nobody"}`, isChanged: false };
}

export function checkpointLine(
  { note, subtrees, position }: Pick<CheckpointEntry, "note" | "subtrees" | "position">,
): string {
  const { hash, offset, segment } = position;
  const frontier = subtrees.map((subtree) => subtree.hash.toBase64());
  return `${canonicalJson({ checkpoint: note, frontier, hash, offset, segment })}\n`;
}

/** Undefined where the line is none that {@link checkpointLine} writes; its signature is not looked at. */
export function parseCheckpointLine(text: string): CheckpointEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { checkpoint: note, frontier, hash, offset, segment } = (value ?? {}) as Record<string, unknown>;
  const checkpoint = typeof note === "string" ? parseCheckpoint(note) : undefined;
  const hashes = Array.isArray(frontier)
    ? frontier.map((one) => typeof one === "string" ? fromBase64(one) : undefined)
    : [];
  const isWhole = hashes.every((one) => one?.length === HASH_BYTES);
  const subtrees = checkpoint && isWhole ? subtreesOf(checkpoint.size, hashes as Uint8Array[]) : undefined;
  if (
    checkpoint === undefined || subtrees === undefined || checkpoint.size === 0 || !Number.isSafeInteger(offset) ||
    typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash) || typeof segment !== "string" ||
    !/^\d{16}\.jsonl$/.test(segment)
  ) return undefined;
  const begins = beginsOf(checkpoint);
  const seq = begins + checkpoint.size - 1;
  const position = { seq, hash, offset: Number(offset), segment };
  return { ...checkpoint, note: String(note), begins, subtrees, position };
}

/** Why `entry` cannot be relied on, as a predicate; undefined where it can. Without a key its signature is not looked at. */
export async function checkpointFlaw(
  entry: CheckpointEntry | undefined,
  { key, verify, digest }: {
    readonly key: NoteKey | undefined;
    readonly verify: VerifySignature;
    readonly digest: Digest;
  },
): Promise<string | undefined> {
  if (entry === undefined) return "is not a checkpoint";
  if (key !== undefined) {
    if (entry.origin !== originOf(key, entry.begins)) return `is of ${entry.origin}, not of ${key.name}`;
    if (await openedNote(entry.note, key, verify, digest) === undefined) return `is not signed by ${key.name}`;
  }
  const root = new Frontier(new TreeHasher(digest), entry.subtrees).root();
  return sameHash(root, entry.root) ? undefined : "has subtrees that do not lead to its root";
}

/** A line of the file, and where it begins. */
export interface ReadEntry {
  readonly offset: number;
  /** Undefined where the line is none. */
  readonly entry: CheckpointEntry | undefined;
}

/** The checkpoints in the first `size` bytes of the file, in order; an unfinished line at the end is none. */
export function* readCheckpoints(
  files: Files,
  dir: string,
  size = files.stat(checkpointPath(dir))?.size ?? 0,
): Generator<ReadEntry, void> {
  if (size === 0) return;
  const blocks = readBlocks(files, checkpointPath(dir), 0, { mostBytes: CHECKPOINT_BYTES });
  for (;;) {
    const { done, value: { offset, bytes } } = blocks.next();
    let at = offset;
    if (done === true) {
      if (bytes.length > CHECKPOINT_BYTES && at < size) yield { offset: at, entry: undefined };
      return;
    }
    for (const line of new TextDecoder().decode(bytes).split("\n").slice(0, -1)) {
      if (at >= size) return;
      yield { offset: at, entry: line.length > CHECKPOINT_BYTES ? undefined : parseCheckpointLine(line) };
      at += new TextEncoder().encode(line).length + 1;
    }
  }
}
