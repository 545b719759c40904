/**
 * sha256. The daemon hashes a record at a time with @noble/hashes: `node:crypto` brings Node's layer along (9 ms of each
 * start, 4 MB for good), and each of its small hashes leaves objects that only a full collection frees: a burst of
 * 100,000 records left 16 MB. Whoever reads a whole journal takes `node:crypto`, which is ten times as fast.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Sha256 } from "./system.ts";

interface NodeCrypto {
  hash(algorithm: "sha256", bytes: Uint8Array, encoding: "hex"): string;
}

/** From here on `node:crypto` is quicker with its loading, bytes; only snapshots of very many sessions are so large. */
const LARGE_BYTES = 4 * 1_048_576;

/** For a daemon: small inputs, one at a time. */
export const sha256OfRecord: Sha256 = (bytes) =>
  bytes.length < LARGE_BYTES ? bytesToHex(sha256(bytes)) : sha256OfJournal(bytes);

/** For one who reads a whole journal and then ends. Loads `node:crypto` when it is first called. */
export const sha256OfJournal: Sha256 = (bytes) => nodeCrypto().hash("sha256", bytes, "hex");

function nodeCrypto(): NodeCrypto {
  // Deno gives Node's `process` no type; importing it by name would load its whole layer at the start.
  const { process } = globalThis as unknown as { process: { getBuiltinModule(name: "node:crypto"): NodeCrypto } };
  return process.getBuiltinModule("node:crypto");
}
