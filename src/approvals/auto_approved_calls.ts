/** The calls that a rule or the safety mode approved, kept until their agent reports how they ended. */
import type { Report } from "../domain/report.ts";
import type { ToolUse } from "../domain/session.ts";
import { isSameCall } from "../domain/transition.ts";

/** Most calls without a reported end that are kept; older ones are dropped. */
const KEPT = 100;

type Whose = Pick<Report, "sessionId" | "subagent">;

interface Call extends Whose {
  readonly tool: ToolUse;
}

export class AutoApprovedCalls {
  #calls: readonly Call[] = [];

  add({ sessionId, subagent }: Whose, tool: ToolUse): void {
    this.#calls = [...this.#calls, { sessionId, tool, ...(subagent === undefined ? {} : { subagent }) }].slice(-KEPT);
  }

  /**
   * How the calls ended that `report` ends: one result, however many they are. Undefined: it ends none, or does not say
   * how they went.
   */
  outcome(report: Report): "failed" | "succeeded" | undefined {
    const ended = endedBy(report, this.#calls);
    if (ended.length === 0) return undefined;
    this.#calls = this.#calls.filter((call) => !ended.includes(call));
    const { event } = report;
    if (event.kind === "interrupted") return "failed";
    if (event.kind !== "progress") return undefined;
    return event.failed ? "failed" : "succeeded";
  }
}

function endedBy({ sessionId, subagent, event }: Report, calls: readonly Call[]): readonly Call[] {
  const ofSession = calls.filter((call) => call.sessionId === sessionId);
  const own = ofSession.filter((call) => call.subagent?.id === subagent?.id);
  switch (event.kind) {
    case "progress":
      return named(event.tools ?? [], own);
    case "interrupted": // one Esc ends all running calls, and may be reported once for each
    case "announced":
    case "ended":
      return ofSession;
    case "finished":
      return event.subagents === 0 ? ofSession : own;
    case "failed":
    case "rested":
      return own;
    case "subagent":
      return subagent !== undefined && event.change === -1 ? own : [];
    default:
      return [];
  }
}

/** Equal calls may run at the same time: each reported end removes one. */
function named(tools: readonly ToolUse[], calls: readonly Call[]): readonly Call[] {
  const ended: Call[] = [];
  for (const tool of tools) {
    const found = calls.find((call) => !ended.includes(call) && isSameCall(call.tool, tool));
    if (found !== undefined) ended.push(found);
  }
  return ended;
}
