/** The tokens that clients may show, each with the scope that it gives. Only this process knows them. */
import { isSameSecret, newSecret } from "../lib/secret.ts";
import type { Scope } from "../protocol/methods.ts";

export class Tokens {
  #scopes = new Map<string, Scope>();

  /** Makes a token for `scope`. */
  issue(scope: Scope): string {
    const token = newSecret();
    this.#scopes.set(token, scope);
    return token;
  }

  /**
   * The scope of `given`; undefined where it is none of our tokens. All are compared, so that the time does not depend
   * on which it is.
   */
  scopeOf(given: string): Scope | undefined {
    let found: Scope | undefined;
    for (const [token, scope] of this.#scopes) if (isSameSecret(given, token)) found = scope;
    return found;
  }
}
