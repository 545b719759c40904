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
