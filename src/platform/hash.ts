/**
 * sha256. The daemon hashes a record at a time with @noble/hashes: `node:crypto` brings Node's layer along (50 ms of a
 * start, 5 MB for good), and each of its small hashes leaves objects that only a full collection frees: a burst of
 * 100,000 records left 16 MB. Whoever reads a whole journal takes `node:crypto`, which is four times as fast.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { RunningSha256, Sha256 } from "./system.ts";

interface NodeCrypto {
  hash(algorithm: "sha256", bytes: Uint8Array, encoding: "hex"): string;
  hash(algorithm: "sha256", bytes: Uint8Array, encoding: "buffer"): Uint8Array;
  createHash(algorithm: "sha256"): { update(bytes: Uint8Array): unknown; digest(encoding: "hex"): string };
}

/** From here on `node:crypto` is quicker with its loading, bytes; a start from a snapshot reads less. */
const LARGE_BYTES = 16 * 1_048_576;

/** Nothing hashed yet: what each hash of a record begins with. */
const begun = sha256.create();
/** Used again for each record: an object of its own took a seventh of a record's hash, and a fifth of a node's. */
const kept = sha256.create();
const keptDigest = new Uint8Array(sha256.outputLen);

function digestInto(out: Uint8Array, bytes: Uint8Array): Uint8Array {
  begun._cloneInto(kept);
  kept.update(bytes).digestInto(out);
  return out;
}

/** For a daemon: small inputs, one at a time. */
export const sha256OfRecord: Sha256 = (bytes) =>
  bytes.length < LARGE_BYTES ? bytesToHex(digestInto(keptDigest, bytes)) : sha256Hex(bytes);

/** For what is made in parts while others are served: it never waits for `node:crypto` to load. */
export function runningSha256(): RunningSha256 {
  const hash = sha256.create();
  return { update: (bytes) => void hash.update(bytes), digest: () => bytesToHex(hash.digest()) };
}

/** The same for a command, which hashes hundreds of MB and serves nobody meanwhile. */
export function largeRunningSha256(): RunningSha256 {
  const hash = nodeCrypto().createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
}

/** For large inputs, such as a whole journal, and for programs that end soon. Loads `node:crypto` when it is first called. */
export const sha256Hex: Sha256 = (bytes) => nodeCrypto().hash("sha256", bytes, "hex");

/** The quicker of the two for inputs of `bytes` together. */
export function sha256For(bytes: number): Sha256 {
  return bytes < LARGE_BYTES ? sha256OfRecord : sha256Hex;
}

/** As {@link sha256OfRecord}, as the 32 bytes of the hash: for a daemon also where it hashes many of them. */
export const sha256BytesOfRecord = (bytes: Uint8Array): Uint8Array =>
  digestInto(new Uint8Array(sha256.outputLen), bytes);

/** As {@link sha256Hex}, as the 32 bytes of the hash. */
export const sha256Bytes = (bytes: Uint8Array): Uint8Array => nodeCrypto().hash("sha256", bytes, "buffer");

let loaded: NodeCrypto | undefined;

/** Kept, because looking the module up costs as much as a hash. */
function nodeCrypto(): NodeCrypto {
  // Deno gives Node's `process` no type; importing it by name would load its whole layer at the start.
  const { process } = globalThis as unknown as { process: { getBuiltinModule(name: "node:crypto"): NodeCrypto } };
  return loaded ??= process.getBuiltinModule("node:crypto");
}
