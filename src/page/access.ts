/**
 * The token of the page: it comes in the fragment of the link that `gateway open` makes, which no server sees, and is kept
 * for this tab alone. It is taken out of the address at once, so that no history, screenshot or copied link has it.
 */
import { keepInTab, keptInTab } from "./tab_kept.ts";

const KEPT = "agent-console.token";
const FORM = /^[0-9a-f]{16,128}$/;

/** What the link gives as its token. */
export interface LinkToken {
  /** Undefined where that is none. */
  readonly token: string | undefined;
}

/** Takes the token out of the address, also one that stands there without `token=`; undefined where the address has none. */
export function takeLinkToken(): LinkToken | undefined {
  const text = location.hash.slice(1);
  const given = new URLSearchParams(text).get("token") ?? tokenOf(text);
  if (given === undefined) return undefined;
  history.replaceState(null, "", location.pathname);
  return { token: keepToken(given) };
}

/** The token of this tab. */
export function keptToken(): string | undefined {
  return tokenOf(keptInTab(KEPT));
}

/** Whether it is one: then it is kept. */
export function keepToken(text: string): string | undefined {
  const token = tokenOf(text);
  if (token !== undefined) keepInTab(KEPT, token);
  return token;
}

export function forgetToken(): void {
  keepInTab(KEPT, "");
}

/** What people paste: the token, or the whole link. */
function tokenOf(text: string): string | undefined {
  const token = text.trim().replace(/^.*#(?:token=)?/, "").toLowerCase();
  return FORM.test(token) ? token : undefined;
}
