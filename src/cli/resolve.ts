/** From what people type to the one approval or session that they mean: asks which in a terminal, lists them elsewhere. */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { clip, escapeControls, headAndTail, oneLine } from "../domain/sanitize.ts";
import { nameOfSession } from "../domain/session_name.ts";
import { terminalQuestions } from "../domain/terminal_question.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import { type Keyboard, stdinKeyboard } from "../platform/keyboard.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { activityText } from "../view/about.ts";
import { approvalSummary } from "../view/approval_words.ts";
import { displayStatus, STATE_WORDS } from "../domain/state_words.ts";
import { askWhich, type Row, rowLines } from "./ask.ts";
import { allSessions, type CommandContext, read } from "./context.ts";
import {
  everyMatch,
  type MatchKind,
  matchSessions,
  matchTargets,
  type Nameables,
  openApprovals,
  type Target,
} from "../view/pick.ts";
import { answeredInTerminal } from "./terminal_question_text.ts";

/** Widest parts of a row that is listed, columns. */
const SHOWN = { name: 24, what: 60 } as const;

/** All that can be named. @throws {ConsoleError} */
export async function loadBoard(run: CommandContext): Promise<Nameables> {
  const [{ approvals }, sessions] = await Promise.all([
    read(run, "approval.list", { status: "all" }),
    allSessions(run),
  ]);
  return { approvals, sessions };
}

/** The session that `given` names, and how. @throws {ConsoleError} `failed` where several are meant, `not_found` */
export async function resolveSessionOf(
  run: CommandContext,
  given: string,
  wants?: "closed",
): Promise<{ readonly session: SessionView; readonly kind: MatchKind }> {
  const sessions = await allSessions(run);
  const { found, kind } = matchSessions(given, sessions, wants);
  if (found.length === 0) throw noSuchSession(given, sessions);
  const session = await oneOf(run, found, found.map(sessionRow), given, "sessions");
  return { session, kind };
}

/** The id of the session that `given` names. @throws {ConsoleError} as {@link resolveSessionOf} */
export async function resolveSession(run: CommandContext, given: string, wants?: "closed"): Promise<string> {
  return (await resolveSessionOf(run, given, wants)).session.id;
}

/** The approval or session that `given` names. @throws {ConsoleError} `failed` where several are meant, `not_found` */
export async function resolveTarget(run: CommandContext, given: string, board: Nameables): Promise<Target> {
  const found = matchTargets(given, board);
  if (found.length === 0) throw noSuchTarget(given, board);
  const rows = found.map((one) => one.kind === "approval" ? approvalRow(one.approval, board) : sessionRow(one.session));
  return await oneOf(run, found, rows, given, "of them");
}

/**
 * The approval to decide: the one with that id, or the only open one of that session; without a name the only open one
 * of all.
 *
 * @throws {ConsoleError} `failed` where none is open or several are meant, `not_found`
 */
export async function resolveOpen(run: CommandContext, given: string | undefined): Promise<Approval> {
  const board = await loadBoard(run);
  if (given === undefined) {
    const open = board.approvals.filter(({ status }) => status === "pending");
    if (open.length === 0) throw nothingOpen(board);
    return await oneOf(run, open, open.map((one) => approvalRow(one, board)), undefined, "wait for an answer");
  }
  const exact = board.approvals.find(({ id }) => id === given);
  if (exact !== undefined) return exact;
  const targets = everyMatch(given, board);
  if (targets.length === 0) throw noSuchTarget(given, board);
  // Of two sessions of one name only those that ask something can be meant.
  const candidates = openApprovals(targets, board);
  if (candidates.length === 0) throw asksNothing(given, targets, board);
  return await oneOf(run, candidates, candidates.map((one) => approvalRow(one, board)), given, "approvals");
}

/** The one of `found`; of several the one that the person at the terminal chooses. */
async function oneOf<T>(
  run: CommandContext,
  found: readonly T[],
  rows: readonly Row[],
  given: string | undefined,
  what: string,
  keyboard: Keyboard = stdinKeyboard,
): Promise<T> {
  const [first, ...more] = found;
  if (first !== undefined && more.length === 0) return first;
  const title = given === undefined
    ? `${found.length} ${what}`
    : `"${escapeControls(given)}" may be ${found.length} ${what}`;
  if (!keyboard.isTerminal) {
    throw new ConsoleError("failed", `${title}:\n${rowLines(rows).map((line) => `  ${line}`).join("\n")}`, {
      hint: "give the id of one of them",
    });
  }
  const at = await askWhich(run, `${title}:`, rows, keyboard);
  const chosen = at === undefined ? undefined : found[at];
  if (chosen === undefined) throw new ConsoleError("failed", "nothing was done, because none was chosen");
  return chosen;
}

/** id, name, what it asks. */
function approvalRow(approval: Approval, { sessions }: Pick<Nameables, "sessions">): Row {
  const session = sessions.find(({ id }) => id === approval.sessionId);
  const what = headAndTail(oneLine(approvalSummary(approval)), SHOWN.what);
  return { id: approval.id, words: [clip(nameOfSession(session ?? approval as { cwd?: string }), SHOWN.name), what] };
}

/** id, name, what it does. */
function sessionRow(session: SessionView): Row {
  const { id, agent } = session;
  const about = headAndTail(activityText(session), SHOWN.what);
  return {
    id,
    words: [clip(nameOfSession(session), SHOWN.name), agent, STATE_WORDS[displayStatus(session)].word, about],
  };
}

function noSuchSession(given: string, sessions: readonly SessionView[]): ConsoleError {
  return new ConsoleError("not_found", `no session matches "${escapeControls(given)}"`, {
    hint: nearest(given, sessions) ?? "agent-console ls --all",
  });
}

function noSuchTarget(given: string, { approvals, sessions }: Nameables): ConsoleError {
  const open = approvals.filter(({ status }) => status === "pending").map(({ id }) => id);
  return new ConsoleError("not_found", `no request or session matches "${escapeControls(given)}"`, {
    hint: nearest(given, sessions, open) ?? "agent-console approvals; agent-console ls --all",
  });
}

function nearest(given: string, sessions: readonly SessionView[], ids: readonly string[] = []): string | undefined {
  const names = sessions.filter(({ status }) => status !== "closed").map(nameOfSession).filter((name) => name !== "");
  const word = nearestWord(given, [...names, ...ids]);
  return word === undefined ? undefined : `did you mean ${escapeControls(word)}?`;
}

function asksNothing(given: string, targets: readonly Target[], { sessions, approvals }: Nameables): ConsoleError {
  const ids = new Set(targets.flatMap((one) => one.kind === "session" ? [one.session.id] : []));
  const question = terminalQuestions(sessions, approvals).find(({ sessionId }) => ids.has(sessionId));
  if (question !== undefined) return answeredInTerminal(question);
  const named = `"${escapeControls(given)}"`;
  return new ConsoleError("failed", `${named} asks nothing now`, { hint: "agent-console approvals" });
}

function nothingOpen({ sessions, approvals }: Nameables): ConsoleError {
  const questions = terminalQuestions(sessions, approvals);
  const [first] = questions;
  if (first !== undefined && questions.length === 1) return answeredInTerminal(first);
  const more = first === undefined ? "" : ` from here: ${questions.length} sessions ask in their own terminals only`;
  return new ConsoleError("failed", `nothing waits for an answer${more}`, {
    ...(first === undefined ? {} : { hint: "agent-console approvals" }),
  });
}
