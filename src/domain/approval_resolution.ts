/**
 * What an agent's later events say about a request that is still open: each rule by which an approval is resolved
 * without a decision of ours, so that a dialog closed in the agent's own terminal leaves no open approval (promise H4).
 */
import type { Approval, ApprovalFields, ApprovalState } from "./approval.ts";
import type { AgentEvent } from "./report.ts";
import type { ToolUse } from "./session.ts";
import { isSameCall } from "./transition.ts";

export type ResolvedElsewhere = "elsewhere" | "dismissed" | "cancelled";

/** A script's request belongs to no call and no turn of the agent: only the end of its session resolves it. */
export function scriptResolvedByEvent({ kind }: AgentEvent): ResolvedElsewhere | undefined {
  return kind === "announced" || kind === "ended" ? "cancelled" : undefined;
}

/**
 * How `event`, on the approval's own row, resolves the approval; undefined where it does not.
 *
 * @param tool the call that was requested, with the agent's id where a later event gave it
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
      return "dismissed"; // the turn ended without the call: refused, Esc, or decided by the agent itself
    case "prompt":
      // A prompt that the agent wrote to itself can arrive while a sub-agent's dialog is open; the human cannot type
      // past one.
      return event.byUser ? "dismissed" : undefined;
    case "announced":
    case "ended":
      return "cancelled";
    default:
      return undefined;
  }
}

/**
 * A request without a call (an MCP server's form): the turn went on, so the form was answered. The end of other calls
 * proves nothing.
 */
function endOfForm(ended: readonly ToolUse[] | undefined): ResolvedElsewhere | undefined {
  return ended === undefined ? "elsewhere" : undefined;
}

/** The call ended, so it was approved (recorded). */
function endOfCall(ended: readonly ToolUse[] | undefined, tool: ToolUse): ResolvedElsewhere | undefined {
  return ended?.some((call) => isSameCall(call, tool)) ? "elsewhere" : undefined;
}

/** Some agents start a call after its dialog. Others start it before: then this event names another call or none. */
function endByBegunCall(begun: ToolUse, tool: ToolUse | undefined): ResolvedElsewhere | undefined {
  return tool !== undefined && isSameCall(begun, tool) ? "elsewhere" : undefined;
}

/** `approval` in the end state `how`, at `at` (ISO 8601). */
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
