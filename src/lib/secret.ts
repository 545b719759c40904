/** Secrets that prove who somebody is: made at random, compared without a hint in the time. */

/** 32 random bytes as 64 hex digits. */
export function newSecret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Compares in a time that depends on the length of `expected` only, so that a guess learns nothing from the clock. */
export function isSameSecret(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let i = 0; i < expected.length; i++) {
    difference |= given.charCodeAt(i % (given.length || 1)) ^ expected.charCodeAt(i);
  }
  return difference === 0;
}

const SECRET = /^[0-9a-f]{64}$/;

/** Secrets by their names, as a file keeps them: a line for each. */
export function encodeSecrets(secrets: Readonly<Record<string, string>>): Uint8Array {
  return new TextEncoder().encode(Object.entries(secrets).map(([name, secret]) => `${name} ${secret}\n`).join(""));
}

/** What {@link encodeSecrets} made, for exactly these names; undefined where it is anything else. */
export function parseSecrets<N extends string>(bytes: Uint8Array, names: readonly N[]): Record<N, string> | undefined {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const found = names.map((name) => {
    const line = lines.find((line) => line.startsWith(`${name} `));
    return [name, line?.slice(name.length + 1) ?? ""] as const;
  });
  return found.every(([, secret]) => SECRET.test(secret)) ? Object.fromEntries(found) as Record<N, string> : undefined;
}
