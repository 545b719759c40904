/**
 * The key that signs the checkpoints of the journal, in a file of the home that only its user may read. No channel
 * and no capsule is given the file by its name; nor is it a secret in the sense of the configuration, which is one line.
 */
import { type NoteKey, verifierKeyText } from "../merkle/note.ts";
import type { Digest } from "../merkle/tree.ts";
import { ed25519Seed, type Ed25519Signer, ed25519Signer } from "../platform/ed25519.ts";
import { JOURNAL_KEY } from "../platform/key_files.ts";
import { checkPlainFile, foreign } from "../platform/path_safety.ts";
import type { Files } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { CHECKPOINT_FILE } from "./checkpoint_file.ts";

/** Who signs: its name is also the origin of the tree. */
export type SigningKey = NoteKey & Ed25519Signer;

export interface SigningKeyPlace {
  readonly files: Pick<Files, "mkdir" | "read" | "replaceInParts" | "stat">;
  /** The folder of the home's secrets. */
  readonly keys: string;
  /** Ours; null where the platform has none. */
  readonly uid: number | null;
  readonly digest: Digest;
}

const FIRST_LINE = "This key signs the checkpoints of the journal; whoever has it can sign in its place.";
const PREFIX = "PRIVATE+KEY+";
const MAX_BYTES = 1024;
const NAME_BYTES = 8;

function pathOf(keys: string): string {
  return `${keys}/${JOURNAL_KEY}`;
}

/**
 * The key; undefined where there is none.
 *
 * @throws {ConsoleError} `unsafe_path` where others may have read or changed it, `failed` where the file holds none
 */
export async function readSigningKey({ files, keys, uid, digest }: SigningKeyPlace): Promise<SigningKey | undefined> {
  const path = pathOf(keys);
  const stat = files.stat(path);
  if (stat === undefined) return undefined;
  const problem = checkPlainFile(stat) ?? foreign(stat, uid) ??
    (((stat.mode ?? 0) & 0o077) !== 0 ? "may be read by others" : undefined);
  if (problem !== undefined) {
    throw new ConsoleError("unsafe_path", `${path} ${problem}`, {
      hint:
        `chmod 600 ${path} where you trust it; else move it and ${CHECKPOINT_FILE} away: the next start makes a new key`,
    });
  }
  const text = stat.size > MAX_BYTES ? "" : new TextDecoder().decode(files.read(path));
  const [, name = "", id, encoded = ""] = /\nPRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+(\S+)\n$/.exec(text) ?? [];
  const seed = seedOf(encoded);
  const signer = seed === undefined ? undefined : await ed25519Signer(seed);
  if (signer === undefined || !verifierKeyText({ ...signer, name }, digest).startsWith(`${name}+${id}+`)) {
    throw new ConsoleError("failed", `${path} does not hold a signing key`, {
      hint: `put the file back as it was, or move it and ${CHECKPOINT_FILE} away: the next start makes a new key`,
    });
  }
  return { ...signer, name };
}

/**
 * Makes the key, with a name that no other has. Whole or not at all: the half of a key, which a full disk or a crash would
 * leave, is one that nothing can be signed with any more.
 *
 * @throws the OS error; {Error} where something is there already
 */
export async function createSigningKey({ files, keys, digest }: SigningKeyPlace): Promise<SigningKey> {
  const seed = ed25519Seed();
  const name = `agent-console/journal/${crypto.getRandomValues(new Uint8Array(NAME_BYTES)).toHex()}`;
  const key = { ...await ed25519Signer(seed), name };
  const [, id] = verifierKeyText(key, digest).split("+");
  const text = `${FIRST_LINE}\n${PREFIX}${name}+${id}+${new Uint8Array([1, ...seed]).toBase64()}\n`;
  if (files.stat(keys) === undefined) files.mkdir(keys, 0o700);
  if (files.stat(pathOf(keys)) !== undefined) throw new Error(`${pathOf(keys)} is there already`);
  const file = files.replaceInParts(pathOf(keys));
  try {
    await file.write(new TextEncoder().encode(text));
    await file.commit();
  } finally {
    file.discard();
  }
  return key;
}

/** An Ed25519 key is written behind the number of its type. */
function seedOf(encoded: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.fromBase64(encoded);
    return bytes.length === 33 && bytes[0] === 1 ? bytes.slice(1) : undefined;
  } catch {
    return undefined;
  }
}
