/** A text as messages that Telegram takes: each under its limit, cut at a line where one is near, never inside a character. */
import { graphemes } from "../../lib/graphemes.ts";

/** Of one message, UTF-16 units. */
export const MAX_MESSAGE = 4096;

/** A line's end is taken where it is behind so much of the part. */
const NEAR = 0.6;

/** @param max UTF-16 units of a part; at least one grapheme's length, else a long one is cut between its code points */
export function splitMessage(text: string, max = MAX_MESSAGE): readonly string[] {
  // A message of blanks alone is refused.
  return cutInPieces(text, max).filter((part) => part.trim() !== "");
}

/** All of it, but for the lines' ends at which it is cut. @param max as for {@link splitMessage} */
export function cutInPieces(text: string, max: number): readonly string[] {
  const parts: string[] = [];
  let rest = text.toWellFormed();
  while (rest.length > max) {
    const end = cutAt(rest, max);
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^\n/, "");
  }
  return [...parts, rest];
}

function cutAt(text: string, max: number): number {
  const line = text.lastIndexOf("\n", max);
  if (line >= max * NEAR) return line;
  // Only the last few characters are looked at: the whole text in graphemes would cost too much.
  const from = codePointAt(text, Math.max(0, max - LOOK_BACK));
  let end = from;
  for (const grapheme of graphemes(text.slice(from, max + LOOK_BACK))) {
    if (end + grapheme.length > max) break;
    end += grapheme.length;
  }
  return end > 0 ? end : codePointAt(text, max);
}

/** Before the limit, UTF-16 units: a grapheme that is longer is cut between its code points. */
const LOOK_BACK = 64;

/** `at`, or before the low half of a pair that stands there. */
function codePointAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
