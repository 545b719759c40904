/**
 * Signed notes (https://c2sp.org/signed-note) with ed25519, and the checkpoint of a log that is signed as one
 * (https://c2sp.org/tlog-checkpoint): the first line is its origin, the second its size, the third its root.
 */
import type { Digest } from "./tree.ts";
import { HASH_BYTES } from "./tree.ts";

/** Ed25519 has this number as its type in a key. */
const ED25519 = 1;
const KEY_BYTES = 32;
const ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
/** A note with more is none: what is to be accepted at least is 16, and each witness of a checkpoint adds one. */
const MAX_SIGNATURES = 100;

const NAME = /^[^\s+]+$/u;
const SIGNATURE_LINE = /^\u2014 (\S+) (\S+)$/u;
const encoder = new TextEncoder();

/** Who signed, as verifiers know them. */
export interface NoteKey {
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key). */
function keyId({ name, publicKey }: NoteKey, digest: Digest): Uint8Array {
  return digest(new Uint8Array([...encoder.encode(`${name}\n`), ED25519, ...publicKey])).slice(0, ID_BYTES);
}

/** The key in one line, as tools for notes take it: name, id and key, joined by plus signs. */
export function verifierKeyText(key: NoteKey, digest: Digest): string {
  const encoded = new Uint8Array([ED25519, ...key.publicKey]).toBase64();
  return `${key.name}+${keyId(key, digest).toHex()}+${encoded}`;
}

/** The key that {@link verifierKeyText} wrote; undefined where `text` is none, or its id is not that of the key. */
export function parseVerifierKey(text: string, digest: Digest): NoteKey | undefined {
  const [, name = "", id, encoded = ""] = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? [];
  const bytes = fromBase64(encoded);
  if (!NAME.test(name) || bytes?.length !== 1 + KEY_BYTES || bytes[0] !== ED25519) return undefined;
  const key = { name, publicKey: bytes.slice(1) };
  return keyId(key, digest).toHex() === id ? key : undefined;
}

/** `text`, which ends in a line feed, with its signature. */
export async function signedNote(
  text: string,
  key: NoteKey,
  sign: (bytes: Uint8Array) => Promise<Uint8Array>,
  digest: Digest,
): Promise<string> {
  const signature = new Uint8Array([...keyId(key, digest), ...await sign(encoder.encode(text))]);
  return `${text}\n\u2014 ${key.name} ${signature.toBase64()}\n`;
}

/** Checks an ed25519 signature. */
export type VerifySignature = (publicKey: Uint8Array, signature: Uint8Array, bytes: Uint8Array) => Promise<boolean>;

/**
 * The text of `note`, where `key` has signed it; undefined otherwise. Signatures of others are ignored; a wrong one under
 * the name and id of `key` makes the whole note count for nothing.
 */
export async function openedNote(
  note: string,
  key: NoteKey,
  verify: VerifySignature,
  digest: Digest,
): Promise<string | undefined> {
  const parts = splitNote(note);
  if (parts === undefined) return undefined;
  const id = keyId(key, digest).toHex();
  let isSigned = false;
  for (const line of parts.signatures) {
    const [, name, encoded = ""] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = fromBase64(encoded);
    if (name === undefined || bytes === undefined || bytes.length <= ID_BYTES) return undefined;
    if (name !== key.name || bytes.subarray(0, ID_BYTES).toHex() !== id) continue;
    const signature = bytes.slice(ID_BYTES);
    if (signature.length !== SIGNATURE_BYTES) return undefined;
    if (!await verify(key.publicKey, signature, encoder.encode(parts.text))) return undefined;
    isSigned = true;
  }
  return isSigned ? parts.text : undefined;
}

/** Why {@link openedNote} opens no such note, whoever signed it; undefined where it has no more lines than a note may. */
export function tooManySignatures(note: string): string | undefined {
  const lines = note.slice(note.lastIndexOf("\n\n") + 2, -1).split("\n").length;
  return lines > MAX_SIGNATURES ? `has ${lines} lines of signatures, more than ${MAX_SIGNATURES}` : undefined;
}

/** The text of a note, which ends in a line feed, and its lines of signatures; undefined where it is no note. */
function splitNote(note: string): { readonly text: string; readonly signatures: readonly string[] } | undefined {
  const at = note.lastIndexOf("\n\n");
  // deno-lint-ignore no-control-regex -- a note has no control characters but line feeds
  if (at < 1 || !note.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(note) || !note.isWellFormed()) return undefined;
  const signatures = note.slice(at + 2, -1).split("\n");
  return signatures.length > MAX_SIGNATURES ? undefined : { text: note.slice(0, at + 1), signatures };
}

/** What a checkpoint says: the tree of `origin` has this root at `size` leaves. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toBase64()}\n`;
}

/** What the text of a note says, or a note with its signatures, which are not looked at; undefined where it is no checkpoint. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [, origin = "", size, encoded = ""] = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([^\n]+)\n/.exec(text) ?? [];
  const root = fromBase64(encoded);
  if (root?.length !== HASH_BYTES || !Number.isSafeInteger(Number(size))) return undefined;
  return { origin, size: Number(size), root };
}

/** Undefined where `text` is no base64 in its one form. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
    return bytes.toBase64() === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
