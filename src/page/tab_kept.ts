/** What is kept for this tab alone, over a reload; in a browser that keeps nothing, as long as the page lasts. */

/** Empty where nothing is kept. */
export function keptInTab(name: string): string {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/** @param text empty: nothing is kept any more */
export function keepInTab(name: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, text);
  } catch {
    // It keeps nothing, or not so much.
  }
}
