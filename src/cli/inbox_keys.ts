/** The keys of `approve -i` for one question. Pure. */
import { bold } from "@std/fmt/colors";
import type { Approval } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { type ActionName, actionOfKey, WINDOW_ACTIONS } from "../view/actions.ts";
import { takesOwnWords } from "../view/approval_words.ts";

/** The key, and the beginning of what an arrow or another special key sends. */
export const ESC = "\x1b";

/**
 * The keys, no line wider than the terminal.
 *
 * @param columns of the terminal
 */
export function keyPrompt(
  approval: Approval,
  { mayLast }: { readonly mayLast: boolean },
  columns: number,
): string {
  const { choices = [], cutBy } = approval;
  const keys: readonly (readonly [string, string])[] = [
    ...(cutBy !== undefined
      ? []
      : choices.length > 0
      ? choiceKeys(approval)
      : [shown("yes"), ...(mayLast ? [shown("yes_for")] : [])]),
    shown("no"),
    shown("no_because"),
    ["v", "view"],
    shown("open"),
    ["s", "skip"],
    shown("quit"),
  ];
  let width = 0;
  const parts = keys.map(([key, does], at) => {
    const gap = at === 0 ? "" : " · ";
    const needs = gap.length + key.length + 1 + does.length;
    const breaks = width + needs + 2 > columns && at > 0;
    width = breaks ? needs - gap.length : width + needs;
    return `${breaks ? "\n" : gap}${bold(key)} ${does}`;
  });
  return `${parts.join("")} > `;
}

/** As in every window that takes keys. */
function shown(name: ActionName): readonly [string, string] {
  const action = WINDOW_ACTIONS.find((one) => one.name === name);
  return [action?.keys[0] ?? "", action?.word ?? ""];
}

/** What a key does here: those of the table that this prompt has, and the letters that it had before. */
export function promptAction(key: string): ActionName | undefined {
  if (key === "e") return "no_because";
  const name = key === "Enter" ? undefined : actionOfKey(key);
  return name !== undefined && PROMPT_ACTIONS.has(name) ? name : undefined;
}

const PROMPT_ACTIONS: ReadonlySet<ActionName> = new Set<ActionName>([
  "yes",
  "yes_for",
  "no",
  "no_because",
  "detail",
  "open",
  "choose",
]);

const KEY_NAMES: Readonly<Record<string, string>> = {
  "\r": "Enter",
  "\n": "Enter",
  "\t": "Tab",
  " ": "Space",
  "\b": "Backspace",
  "\x7f": "Backspace",
  [ESC]: "Esc",
};

/** What is shown of a key: itself, or its name where it has no look. @param keys what came together; the first one counts */
export function keyName(keys: string): string {
  if (keys.startsWith(ESC) && keys.length > 1) {
    return ["[", "O"].includes(keys[1] ?? "") && /^[A-D]/.test(keys.slice(2)) ? "arrow" : "that key";
  }
  const [key = ""] = keys;
  return KEY_NAMES[key] ?? escapeControls(key);
}

/** One question with few choices is answered by one key; all else by lines. */
function choiceKeys(approval: Approval): readonly (readonly [string, string])[] {
  const count = quickChoices(approval)?.length;
  if (count === undefined) return [["1", "answer"]];
  const own = takesOwnWords(approval, approval.choices![0]!);
  return [[count === 1 ? "1" : `1-${count}`, "choose"], ...(own ? [["w", "own words"]] as const : [])];
}

/** The choices that one key answers: those of a single question that takes one. */
export function quickChoices({ choices = [] }: Approval): readonly string[] | undefined {
  const [choice, ...more] = choices;
  const isQuick = choice !== undefined && more.length === 0 && !choice.multiple;
  return isQuick && choice.options.length > 0 && choice.options.length <= 9 ? choice.options : undefined;
}
