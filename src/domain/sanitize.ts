/** Makes text from outside safe to store and to show. Pure. */
import { lazy } from "../lib/lazy.ts";

/** Cuts `text` to at most `cap` UTF-16 units, never inside a surrogate pair, marking the cut with `…`. */
export function clip(text: string, cap: number): string {
  if (text.length <= cap) return text;
  let end = cap - 1;
  const code = text.charCodeAt(end - 1);
  if (code >= 0xd800 && code <= 0xdbff) end--;
  return text.slice(0, end) + "…";
}

/** Shows both ends of a long text: the dangerous part of a command is often at its end. */
export function headAndTail(text: string, cap: number): string {
  if (text.length <= cap) return text;
  const half = Math.floor((cap - 1) / 2);
  return text.slice(0, half).toWellFormed() + "…" + text.slice(text.length - half).toWellFormed();
}

// Controls, format characters (bidi, joiners, tags, annotations), line separators and what no version of Unicode has
// given a sign yet, but for emoji to come; what is drawn as nothing (fillers, blanks), but for the selector that makes an
// emoji of a sign; marks beyond the third on one character, which pile up over the lines beside it.
const hidden = lazy(() =>
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u2800\u2d7f\u{1107f}\u{13441}\u{13442}\u{16fe4}\u{1d159}]|(?!\p{Extended_Pictographic})\p{Cn}|(?!(?<=[\p{Extended_Pictographic}\d#*])[\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}|(?<=\p{M}{3})\p{M}/gu
);

/** Nearly every text: there is nothing to look for in it. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * One line without anything that a terminal obeys or that deceives a reader: controls, escape sequences, bidi,
 * zero-width and other invisible characters are shown as `\x1b` or `\u202e`, newline and tab as `\n` and `\t`.
 */
export function escapeControls(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.toWellFormed().replace(hidden(), (char) => {
    if (char === "\n") return "\\n";
    if (char === "\t") return "\\t";
    if (char === "\r") return "\\r";
    const code = char.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : escapeOf(code);
  });
}

/** `\u202e`, `\u{e0041}`. */
function escapeOf(code: number): string {
  const digits = code.toString(16);
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`;
}

/** JSON as one line in which nothing deceives a reader or a terminal; what it says when it is read again is the same. */
export function visibleJson(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  if (PLAIN.test(text)) return text;
  return text.replace(
    hidden(),
    (char) =>
      [...Array(char.length)].map((_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}

/** {@link escapeControls}, line by line. */
export function escapeControlsKeepLines(text: string): string {
  return text.split("\n").map(escapeControls).join("\n");
}

// Spaces other than the plain one, characters that no font draws, and marks that cover what stands beside them: on
// anything but a letter, or more than three on one.
const deceiving = lazy(() => /[^\P{Zs} ]|[\p{Default_Ignorable_Code_Point}\u2800]|(?<!\p{L}\p{M}{0,2})\p{M}/gu);

/**
 * {@link escapeControlsKeepLines} for text that will run. Also escapes characters that look like a space and are none,
 * so that `git status` as one word does not read like two, characters without width, and combining marks over signs.
 * Ordinary letters of any language stay.
 */
export function escapeDeceptive(text: string): string {
  return escapeControlsKeepLines(text).replace(
    deceiving(),
    (char) => escapeOf(char.codePointAt(0) ?? 0),
  );
}

/** The text as one line: runs of spaces and line breaks become one space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** In one line, and safe to show. */
export function escapedLine(text: string): string {
  return escapeControls(oneLine(text));
}
