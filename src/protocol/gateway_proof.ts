/**
 * How the gateway proves to the page that it is the one whose token the page has, before the page shows it: while no daemon
 * runs, another user of this machine may listen at the gateway's port. Both ends compute it here. Pure.
 */

/** Where a page asks for the proofs, with `?nonce=`. */
export const PROOF_PATH = "/proof";

/** What a page makes up for one request: 32 random bytes as hex digits. */
export const PROOF_NONCE = /^[0-9a-f]{64}$/;

/** The reply: a proof for each token that the gateway has, in no order that tells which. */
export interface GatewayProofs {
  readonly proofs: readonly string[];
}

/**
 * HMAC-SHA-256 (RFC 2104) as hex digits, keyed with the token.
 *
 * @param host as the request's Host names the gateway, in lower case: a gateway at another port proves nothing for this one
 */
export async function gatewayProof(token: string, host: string, nonce: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey("raw", bytes(token), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, bytes(`agent-console gateway proof\n${host}\n${nonce}`));
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
