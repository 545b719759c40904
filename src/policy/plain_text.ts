/**
 * The shell text that every shell reads alike: words of safe characters and quoted literals, joined by `&&`, `||`, `;`
 * and `|`. Pure, linear in the text.
 *
 * All else is opaque: nothing of it is understood, so nothing of it passes without a human. This is an allow-list of
 * characters, because a complete reader of bash, zsh and fish would be a program of its own, and wrong in one of them.
 */
import { escapeDeceptive } from "../domain/sanitize.ts";

/** A simple command: the program's name and its arguments, without quotes. Never empty. */
export type Command = readonly [string, ...string[]];

export interface PlainText {
  readonly commands: readonly Command[];
  /** What stands between the commands: one less than they are. */
  readonly joints: readonly Joint[];
}

export type Joint = "&&" | "||" | ";" | "|";

/** Longer texts are opaque, UTF-16 units and words: nobody writes them by hand, and no input may cost milliseconds. */
const MAX_PLAIN = 10_000;
const MAX_WORDS = 400;

/**
 * Characters that mean themselves outside quotes in every shell. `=` and `%` only behind another one, where the first word
 * has none (an assignment, zsh's `=ls`, a job). `~` and `^` only where a commit's name ends: `HEAD~1`, `main~2`, `HEAD^`.
 * In zsh both can be part of a pattern (EXTENDED_GLOB); of `HEAD^` it is one for files whose names begin so.
 */
const SAFE = /[A-Za-z0-9_./,:@+-]/;
const COMMIT_END = /^(?:HEAD(?:\^{1,2}\d?|~\d*)+|[A-Za-z0-9_./-]*[A-Za-z0-9](?:~\d+)+)(?=$|[ ;&|:.])/;
/** Printable ASCII: most texts, and nothing in them deceives. */
const PRINTED = /^[ -~]*$/;

/**
 * Words that begin a construct of some shell, where they stand first: what runs is then not the first word. `time` is not
 * here, it runs what stands behind it.
 */
const RESERVED = new Set(
  ("if then elif else fi for foreach while until do done case esac select function coproc end and or not begin switch " +
    "repeat noglob nocorrect alias hash").split(" "),
);

/** Longest name of a commit that ends in `~` or `^`, UTF-16 units. */
const MAX_COMMIT = 100;

/** What a word is made of; `star` is one that stands outside quotes, in patterns of rules only. */
export interface Word {
  readonly text: string;
  /** Positions in `text` of the stars that stand for any text. */
  readonly stars: readonly number[];
}

/** The commands of a plain text; undefined where the text is opaque or has no command. */
export function readPlain(text: string): PlainText | undefined {
  const read = readWords(text, false);
  if (read === undefined) return undefined;
  const commands = read.commands.map((words) => words.map((word) => word.text) as unknown as Command);
  return { commands, joints: read.joints };
}

/** As {@link readPlain}; with `stars` a star outside quotes is allowed, for the patterns of rules. */
export function readWords(
  text: string,
  stars: boolean,
): { readonly commands: readonly (readonly Word[])[]; readonly joints: readonly Joint[] } | undefined {
  if (text.length > MAX_PLAIN || (!PRINTED.test(text) && (text.includes("\n") || escapeDeceptive(text) !== text))) {
    return undefined;
  }
  const commands: Word[][] = [[]];
  const joints: Joint[] = [];
  let count = 0;
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (char === " ") {
      at++;
      continue;
    }
    const joint = /^(?:&&|\|\||;|\|)/.exec(text.slice(at, at + 2))?.[0] as Joint | undefined;
    if (joint !== undefined) {
      if (commands.at(-1)!.length === 0) return undefined;
      at += joint.length;
      joints.push(joint);
      commands.push([]);
      continue;
    }
    const word = readWord(text, at, stars);
    if (word === undefined) return undefined;
    const isFirst = commands.at(-1)!.length === 0;
    if (isFirst && (!/^[A-Za-z0-9_./*][^=%]*$/.test(word.text) || RESERVED.has(word.text))) return undefined;
    commands.at(-1)!.push({ text: word.text, stars: word.stars });
    if (++count > MAX_WORDS) return undefined;
    at = word.end;
  }
  if (commands.at(-1)!.length === 0) { // `ls;` ends well, `ls &&` does not
    commands.pop();
    if (joints.pop() !== ";") return undefined;
  }
  return { commands, joints };
}

function readWord(text: string, start: number, stars: boolean): (Word & { readonly end: number }) | undefined {
  let word = "";
  const found: number[] = [];
  const commitEnd = start + (COMMIT_END.exec(text.slice(start, start + MAX_COMMIT))?.[0].length ?? 0);
  let at = start;
  for (; at < text.length && !/[ ;&|]/.test(text[at]!); at++) {
    const char = text[at]!;
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1);
      const literal = text.slice(at + 1, end);
      if (end < 0 || (char === "'" ? MOVES_SINGLE : MOVES_DOUBLE).test(literal)) return undefined;
      word += literal;
      at = end;
      continue;
    }
    const safe = /[~^]/.test(char) ? at < commitEnd : /[=%]/.test(char) ? at > start : SAFE.test(char);
    if (stars && char === "*") found.push(word.length);
    else if (!safe) return undefined;
    word += char;
  }
  return at === start ? undefined : { text: word, stars: found, end: at }; // a lone `&`
}

/** fish takes `\'` and `\\` inside single quotes for escapes: what ends the quote would not be agreed upon. */
const MOVES_SINGLE = /\\(?:\\|$)/;
/** Between double quotes expansions, and a backslash before what it escapes in some shell; `!` is csh's history. */
const MOVES_DOUBLE = /[$`!]|\\(?:[\\]|$)/;
