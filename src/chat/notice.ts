/** A need in one line, with the commands that answer it. Pure. */
import { bold, dim, red, yellow } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { escapeControls } from "../domain/sanitize.ts";
import { answerWords } from "../view/approval_words.ts";
import { type Need, needMessage } from "../view/need_words.ts";
import { fitEnds, fitHead } from "../view/text_fit.ts";
import { escapedWord } from "../lib/line_words.ts";

/** What is asked gets so many columns at least; with less room the answers stand in a line of their own. */
const LEAST = 30;
const GAP = "  ";
/** The beginning of an id names its session as well, UTF-16 units. */
const ID_SHOWN = 12;

/** @param columns of the screen. Escaped: a need's texts are made harmless where it is made */
export function noticeLines(need: Need, columns: number): readonly string[] {
  const { sign, text, tone } = needMessage([need]);
  const lead = `${sign} ${text}`;
  const ways = waysOf(need);
  const paint = (text: string) => tone === "danger" ? red(text) : bold(yellow(text));
  const width = columns - 1;
  const room = (how: string) => width - stringWidth(how) - GAP.length;
  const [first = ""] = ways;
  const all = ways.join(" · ");
  // How to say no is left out before the text is cut: it follows from how to say yes.
  const how = stringWidth(lead) <= room(all) ? all : room(first) >= LEAST ? first : undefined;
  if (how !== undefined) return [`${paint(fitEnds(lead, room(how)))}${GAP}${dim(how)}`];
  return [paint(fitEnds(lead, width)), dim(`${GAP}${fitHead(all, width - GAP.length)}`)];
}

function waysOf({ approval, sessionId }: Need): readonly string[] {
  if (approval === undefined) {
    const id = escapedWord(escapeControls(sessionId.slice(0, ID_SHOWN)));
    return [`/go ${id}`, `/show ${id}`];
  }
  return answerWords(approval).map((words) => `/${words}`);
}
