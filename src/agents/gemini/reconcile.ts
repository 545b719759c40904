/**
 * What the end of a turn in Gemini CLI's conversation file means for its row: each rule by which it corrects the row
 * has its own name and is proven by a recording in tests/fixtures/feeds. Pure.
 */
import type { AgentEvent } from "../../domain/report.ts";
import type { Session } from "../../domain/session.ts";
import type { ChatEnd } from "./chat_file.ts";

export interface ChatObservation {
  /** The newest entry of the file. */
  readonly end: ChatEnd;
  readonly row: Session;
  /** When the row's present turn began, or later, ISO 8601 UTC. */
  readonly turnSince: string;
  /** ISO 8601 UTC. */
  readonly now: string;
}

/** A hook's event later than this was lost, or is about something newer, ms. */
export const HOOK_GRACE_MS = 2000;

/** What happened to a session by its file; undefined where the two agree or the file knows no better. */
export function reconcileChat(look: ChatObservation): AgentEvent | undefined {
  const { end, row, turnSince } = look;
  if (end.at < turnSince || msBetween(end.at, row.lastEventAt) >= HOOK_GRACE_MS) return undefined;
  return end.kind === "cancelled" ? cancelled(row) : failed(look, end.text);
}

export function isBusy({ status }: Session): boolean {
  return status === "waiting" || status === "working";
}

/**
 * Esc or No in a dialog, Esc while a tool runs: no hook reports it. A late event is of the same turn: the tool's
 * AfterTool comes a tenth of a second after the file.
 */
function cancelled(row: Session): AgentEvent | undefined {
  return isBusy(row) ? { kind: "rested" } : undefined;
}

/**
 * The AfterAgent of a failed turn has no reply and does not mention the error; `gemini -p` has neither file nor hook.
 */
function failed({ end, row, now }: ChatObservation, text: string): AgentEvent | undefined {
  const ended = row.status === "idle" && row.idle.lastMessage === undefined;
  const silent = isBusy(row) && msBetween(end.at, now) >= HOOK_GRACE_MS;
  return ended || silent ? { kind: "failed", error: "unknown", text } : undefined;
}

function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
