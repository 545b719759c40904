/** Texts of agents and people made fit to be kept in a row: secrets masked, length bounded. */
import { maskSecrets } from "../../domain/mask.ts";
import { clip, headAndTail, oneLine } from "../../domain/sanitize.ts";

// Looking for secrets costs time, and a row keeps at most 2,000 units: what is far beyond is cut before the search.
const ROUGH = 8192;

/**
 * A call in one line of at most `cap` UTF-16 units that shows both ends of a long text. A line break ends a command, so
 * it is shown as `\n`: `echo cleaning up:` and `rm -rf src` below it are not one command.
 */
export function oneLineExcerpt(text: string, cap: number): string {
  const lines = maskSecrets(headAndTail(text, ROUGH)).split(/[\n\r\u2028\u2029]/).map(oneLine);
  return headAndTail(lines.filter((line) => line !== "").join("\\n"), cap);
}

/** Words for people in one line, as {@link oneLineExcerpt}; their line breaks are spaces. */
export function proseLine(text: string, cap: number): string {
  return headAndTail(oneLine(maskSecrets(headAndTail(text, ROUGH))), cap);
}

/** Prose of at most `cap` UTF-16 units: its beginning, with its line breaks. */
export function excerpt(text: string, cap: number): string {
  return clip(maskSecrets(clip(text, ROUGH)), cap);
}
