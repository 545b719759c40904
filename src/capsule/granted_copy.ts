/** By which digest the copy of a grant is kept and started. */
import { sha256OfRecord } from "../platform/hash.ts";
import { type Grant, LISTED } from "./grant.ts";

/**
 * sha256 over the digest of the files and what was granted, hex. Another grant of the same files is another copy: what the
 * daemon has recorded no grant of is not started in the place of what it has.
 */
export function copyDigest({ digest, capabilities }: Pick<Grant, "digest" | "capabilities">): string {
  const granted = [digest, ...LISTED.map((kind) => capabilities[kind]), capabilities.kv];
  return sha256OfRecord(new TextEncoder().encode(JSON.stringify(granted)));
}
