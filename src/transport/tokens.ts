/** The tokens that clients may show, each with the scope that it gives. Only this process knows them. */
import type { Scope } from "../protocol/methods.ts";

/** 32 random bytes as 64 hex digits. */
function newToken(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Tokens {
  #scopes = new Map<string, Scope>();

  /** Makes a token for `scope`. */
  issue(scope: Scope): string {
    const token = newToken();
    this.#scopes.set(token, scope);
    return token;
  }

  /**
   * The scope of `given`; undefined where it is none of our tokens. All are compared, so that the time does not depend
   * on which it is.
   */
  scopeOf(given: string): Scope | undefined {
    let found: Scope | undefined;
    for (const [token, scope] of this.#scopes) if (isSame(given, token)) found = scope;
    return found;
  }
}

/** Compares in a time that depends on the length of `expected` only, so that a guess learns nothing from the clock. */
function isSame(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let i = 0; i < expected.length; i++) {
    difference |= given.charCodeAt(i % (given.length || 1)) ^ expected.charCodeAt(i);
  }
  return difference === 0;
}
