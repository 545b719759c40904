/**
 * What an allow rule's pattern lets pass of commands: one command, compared word by word. Pure.
 *
 * A `*` that is a word of its own stands for any number of words that do not begin with `-`. `-*` stands for any words, options too: the pattern says so. A `*` within a word stands for any
 * part of it that does not begin with `-` and does not go up (`..`).
 */
import { matchesGlob } from "./glob.ts";
import { goesUpThrough } from "./places.ts";
import type { Command } from "./plain_text.ts";
import { readWords, type Word } from "./plain_text.ts";

export interface CommandPattern {
  readonly words: readonly Word[];
  /** The first word has no star, so that the pattern says which program runs. */
  readonly namesProgram: boolean;
}

const CACHE = new Map<string, CommandPattern | undefined>();
const CACHED = 1000;

/** Undefined where the pattern is not one plain command: then it matches none. */
export function readCommandPattern(pattern: string): CommandPattern | undefined {
  if (CACHE.has(pattern)) return CACHE.get(pattern);
  const read = readWords(pattern, true);
  const [words] = read?.commands ?? [];
  const made = words === undefined || read!.commands.length > 1 || read!.joints.length > 0
    ? undefined
    : { words, namesProgram: words[0]!.stars.length === 0 };
  if (CACHE.size >= CACHED) CACHE.clear();
  CACHE.set(pattern, made);
  return made;
}

export function matchesCommand({ words }: CommandPattern, command: Command): boolean {
  return matchFrom(words, 0, command, 0, { left: MAX_STEPS });
}

/** Stars in a row could try every split of the words: so many steps, and it is no match. */
const MAX_STEPS = 3000;

function matchFrom(
  words: readonly Word[],
  at: number,
  command: Command,
  next: number,
  steps: { left: number },
): boolean {
  if (steps.left-- <= 0) return false;
  const word = words[at];
  if (word === undefined) return next === command.length;
  if (word.stars.length > 0 && /^-?\*$/.test(word.text)) {
    const options = word.text === "-*";
    for (let end = next; end <= command.length; end++) {
      if (matchFrom(words, at + 1, command, end, steps)) return true;
      const next = command[end];
      if (next !== undefined && (isMore(next) || (!options && isOption(next)))) return false;
    }
    return false;
  }
  const given = command[next];
  if (given === undefined || !matchesWord(word, given)) return false;
  return matchFrom(words, at + 1, command, next + 1, steps);
}

function matchesWord({ text, stars }: Word, given: string): boolean {
  if (stars.length === 0) return text === given;
  const parts: string[] = [];
  let from = 0;
  for (const star of stars) {
    parts.push(text.slice(from, star));
    from = star + 1;
  }
  parts.push(text.slice(from));
  // What the pattern says itself, beside its stars, it means.
  const said = parts.join("");
  if ((isOption(given) && !isOption(text)) || (isMore(given) && !isMore(said))) return false;
  return !(goesUp(given) && !goesUp(text)) && matchesGlob(parts, given);
}

/** An option, and what is one under another name: `make SHELL=x`, `@file`, ` -f x`. */
function isOption(word: string): boolean {
  return /^[\s@-]|=/.test(word);
}

/**
 * Some programs expand it by themselves: `make 'x=$(shell y)'`; or read an address that names a file, or several:
 * `file:///h%6fme`, `/h[o]me`, `/{home}`.
 */
const RUNS = /[$`]|%[2-7][0-9a-f]|(?:^|[=@,])(?:file|data):/i;

/** Whether it may be more, or something else, than a star stands for. */
function isMore(word: string): boolean {
  if (RUNS.test(word)) return true;
  // A text for a shell may name files by a pattern; behind `a/..` may be anything where `a` is a link.
  const isPattern = word.includes("/") &&
    /[[\]{}]|[*?]/.test(/^[a-z]+:\/\/\S*$/i.test(word) ? word.replace(/[*?]/g, "") : word);
  return isPattern || (word.includes("..") && word.split(/[=:,@\s]/).some(goesUpThrough));
}

function goesUp(word: string): boolean {
  return /(?:^|[/=:])\.\.(?:$|\/)/.test(word);
}
