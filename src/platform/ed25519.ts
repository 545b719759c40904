/** Ed25519 (RFC 8032) by Web Crypto, which Deno has built in. Keys and signatures are bytes as the RFC writes them. */

/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410 §7). */
const PKCS8 = Uint8Array.fromHex("302e020100300506032b657004220420");
const NAME = "Ed25519";

export interface Ed25519Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** @param seed the 32 bytes of a private key */
export async function ed25519Signer(seed: Uint8Array): Promise<Ed25519Signer> {
  const pkcs8 = new Uint8Array([...PKCS8, ...seed]);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, NAME, true, ["sign"]);
  const { x = "" } = await crypto.subtle.exportKey("jwk", key);
  return {
    publicKey: Uint8Array.fromBase64(x, { alphabet: "base64url" }),
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign(NAME, key, bytes.slice())),
  };
}

/** A new private key: 32 random bytes. */
export function ed25519Seed(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}

/** Whether `signature` is that of `publicKey` over `bytes`; false too where the key is none. */
export async function ed25519Verify(
  publicKey: Uint8Array,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey.slice(), NAME, false, ["verify"]);
    return await crypto.subtle.verify(NAME, key, signature.slice(), bytes.slice());
  } catch {
    return false;
  }
}
