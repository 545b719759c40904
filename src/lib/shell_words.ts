/** A shell line read back into its words. */

// 'a', "a", \a, then $NAME and ${NAME} as they stand, then a character that no shell reads as more than itself.
const PIECE =
  /'([^']*)'|"((?:[^"\\$`]|\\[^]|\$\w|\$\{\w+\})*)"|\\([^\n])|(\$\w+|\$\{\w+\}|[^\s'"\\|&;<>()$`*?[\]#!{}])/y;

/**
 * The words of a line that only runs one command, variables not expanded; undefined for any other line, which is more
 * than a command of ours (`cd x && …`, `a | b`, `$(x)`).
 */
export function shellWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length;) {
    if (/\s/.test(line[at]!)) {
      if (line[at] === "\n" && line.slice(at).trim() !== "") return undefined;
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
      continue;
    }
    PIECE.lastIndex = at;
    const piece = PIECE.exec(line);
    if (piece === null) return undefined;
    const [all, single, double, escaped, plain] = piece;
    word = (word ?? "") + (single ?? double?.replace(/\\([\\"$`])/g, "$1") ?? escaped ?? plain ?? "");
    at += all.length;
  }
  return word === undefined ? words : [...words, word];
}
