/** A command's line as words: quotes and backslashes as in a shell; nothing is expanded and nothing else is special. Pure. */

export interface SplitLine {
  readonly words: readonly string[];
  /** The quote that is open at its end. */
  readonly open: "" | "'" | '"';
  /** Where the last word begins as it was typed; the end of the line where a space stands there. */
  readonly lastAt: number;
}

export function splitLine(line: string): SplitLine {
  const words: string[] = [];
  let word: string | undefined;
  let open: SplitLine["open"] = "";
  let lastAt = 0;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (open === "" && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (word === undefined) lastAt = at;
    word ??= "";
    const next = line[at + 1];
    if (char === open) open = "";
    else if (open === "" && (char === "'" || char === '"')) open = char;
    else if (
      char === "\\" && next !== undefined && (open === "" || (open === '"' && (next === '"' || next === "\\")))
    ) {
      word += next;
      at++;
    } else word += char;
  }
  return word === undefined ? { words, open, lastAt: line.length } : { words: [...words, word], open, lastAt };
}

/** A word, or the beginning of one, so that {@link splitLine} reads it as it is. */
export function escapedWord(word: string): string {
  return word.replace(/[\s'"\\]/g, "\\$&");
}
