/** Questions that only the agents' own terminals can answer, in words: for a list, and for who tries to answer one here. Pure. */
import { bold, dim, yellow } from "@std/fmt/colors";
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import { answerThere, type TerminalQuestion, whyInTerminal } from "../domain/terminal_question.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { duration, shortPath, SYMBOLS } from "./format.ts";

/** What it asks, since when, and how to get there. @param session its id as it is shown */
export function terminalQuestionLines(question: TerminalQuestion, session: string, now: number): string[] {
  const { agent, since } = question;
  const age = duration(now - Date.parse(since));
  const why = whyInTerminal(question);
  const name = escapeControls(nameOf(question));
  return [
    `${yellow(SYMBOLS.waiting)} ${bold(name)}  ${escapeControls(agent)} ${dim(escapeControls(session))}  for ${age}`,
    ...escapeControlsKeepLines(asked(question)).split("\n").map((line) => `    ${line}`),
    `    ${yellow(answerThere(question))}`,
    ...(why === "" ? [] : [dim(`    ${why}`)]),
  ];
}

/** For `approve` and `deny`: the row that `given` names waits, and is answered in its terminal. */
export function answeredInTerminal(question: TerminalQuestion): ConsoleError {
  const why = whyInTerminal(question);
  const what = escapeControls(`${nameOf(question)} asks in its own terminal only (${asked(question)})`);
  return new ConsoleError("failed", why === "" ? what : `${what}: ${why}`, { hint: answerThere(question) });
}

/** A permission is known by the call that it is about. */
function asked({ for: kind, text }: TerminalQuestion): string {
  return kind === "permission" && text !== "" ? text : `${kind}: ${text}`;
}

function nameOf({ title, cwd, sessionId }: TerminalQuestion): string {
  return title ?? (shortPath(cwd) || sessionId);
}
