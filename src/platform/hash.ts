/** sha256 of the platform. */
import type { Sha256 } from "./system.ts";

/** Loads lazily: node:crypto costs 13 ms of start-up, and only a daemon and `audit verify` need it. */
export async function loadSha256(): Promise<Sha256> {
  const { hash } = await import("node:crypto");
  return (bytes) => hash("sha256", bytes, "hex");
}
