/** A change as a line of the log: `◆ h3n7s  shop  !! destroys  Bash: …`. Pure. */
import { fit, fitEnds } from "../view/text_fit.ts";
import type { ChangeLine } from "../view/change_lines.ts";
import { toned } from "./paint.ts";

/** Widths of name and agent, columns. */
const NAME = 12;
const SHORT_NAME = 8;
const AGENT = 7;
/** The longest word. */
const WORD = 9;
const SHORT_WORD = 7;
/** Narrower lines have no room for the agent, and for long names. */
const WITH_AGENT = 70;
const WITH_NAME = 50;
/** Narrower ones need the room of the words that few lines have, such as cancelled, for what is asked. */
const WITH_WORD = 100;

/** @param width columns; Infinity in a pipe */
export function changeText(
  { sign, word, tone, name, agent, by = agent, text, note }: ChangeLine,
  width: number,
): string {
  const forWord = width < WITH_WORD ? SHORT_WORD : WORD;
  const lead = toned(tone, `${sign} ${column(word, forWord, width)}`);
  if (name === "") return `${lead}  ${fitEnds(text, width - forWord - 4)}`;
  const forName = width < WITH_NAME ? SHORT_NAME : NAME;
  const who = [column(name, forName, width), ...(width < WITH_AGENT ? [] : [column(by, AGENT, width)])].join("  ");
  const used = forWord + 2 + 2 + forName + 2 + (width < WITH_AGENT ? 0 : AGENT + 2);
  const whole = width === Infinity && note !== undefined ? `${text}  ${note}` : text;
  return `${lead}  ${who}  ${fitEnds(whole, width - used)}`.trimEnd();
}

/** In a pipe nothing is cut. */
function column(text: string, least: number, width: number): string {
  return width === Infinity ? text.padEnd(least) : fit(text, least);
}
