/**
 * What would run, with long runs of nothing counted instead of shown: empty lines and spaces that push the rest of a command
 * off the screen. What was left out stands in a line of its own, never within the text. Pure.
 */

export interface FoldedLine {
  /** `gap`: so much of nothing was left out here. `rest`: it goes on in the line before the gap. */
  readonly kind: "line" | "gap" | "rest";
  readonly text: string;
}

/** So many empty lines are shown as they are. */
const MOST_EMPTY = 2;
/** So many spaces are shown as they are: more than any text is indented by. */
const MOST_SPACES = 40;
const SPACES = new RegExp(` {${MOST_SPACES + 1},}`, "g");

/** @param lines made harmless, so that a tab is no space any more */
export function foldedLines(lines: readonly string[]): readonly FoldedLine[] {
  const folded: FoldedLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    let end = at;
    while (end < lines.length && /^ *$/.test(lines[end] ?? "")) end++;
    if (end - at > MOST_EMPTY) {
      folded.push({ kind: "gap", text: `⋯ ${end - at} empty lines` });
      at = end - 1;
    } else folded.push(...foldedSpaces(lines[at] ?? ""));
  }
  return folded;
}

function foldedSpaces(line: string): readonly FoldedLine[] {
  const gaps = line.match(SPACES) ?? [];
  if (gaps.length === 0) return [{ kind: "line", text: line }];
  return line.split(SPACES).flatMap((text, at): readonly FoldedLine[] => {
    const gap = gaps[at];
    return [
      ...(text === "" ? [] : [{ kind: at === 0 ? "line" as const : "rest" as const, text }]),
      ...(gap === undefined ? [] : [{ kind: "gap" as const, text: `⋯ ${gap.length} spaces` }]),
    ];
  });
}
