/** `/sessions`, `/show`, `/context`, `/cancel`: who works on what, and what was said. */
import type { ConsoleCall } from "../core/console_command.ts";
import type { TurnState } from "../core/turn_end.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { MAX_RECENT_TURNS } from "../protocol/limits.ts";
import { detailView } from "../view/detail_view.ts";
import { namesIn } from "../view/names.ts";
import { openApprovalsOf } from "../view/pick.ts";
import { placedItems, sessionItems } from "../view/session_items.ts";
import { STATE_LOOKS } from "../view/states.ts";
import { clockTime } from "../view/times.ts";
import { conversationLines } from "../view/turn_words.ts";
import { everySession, loadAll, sessionNamed } from "./board.ts";
import { requestText } from "./requests.ts";

/** @param all those that have ended too */
export async function sessionsText(all: boolean, call: ConsoleCall): Promise<string> {
  const { sessions, approvals } = await loadAll(call, "pending");
  const shown = all ? sessions : sessions.filter(({ status }) => status !== "closed");
  if (shown.length === 0) return "No session is open.";
  const items = placedItems(sessionItems(shown, approvals, Date.now(), namesIn(shown, sessions)));
  return items.map(({ state, name, agent, age, about, shortId, marks }) => {
    const { sign, word } = STATE_LOOKS[state];
    return [`${sign} ${name}`, agent, `${word} ${age}`, ...marks, about, shortId].filter((part) => part !== "").join(
      "  ",
    );
  }).join("\n");
}

/** A request by its id, or a session and what it asks. */
export async function showNamed(given: string | undefined, call: ConsoleCall): Promise<string> {
  const board = await loadAll(call);
  const approval = board.approvals.find(({ id }) => id === given);
  if (approval !== undefined) {
    if (approval.status !== "pending" || approval.cutBy !== undefined) return requestText(approval, board);
    const { missing: _, ...shown } = approval;
    // Opened whole, it can be approved.
    return requestText({ ...shown, ...await call.call("approval.text", { id: approval.id }) }, board);
  }
  const { id } = sessionNamed(given, board.sessions);
  const { session } = await call.call("session.get", { sessionId: id });
  const around = { ...board, now: Date.now(), history: session.history };
  const { name, heading, look, facts, onlyThere } = detailView(session, around);
  return [
    [`${look.sign} ${name}`, ...heading, id].join("  "),
    ...facts.map(({ label, text }) => `${label.padEnd(9)} ${text}`),
    ...(onlyThere ? ["only its own terminal can answer"] : []),
    ...openApprovalsOf(session, board).flatMap((one) => ["", requestText(one, board)]),
  ].join("\n");
}

/** Turns that are shown where nobody says how many. */
const USUAL_TURNS = 5;

/** @param args a session, how many turns, both or neither */
export async function turnsText(args: readonly string[], call: ConsoleCall): Promise<string> {
  const [given, many] = args.length === 1 && /^\d{1,3}$/.test(args[0] ?? "") ? [undefined, args[0]] : args;
  const limit = many === undefined ? USUAL_TURNS : Number(many);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RECENT_TURNS) {
    throw new ConsoleError("usage", `"${many}" is no number of turns from 1 to ${MAX_RECENT_TURNS}`);
  }
  const session = given === undefined ? {} : { sessionId: sessionNamed(given, await everySession(call)).id };
  const { turns } = await call.call("turn.recent", { ...session, limit });
  return turns.length === 0 ? "No turn yet." : turns.map(turnText).join("\n\n");
}

function turnText(turn: TurnState): string {
  const { submittedAt, agent, sessionId } = turn;
  const head = [clockTime(submittedAt), agent, ...(sessionId === null ? [] : [sessionId])].join("  ");
  return [head, ...conversationLines(turn)].join("\n");
}

export async function cancelTurns(given: string | undefined, call: ConsoleCall): Promise<string> {
  const { id } = sessionNamed(given, await everySession(call));
  const { cancelled } = await call.call("turn.cancel", { sessionId: id, ...call.once });
  return cancelled.length === 1 ? "the turn is told to end" : `${cancelled.length} turns are told to end`;
}
