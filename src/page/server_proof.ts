/** Whether the program at this address is the gateway whose token the page has: asked before it is shown the token. */
import { gatewayProof, type GatewayProofs, PROOF_PATH } from "../protocol/gateway_proof.ts";

const PROOF_MS = 8000;

/** Not over a plain connection through a network, where a browser computes none: whoever reads along there has the token anyway. */
export function canProve(): boolean {
  return globalThis.isSecureContext === true;
}

/**
 * Whether the program at this address has `token`.
 *
 * @throws {TypeError} nobody listens; the error of `signal`, or of the deadline
 */
export async function isOurGateway(token: string, signal: AbortSignal): Promise<boolean> {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0"));
  const text = nonce.join("");
  const reply = await fetch(`${PROOF_PATH}?nonce=${text}`, {
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(PROOF_MS)]),
  });
  const expected = await gatewayProof(token, location.host.toLowerCase(), text);
  const body: Partial<GatewayProofs> | null = await reply.json().catch(() => null);
  return Array.isArray(body?.proofs) && body.proofs.includes(expected);
}
