/** From what people type to the one approval or session that they mean: asks which in a terminal, lists them elsewhere. */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { nameOfSession } from "../domain/session_name.ts";
import { terminalQuestions } from "../domain/terminal_question.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import { type Keyboard, stdinKeyboard } from "../platform/keyboard.ts";
import { env } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { askWhich } from "./ask.ts";
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
import { approvalRow, openRows, type Row, rowLines, sessionRow } from "../view/candidates.ts";
import { answeredInTerminal } from "./terminal_question_text.ts";

/** So many of those that a word may mean are listed: nobody reads more, and the end of a longer list is all that is seen. */
const MOST_LISTED = 10;

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
  const session = await oneOf(
    run,
    found,
    found.map((one) => sessionRow(one, { sessions, home: env("HOME") })),
    given,
    "sessions",
    MOST_LISTED,
  );
  return { session, kind };
}

/** The id of the session that `given` names. @throws {ConsoleError} as {@link resolveSessionOf} */
export async function resolveSession(run: CommandContext, given: string): Promise<string> {
  return (await resolveSessionOf(run, given)).session.id;
}

/** The approval or session that `given` names. @throws {ConsoleError} `failed` where several are meant, `not_found` */
export async function resolveTarget(run: CommandContext, given: string, board: Nameables): Promise<Target> {
  const found = matchTargets(given, board);
  if (found.length === 0) throw noSuchTarget(given, board);
  const around = { sessions: board.sessions, home: env("HOME") };
  const rows = found.map((one) =>
    one.kind === "approval" ? approvalRow(one.approval, around) : sessionRow(one.session, around)
  );
  return await oneOf(run, found, rows, given, "of them", MOST_LISTED);
}

/** An approval that is to be decided. */
export interface MeantApproval {
  readonly approval: Approval;
  /** Its whole id was given, which says that it was read. */
  readonly isById: boolean;
}

/**
 * The approvals to decide, each once: the one with that id, or the only open one of that session; where nothing is given
 * the only open one of all.
 *
 * @throws {ConsoleError} `failed` where none is open, several are meant by one word, or one cannot have been read;
 *   `not_found`
 */
export async function resolveOpen(run: CommandContext, given: readonly string[]): Promise<readonly MeantApproval[]> {
  const board = await loadBoard(run);
  if (given.length === 0) {
    const open = board.approvals.filter(({ status }) => status === "pending");
    if (open.length === 0) throw nothingOpen(board);
    const approval = await oneToAnswer(run, open, openRows(open, board), undefined, "wait for an answer");
    return [{ approval, isById: false }];
  }
  const meant = new Map<string, MeantApproval>();
  for (const one of given) {
    const approval = await openNamed(run, one, board).catch((error) => {
      throw given.length > 1 ? nothingDecided(error) : error;
    });
    const { id } = approval;
    meant.set(id, { approval, isById: one === id || meant.get(id)?.isById === true });
  }
  return [...meant.values()];
}

function nothingDecided(error: unknown): unknown {
  if (!(error instanceof ConsoleError)) return error;
  return new ConsoleError(error.kind, `nothing was decided: ${error.message}`, error.details);
}

async function openNamed(run: CommandContext, given: string, board: Nameables): Promise<Approval> {
  const exact = board.approvals.find(({ id }) => id === given);
  if (exact !== undefined) {
    if (exact.status === "pending") run.screen?.mayAnswer(exact.id, "in its line");
    return exact;
  }
  const targets = everyMatch(given, board);
  if (targets.length === 0) throw noSuchTarget(given, board);
  // Of two sessions of one name only those that ask something can be meant.
  const candidates = openApprovals(targets, board);
  if (candidates.length === 0) throw asksNothing(given, targets, board);
  const rows = candidates.map((one) => approvalRow(one, { sessions: board.sessions, home: env("HOME") }));
  return await oneToAnswer(run, candidates, rows, given, "requests");
}

/** As {@link oneOf}. @throws {ConsoleError} `failed` too where the person cannot have read it who typed that */
async function oneToAnswer(
  run: CommandContext,
  open: readonly Approval[],
  rows: readonly Row[],
  given: string | undefined,
  what: string,
): Promise<Approval> {
  if (open.length > 1) run.screen?.shows(open.map(({ id }) => id));
  const approval = await oneOf(run, open, rows, given, what);
  run.screen?.mayAnswer(approval.id, open.length > 1 ? "at a question" : "in its line");
  return approval;
}

/** The one of `found`; of several the one that the person at the terminal chooses. @param most rows that are listed */
async function oneOf<T>(
  run: CommandContext,
  found: readonly T[],
  rows: readonly Row[],
  given: string | undefined,
  what: string,
  most = Infinity,
  keyboard: Keyboard = stdinKeyboard,
): Promise<T> {
  const [first, ...more] = found;
  if (first !== undefined && more.length === 0) return first;
  const title = given === undefined
    ? `${found.length} ${what}`
    : `"${escapeControls(given)}" may be ${found.length} ${what}`;
  const shown = rows.slice(0, most);
  const left = rows.length - shown.length;
  if (!keyboard.isTerminal) {
    const lines = [...rowLines(shown), ...(left === 0 ? [] : [`${left} more`])];
    throw new ConsoleError("failed", `${title}:\n${lines.map((line) => `  ${line}`).join("\n")}`, {
      hint: left === 0 ? "give the id of one of them" : "give more of the id; agent-console ls --all lists them",
    });
  }
  const at = await askWhich(run, left === 0 ? `${title}:` : `${title}; the first ${most}:`, shown, keyboard);
  const chosen = at === undefined ? undefined : found[at];
  if (chosen === undefined) throw new ConsoleError("failed", "nothing was done, because none was chosen");
  return chosen;
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
  if (question !== undefined) return answeredInTerminal(question, sessions);
  const named = `"${escapeControls(given)}"`;
  return new ConsoleError("failed", `${named} asks nothing now`, { hint: "agent-console approvals" });
}

function nothingOpen({ sessions, approvals }: Nameables): ConsoleError {
  const questions = terminalQuestions(sessions, approvals);
  const [first] = questions;
  if (first !== undefined && questions.length === 1) return answeredInTerminal(first, sessions);
  const more = first === undefined ? "" : ` from here: ${questions.length} sessions ask in their own terminals only`;
  return new ConsoleError("failed", `nothing waits for an answer${more}`, {
    ...(first === undefined ? {} : { hint: "agent-console approvals" }),
  });
}
