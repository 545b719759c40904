/** The keys of the page, those of the dashboard: what each means where the focus is. */
import { WINDOW_ACTIONS } from "../view/actions.ts";

export type KeyMeaning =
  | { readonly kind: "move"; readonly by: 1 | -1 }
  | { readonly kind: "choose"; readonly at: number }
  | { readonly kind: "yes" | "yes_for" | "no" | "no_because" | "detail" | "filter" | "help" | "back" }
  | { readonly kind: "prompt" | "new_session" | "console" | "cancel" | "run_now" | "enable" };

type Named = Exclude<KeyMeaning, { kind: "move" | "choose" }>["kind"];

const MEANINGS: Readonly<Record<string, Named>> = {
  a: "yes",
  y: "yes",
  A: "yes_for",
  d: "no",
  n: "no",
  D: "no_because",
  Enter: "detail",
  v: "detail",
  i: "prompt",
  N: "new_session",
  x: "cancel",
  r: "run_now",
  e: "enable",
  "/": "filter",
  ":": "console",
  "?": "help",
  Escape: "back",
};

/** Those of the dashboard's table that a page has. */
export const PAGE_ACTIONS = WINDOW_ACTIONS.filter(({ name }) =>
  ["choose", "move", "view", ...Object.values(MEANINGS)].includes(name)
);

export function meaningOf(event: KeyboardEvent): KeyMeaning | undefined {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined;
  const element = target instanceof Element ? target : document.body;
  if (document.querySelector("dialog") !== null) return undefined; // it has its own keys
  const isTyping = element.closest("input:not([type=radio],[type=checkbox]), textarea, select") !== null;
  if (isTyping) return key === "Escape" ? { kind: "back" } : undefined;
  // What has the focus is pressed by it.
  if (key === "Enter" && element.closest("button, a, input, summary") !== null) return undefined;
  if (key === "j" || key === "ArrowDown") return arrows(element, key) ? { kind: "move", by: 1 } : undefined;
  if (key === "k" || key === "ArrowUp") return arrows(element, key) ? { kind: "move", by: -1 } : undefined;
  // Held down, it would answer what its first press asked, and what comes next, as soon as that may have been read.
  if (event.repeat) return undefined;
  if (/^[1-9]$/.test(key)) return { kind: "choose", at: Number(key) - 1 };
  return Object.hasOwn(MEANINGS, key) ? { kind: MEANINGS[key]! } : undefined;
}

/** Enter held down on a button: the browser would press it again and again, whatever it asks by then. Space acts on release. */
export function pressesAgain({ key, repeat, target }: KeyboardEvent): boolean {
  return repeat && key === "Enter" && target instanceof Element &&
    target.closest("button, a, summary") !== null;
}

/** Arrows move between choices where one has the focus, and scroll where a long text has it. */
function arrows(element: Element, key: string): boolean {
  return key.length === 1 || element.closest("input, [data-scrolls]") === null;
}
