/**
 * What a text that nobody reads plainly names of what loses something: `rm -rf`, `git push --force`, `mkfs`. It only makes
 * a label louder, and lets nothing pass. Pure.
 */
import { baseName, type Carried, crudeCommands } from "./carried.ts";
import { destroys } from "./severe.ts";

/** Of a longer text both ends are searched, UTF-16 units: no label may cost milliseconds. */
const MAX_END = 5000;

/** So many words behind a name are looked at. */
const MAX_ARGS = 16;

/** Names that are also words of a sentence, in a message or a comment: with an argument that no sentence has. */
const ALSO_WORDS = new Set("truncate shred halt reboot shutdown init unlink parted security".split(" "));

/** Words, at any place of the text, with what must stand behind them to lose something. */
const LOUD: ReadonlyMap<string, RegExp> = new Map([
  ["rm", /^(?:-[a-z]*[rf][a-z]*|--recursive|--force|--no-preserve-root)$/i],
  ["dd", /^of=/i],
  ["shred", /^-|^\//],
  ["truncate", /^(?:-s.*|--size.*)$/],
  ["remove-item", /^-(?:r|fo)/i],
  ["find", /^-delete$/],
  ["rd", /^\/s$/i],
  ["del", /^\/[sfq]$/i],
  ["drop", /^(?:table|database|schema)$/i],
  ["delete", /^from$/i],
]);
const LOUD_ALONE = /^(?:mkfs(?:\.\w+)?|wipefs|blkdiscard|format-volume|clear-disk)$/;

/** @param carried the commands that were found in the text */
export function namesLoss(text: string, carried: readonly Carried[]): boolean {
  if (carried.some((command) => destroys(command) && !isSentence(command))) return true;
  const ends = text.length <= 2 * MAX_END ? text : `${text.slice(0, MAX_END)}\n${text.slice(-MAX_END)}`;
  return crudeCommands(ends, true).some((words) => words.some((_, at) => isLoud(words, at)));
}

function isSentence({ name, args }: Carried): boolean {
  return ALSO_WORDS.has(name) && args.length > 0 && args[0] !== "now" &&
    !args.some((arg) => /^[-/.~$+]|^\d/.test(arg));
}

function isLoud(words: readonly string[], at: number): boolean {
  const word = words[at]!;
  const name = baseName(word.slice(word.lastIndexOf("=") + 1));
  if (LOUD_ALONE.test(name)) return true;
  const isGit = name === "git";
  const behind = LOUD.get(name);
  if (behind === undefined && !isGit) return false;
  const args = words.slice(at + 1, at + 1 + MAX_ARGS);
  return isGit ? destroys({ name, args }) : args.some((arg) => behind!.test(arg));
}
