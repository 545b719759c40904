/** Questions that only the agents' own terminals can answer, in words: for a list, and for who tries to answer one here. Pure. */
import { dim, yellow } from "@std/fmt/colors";
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import { answerThere, type TerminalQuestion, whyInTerminal } from "../domain/terminal_question.ts";
import { KIND_WORDS } from "../domain/state_words.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { type KnownSession, openNames } from "../view/names.ts";
import { STATE_LOOKS } from "../view/states.ts";
import { wrapHanging } from "../view/text_fit.ts";
import { duration } from "../view/times.ts";
import { inside, NARROWEST, prose } from "./approval_blocks.ts";

/**
 * What it asks, since when, and how to get there.
 *
 * @param name how lists call its session; escaped
 * @param width columns; Infinity in a pipe
 */
export function terminalQuestionLines(question: TerminalQuestion, name: string, now: number, width: number): string[] {
  const { agent, since } = question;
  const age = duration(now - Date.parse(since));
  const why = whyInTerminal(question);
  const room = Math.max(NARROWEST, width);
  const title = `${STATE_LOOKS.waiting.sign} ${name}`;
  const [first = "", ...more] = wrapHanging(`${title}  ${escapeControls(agent)}  waits for ${age}`, room, 2);
  const lines = escapeControlsKeepLines(asked(question)).split("\n");
  return [
    first.startsWith(title) ? yellow(title) + first.slice(title.length) : yellow(first),
    ...more,
    ...(question.for === "permission" ? inside(lines, room) : prose(lines, room)),
    ...prose([answerThere(question)], room).map(yellow),
    ...(why === "" ? [] : prose([why], room).map(dim)),
  ];
}

/**
 * For `approve` and `deny`: the row that is meant waits, and is answered in its terminal.
 *
 * @param sessions among which it is named, as in lists
 */
export function answeredInTerminal(question: TerminalQuestion, sessions: readonly KnownSession[]): ConsoleError {
  const name = openNames(sessions).get(question.sessionId) ?? escapeControls(question.sessionId);
  const why = whyInTerminal(question);
  const what = `${name} asks in its own terminal only (${escapeControls(asked(question))})`;
  return new ConsoleError("failed", why === "" ? what : `${what}: ${why}`, { hint: answerThere(question) });
}

/** A permission is known by the call that it is about. */
function asked({ for: kind, text }: TerminalQuestion): string {
  return kind === "permission" && text !== "" ? text : `${KIND_WORDS[kind]}: ${text}`;
}
