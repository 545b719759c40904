/**
 * The token of the page: it comes in the fragment of the link that `gateway open` makes, which no server sees, and is kept
 * for this tab alone. It is taken out of the address at once, so that no history, screenshot or copied link has it.
 */
const KEPT = "agent-console.token";
const FORM = /^[0-9a-f]{16,128}$/;

/** The token of the link or, else, of this tab; undefined where there is none. */
export function takeToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    history.replaceState(null, "", location.pathname);
    keepToken(given);
  }
  return keptToken();
}

function keptToken(): string | undefined {
  try {
    return tokenOf(sessionStorage.getItem(KEPT) ?? "");
  } catch {
    return undefined; // a browser that keeps nothing for this page
  }
}

/** Whether it is one: then it is kept. */
export function keepToken(text: string): string | undefined {
  const token = tokenOf(text);
  try {
    if (token !== undefined) sessionStorage.setItem(KEPT, token);
  } catch {
    // It lasts as long as the page does.
  }
  return token;
}

export function forgetToken(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // None was kept.
  }
}

/** What people paste: the token, or the whole link. */
function tokenOf(text: string): string | undefined {
  const token = text.trim().replace(/^.*#token=/, "").toLowerCase();
  return FORM.test(token) ? token : undefined;
}
