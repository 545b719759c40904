/**
 * Lines that an agent wrote, as messages show them: each behind a sign, so that none can pass for a line of the bot; and
 * messages that are filled with such lines. Pure.
 */
import { cutInPieces } from "./split_message.ts";

/** Before a line that an agent wrote, and before what goes on in the next line, because the line is long. */
const LINE = "│ ";
const GOES_ON = "┆ ";
/** Longest piece of a line, UTF-16 units. */
const MAX_PIECE = 1000;

/** Runs of blank lines are one, with their count: they could push what stands below them off the screen. */
export function quotedLines(lines: readonly string[]): readonly string[] {
  const quoted: string[] = [];
  for (let at = 0; at < lines.length;) {
    let end = at;
    while (end < lines.length && lines[end]?.trim() === "") end++;
    const blank = end - at;
    if (blank > 0) quoted.push(LINE.trimEnd());
    if (blank > 1) quoted.push(`(${blank} blank lines)`);
    if (blank === 0) quoted.push(...quotedLine(lines[end++] ?? ""));
    at = end;
  }
  return quoted;
}

function quotedLine(line: string): readonly string[] {
  return cutInPieces(line, MAX_PIECE).map((piece, at) => `${at === 0 ? LINE : GOES_ON}${piece}`);
}

/** @param max UTF-16 units of a page; a line that is longer has a page of its own @returns pages of whole lines */
export function pagesOf(lines: readonly string[], max: number): readonly string[] {
  const pages: string[][] = [];
  let length = Infinity;
  for (const line of lines) {
    if (length + 1 + line.length > max) {
      pages.push([]);
      length = -1;
    }
    pages.at(-1)?.push(line);
    length += 1 + line.length;
  }
  return pages.map((page) => page.join("\n"));
}
