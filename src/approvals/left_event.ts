/**
 * What a row is told of a request that is left to its agent: why only the agent's own terminal can answer it. An agent that the
 * daemon runs has none, and goes on without a decision. Pure.
 */
import type { AgentEvent } from "../domain/report.ts";
import type { TerminalOnly } from "../domain/session.ts";
import type { ClassifiedIncoming } from "./policy_engine.ts";

interface Circumstances {
  /** The daemon stops. */
  readonly isStopping: boolean;
  /** A feed brings the same request, or the inbox may be wrong. */
  readonly isUnknown: boolean;
  readonly isSomeoneThere: boolean;
}

export function leftEvent({ report: { event }, request }: ClassifiedIncoming, now: Circumstances): AgentEvent {
  if (request.dialog === "none") return { kind: "noted" };
  const terminalOnly = whyLeft(request, now);
  return event.kind === "requested" && terminalOnly !== undefined ? { ...event, terminalOnly } : event;
}

function whyLeft(
  { acceptsApproval, dialog }: ClassifiedIncoming["request"],
  { isStopping, isUnknown, isSomeoneThere }: Circumstances,
): TerminalOnly | undefined {
  if (!acceptsApproval) return "unsupported";
  if (isStopping) return "restarted";
  return isUnknown || dialog === "beside" || isSomeoneThere ? undefined : "no_window";
}
