/**
 * What an agent's later events say about a question that is still open with us: each rule by which an approval closes
 * without an answer of ours, so that nothing done in the agent's own terminal leaves a ghost (promise H4).
 */
import type { Approval, ApprovalFields, ApprovalState } from "./approval.ts";
import type { AgentEvent } from "./report.ts";
import type { ToolUse } from "./session.ts";
import { isSameCall } from "./transition.ts";

export type ResolvedElsewhere = "elsewhere" | "dismissed" | "cancelled";

/** A script's question is about no call and no turn of the agent's: only with its session it is over. */
export function scriptResolvedByEvent({ kind }: AgentEvent): ResolvedElsewhere | undefined {
  return kind === "announced" || kind === "ended" ? "cancelled" : undefined;
}

/**
 * How `event` of the approval's own row settles it, or undefined where it says nothing.
 *
 * @param tool the call that was asked about, with the agent's id where a later event told it
 */
export function resolvedByEvent(event: AgentEvent, tool: ToolUse | undefined): ResolvedElsewhere | undefined {
  switch (event.kind) {
    case "progress":
      return tool === undefined ? endOfForm(event.tools) : endOfCall(event.tools, tool);
    case "tool":
      return endByBegunCall(event.tool, tool);
    case "finished":
    case "interrupted":
    case "failed":
    case "rested":
      return "dismissed"; // the turn is over without the call: no, Esc, or an answer of the agent's own
    case "prompt":
      // One that the agent wrote to itself comes beside a dialog of a sub-agent's; the human cannot type past a dialog.
      return event.byUser ? "dismissed" : undefined;
    case "announced":
    case "ended":
      return "cancelled";
    default:
      return undefined;
  }
}

/** A question about no call (an MCP server's form): the turn goes on, so it was answered. Calls beside it say nothing. */
function endOfForm(ended: readonly ToolUse[] | undefined): ResolvedElsewhere | undefined {
  return ended === undefined ? "elsewhere" : undefined;
}

/** The call ended, so somebody said yes to it (recorded). */
function endOfCall(ended: readonly ToolUse[] | undefined, tool: ToolUse): ResolvedElsewhere | undefined {
  return ended?.some((call) => isSameCall(call, tool)) ? "elsewhere" : undefined;
}

/** Some agents begin a call after its dialog; others before it, then this event names another call or none. */
function endByBegunCall(begun: ToolUse, tool: ToolUse | undefined): ResolvedElsewhere | undefined {
  return tool !== undefined && isSameCall(begun, tool) ? "elsewhere" : undefined;
}

/** `approval` settled as `how`, at `at` (ISO 8601). */
export function resolveApproval(
  approval: Approval,
  how: ResolvedElsewhere | "expired",
  at: string,
  reason = "",
): Approval {
  return replaceState(approval, endState(how, at, reason));
}

function endState(how: ResolvedElsewhere | "expired", at: string, reason: string): ApprovalState {
  switch (how) {
    case "cancelled":
      return { status: how, cancelled: { at, reason } };
    case "expired":
      return { status: how, expired: { at } };
    case "elsewhere":
      return { status: how, elsewhere: { at } };
    case "dismissed":
      return { status: how, dismissed: { at } };
  }
}

/** `approval` in another state; every other field stays. */
export function replaceState(approval: Approval, state: ApprovalState): Approval {
  const { status: _, pending: _1, approved: _2, denied: _3, expired: _4, elsewhere: _5, ...rest } = approval as
    & Approval
    & Partial<ApprovalFields>;
  const { dismissed: _6, cancelled: _7, ...fields } = rest;
  return { ...fields, ...state };
}
