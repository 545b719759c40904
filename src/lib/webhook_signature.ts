/** The signature of Standard Webhooks (https://www.standardwebhooks.com), symmetric form. */

/** Bytes of a secret, by the specification. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/** @param secret `whsec_` and base64 @returns undefined where it is no such secret */
export function secretBytes(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const [, base64 = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES ? undefined : bytes;
  } catch {
    return undefined;
  }
}

export interface SignedMessage {
  /** The same in each try. */
  readonly id: string;
  /** Of this try, s since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

export async function signedHeaders(
  { id, timestamp, body }: SignedMessage,
  secret: Uint8Array<ArrayBuffer>,
): Promise<Readonly<Record<string, string>>> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${btoa(String.fromCharCode(...new Uint8Array(signed)))}`,
  };
}
