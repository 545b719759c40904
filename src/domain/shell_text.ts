/**
 * As much of a shell's grammar as tells what a mask in a command would hide: which parts stand in quotes, where a simple
 * command begins, which names are used. It decides nothing but what is shown; the policy has a reader of its own. Pure.
 */
import { mayBeProgram } from "./program_position.ts";

/** What stands before the option of a program; farther away (UTF-16 units) it is not looked for. */
const FAR = 500;

export class ShellText {
  /** {@link quotesOf}; undefined where it is not clear. */
  readonly #quotes: Int32Array | undefined;
  #names: ReadonlySet<string> | undefined;

  constructor(readonly text: string) {
    this.#quotes = quotesOf(text);
  }

  /** Whether `start` and the character before `end` stand in the same pair of quotes. */
  isWithinQuotes(start: number, end: number): boolean {
    const opened = this.#quotes?.[start] ?? 0;
    return opened !== 0 && opened === this.#quotes?.[end - 1];
  }

  /** The simple command up to `at`, without what sets variables or only starts another program. */
  commandUpTo(at: number): string | undefined {
    const first = Math.max(0, at - FAR);
    let start = at;
    while (start > first && !/[\n;&|(`{]/.test(this.text[start - 1] ?? "")) start--;
    if (start === first && first > 0) return undefined;
    const outer = start === 0 ? 0 : this.#quotes?.[start - 1];
    if (outer !== this.#quotes?.[at] || outer === undefined) return undefined; // a `;` or the option is only quoted
    return this.text.slice(start, at).replace(PREFIX, "").replace(/^[\w./-]{0,200}\//, "");
  }

  /** Whether a word at `at` may be the program that runs. */
  isProgramAt(at: number): boolean {
    return mayBeProgram(this.text.slice(Math.max(0, at - FAR), at), at > FAR);
  }

  /** Whether what stands at `at` continues a path, not an address. */
  isInPath(at: number): boolean {
    const before = /[^\s"'=]*$/.exec(this.text.slice(Math.max(0, at - FAR), at))?.[0] ?? "";
    return /[/~\\]|^\./.test(before) && !before.includes("://");
  }

  /** Whether `name` stands anywhere but where it is set. A shell takes such a value up by its name, and may run it. */
  isNamedElsewhere(name: string): boolean {
    this.#names ??= namesOf(this.text.replaceAll("\\\n", ""));
    return this.#names.has(EVERY) || this.#names.has(name);
  }
}

const PREFIX = /^\s*(?:[A-Za-z_]\w*=[^\s"'\\$`]*\s+|(?:sudo|env|time|exec|command|nohup|then|do|else|!)\s+)*/;

/** Stands for every name: what is run is not in the text. */
const EVERY = "*";

function namesOf(text: string): ReadonlySet<string> {
  if (/\beval\b|\$\{!|\$\{\(P/.test(text)) return new Set([EVERY]);
  const names = new Set<string>();
  for (const { 0: name, index } of text.matchAll(/(?<!\w)[A-Za-z_]\w*/g)) {
    const before = text[index - 1] ?? "";
    const after = text.slice(index + name.length, index + name.length + 20);
    const expanded = before === "$" || before === "%" || text.startsWith("${", index - 2) && index >= 2;
    if (expanded || (before !== "-" && !/^(?:\\*["'])?\]?\s?[=:]/.test(after))) names.add(name);
  }
  return names;
}

/**
 * For each character the place (from 1) where the quotes around it open, 0 outside of quotes and for the quotes. Undefined
 * where a pair is not closed and where a here-document, in which quotes mean nothing, may stand.
 */
function quotesOf(text: string): Int32Array | undefined {
  const quotes = new Int32Array(text.length + 1);
  if (text.includes("<<")) return undefined;
  let opened = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    const mark = opened === 0 ? "" : text[opened - 1];
    const escapes = mark !== "'" || text[opened - 2] === "$";
    if (opened === 0 && char === "#" && /^\s?$/.test(text[at - 1] ?? "")) {
      const end = text.indexOf("\n", at);
      if (end === -1) break;
      at = end;
    } else if (char === "\\" && escapes) {
      quotes[at] = opened;
      quotes[++at] = opened;
    } else if (opened === 0 && (char === '"' || char === "'")) {
      opened = at + 1;
    } else if (char === mark) {
      opened = 0;
    } else quotes[at] = opened;
  }
  return opened === 0 ? quotes : undefined;
}
