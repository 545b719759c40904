/** What the board says where a key answers nothing, and which keys answer. Pure. */
import type { Choice } from "../domain/approval.ts";
import type { ActionName } from "../view/actions.ts";

export const CUT = "part of it never arrived: n, or answer it in its terminal";
export const MORE = "read all of it first: v, Space";
export const HIDDEN = "it is not on the screen: v shows it";

export function howToChoose({ options }: Choice): string {
  const keys = options.length === 1 ? "1" : `1-${Math.min(9, options.length)}`;
  return options.length === 0 ? "y asks for the words" : `choose with ${keys}; y takes more than a number`;
}

/** What answers the current request, or may lead to an answer. */
export const ANSWERS: ReadonlySet<ActionName> = new Set<ActionName>(["yes", "no", "choose"]);
