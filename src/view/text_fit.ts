/** Texts cut, filled up and wrapped to a number of columns. Wide characters count two. Pure. */
import stringWidth from "fast-string-width";
import { graphemes, nextPlace } from "../lib/graphemes.ts";

/** How many columns `text` takes. */
export function textWidth(text: string): number {
  if (text.length > KEPT_LENGTH) return measure(text);
  let width = widths.get(text);
  if (width === undefined) {
    width = measure(text);
    if (widths.size >= KEPT) widths.clear();
    widths.set(text, width);
  }
  return width;
}

/** A window measures the same parts of its rows in every frame. */
const widths = new Map<string, number>();
const KEPT = 2000;
const KEPT_LENGTH = 200;

function measure(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** Nearly every text, and measured at once. */
const PLAIN = /^[\x20-\x7e]*$/;

/** `text` in exactly `width` columns: cut with `…`, or filled with spaces. */
export function fit(text: string, width: number): string {
  const cut = fitHead(text, width);
  return cut + " ".repeat(Math.max(0, width - textWidth(cut)));
}

/** `text` in at most `width` columns: its beginning, and `…` where something is missing. */
export function fitHead(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  return width <= 0 ? "" : `${head(text, width - 1)}…`;
}

/** `text` in at most `width` columns with both ends: what is dangerous in a command is often at its end. */
export function fitEnds(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (width < MIN_ENDS) return fitHead(text, width);
  const behind = Math.floor((width - 1) * TAIL_PART);
  return `${head(text, width - 1 - behind)}…${fitTail(text, behind)}`;
}

/** Narrower texts have no room for two ends. */
const MIN_ENDS = 12;
/** What the end gets of the width. */
const TAIL_PART = 0.4;

/**
 * The lines of `text`, which has no line breaks, each at most `width` columns wide. Lines end at spaces where they can;
 * a space at which a line ends belongs to no line.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > LONG * width || textWidth(rest) > width) {
    const whole = head(rest, Math.max(1, width)) || firstOf(rest);
    const space = rest[whole.length] === " " ? whole.length : whole.lastIndexOf(" ");
    const end = space > 0 && whole.slice(0, space).trim() !== "" ? space : whole.length;
    lines.push(rest.slice(0, end));
    rest = rest.slice(rest[end] === " " ? end + 1 : end);
  }
  return [...lines, rest];
}

/** More units than these for each column are wider, whatever they are: a long text is not measured as a whole for each line. */
const LONG = 16;

/**
 * {@link wrap} for lines of people's text: what goes on stands below where the text of its line begins, behind the
 * spaces, the sign or the number in front of it. Where that leaves too little room it stands at the margin.
 *
 * @param hang columns, where the text itself does not show where it begins
 */
export function wrapHanging(text: string, width: number, hang: number = hangOf(text)): string[] {
  if (textWidth(text) <= width) return [text];
  if (hang > width / 2) return wrap(text.trimStart(), width);
  const begin = head(text, hang);
  const [first = "", ...more] = wrap(text.slice(begin.length), width - hang);
  return [begin + first, ...more.map((line) => " ".repeat(hang) + line)];
}

/** {@link wrapHanging} of `label` and `text`, for who paints the label: the first line comes without it. */
export function wrapBehind(label: string, text: string, width: number, hang: number = textWidth(label)): string[] {
  const [first = "", ...more] = wrapHanging(label + text, width, hang);
  return [first.slice(label.length), ...more];
}

/**
 * The lines of a message, each {@link wrapHanging}: what goes on is indented, so that it looks like no line of its own.
 *
 * @param keepsIndented an indented line is something to copy, such as a command: it stays as it is
 */
export function wrapMessage(text: string, width: number, keepsIndented = false): string {
  return text.split("\n")
    .flatMap((line) =>
      keepsIndented && line.startsWith(" ") ? [line] : wrapHanging(line, width, hangOf(line) || MESSAGE_HANG)
    )
    .join("\n");
}

const MESSAGE_HANG = 2;

/** Spaces, then a sign or a number with space behind it. */
function hangOf(text: string): number {
  return textWidth(/^ *(?:(?:\d+ |[-·•→✓✖◆▲]) +)?/.exec(text)?.[0] ?? "");
}

/** The beginning of a text that fits in `width` columns. */
function head(text: string, width: number): string {
  let end = 0;
  let used = 0;
  for (const character of graphemes(text.length > LONG * width ? text.slice(0, LONG * width) : text)) {
    used += textWidth(character);
    if (used > width) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** `text` in at most `width` columns: its end. */
export function fitTail(text: string, width: number): string {
  // A grapheme may be long, but no text shown here has so many marks: enough to find the last ones by.
  const last = [...graphemes(text.slice(-8 * width))];
  let used = 0;
  let from = last.length;
  while (from > 0 && used + textWidth(last[from - 1] ?? "") <= width) {
    from--;
    used += textWidth(last[from] ?? "");
  }
  return last.slice(from).join("").toWellFormed();
}

function firstOf(text: string): string {
  return text.slice(0, nextPlace(text, 0));
}
