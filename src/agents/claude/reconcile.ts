/**
 * What a status file of Claude Code means for the rows of its process: each rule by which it corrects them has its own
 * name and is proven by a recording in tests/fixtures/feeds. Pure.
 *
 * A rule applies where the file is newer than the row's last event. An event sent before the file changed may arrive
 * after it. So a rule also applies where the row had no event for {@link STABLE_MS} and the file, which follows every
 * prompt at once, still differs.
 */
import type { AgentEvent } from "../../domain/report.ts";
import type { Session, ToolUse, WaitingFor } from "../../domain/session.ts";
import type { ClaudeStatus } from "./session_file.ts";

export interface Observation {
  readonly file: ClaudeStatus;
  readonly row: Session;
  /** Whether a sub-agent's row of this session waits in its dialog: the one on the screen is that one's. */
  readonly childWaits: boolean;
  /** ISO 8601 UTC. */
  readonly now: string;
}

/** A hook's event that is later than this has been lost, ms. */
export const STABLE_MS = 2000;

/** What happened to a session by its file; undefined where the two agree or the file knows no better. */
export function reconcile(look: Observation): AgentEvent | undefined {
  return atRest(look) ?? decidedInTerminal(look) ?? dialogWithoutHook(look);
}

/**
 * What happened to the row of a sub-agent of that session: its dialog is in the file of the whole process. While its
 * hook waits for us it has none yet: the file is about another dialog, and the hook itself tells how it ends.
 */
export function reconcileChild({ file, row, now }: Omit<Observation, "childWaits">): AgentEvent | undefined {
  if (isHeld(row)) return undefined;
  if (atRest({ file, row, now }) !== undefined) return { kind: "subagent", change: -1 };
  return decidedInTerminal({ file, row });
}

/** Esc while it streams or runs a tool, Esc or No in a dialog: no hook runs. At rest no sub-agent works either. */
function atRest({ file, row, now }: Omit<Observation, "childWaits">): AgentEvent | undefined {
  const busy = row.status === "waiting" || row.status === "working";
  return file.status === "idle" && busy && knowsBetter(file, row, now) ? { kind: "rested" } : undefined;
}

/**
 * Yes in a dialog: the next hook runs only when the tool has ended. Not every dialog is known to be in the file, so that
 * a file which stays busy says nothing about a question: it must have changed after it.
 */
function decidedInTerminal({ file, row }: Pick<Observation, "file" | "row">): AgentEvent | undefined {
  if (file.status !== "busy" || row.status !== "waiting" || file.since <= row.lastEventAt) return undefined;
  const { tool } = row.waiting;
  return tool === undefined ? { kind: "progress" } : { kind: "tool", tool };
}

/**
 * The dialogs of plan and auto mode: no PermissionRequest, only a Notification six seconds later. Others come when no
 * turn runs: a server's form after an Esc, the dialog of a sub-agent that has outlived its conversation (/clear). At rest
 * "dialog open" is one that the human has opened, such as a menu.
 */
function dialogWithoutHook({ file, row, childWaits, now }: Observation): AgentEvent | undefined {
  const { status, waitingFor = "" } = file;
  if (status !== "waiting" || childWaits || row.status === "waiting" || row.status === "closed") return undefined;
  const tool = row.status === "working" ? row.working.tool : undefined;
  const asks = row.status === "working" || waitingFor === PERMISSION || waitingFor === INPUT;
  return asks && knowsBetter(file, row, now) ? { kind: "reminded", ...dialog(waitingFor, tool) } : undefined;
}

const PERMISSION = "permission prompt";
const INPUT = "input needed";

/** The hook of a sub-agent waits for our decision: its dialog is not on the screen. */
export function isHeld(row: Session): boolean {
  return row.status === "waiting" && row.waiting.approvalId !== undefined;
}

/** Claude names the kind of dialog alone; the call that began last is what it is about. */
function dialog(waitingFor: string, tool: ToolUse | undefined): { readonly for: WaitingFor; readonly text: string } {
  if (waitingFor === PERMISSION) {
    const words = tool?.text === undefined ? tool?.name : `${tool.name}: ${tool.text}`;
    return { for: "permission", text: words ?? waitingFor };
  }
  return { for: "question", text: waitingFor === INPUT ? tool?.text ?? waitingFor : waitingFor };
}

function knowsBetter(file: ClaudeStatus, { lastEventAt }: Session, now: string): boolean {
  return lastEventAt < file.since || Date.parse(now) - Date.parse(lastEventAt) >= STABLE_MS;
}
