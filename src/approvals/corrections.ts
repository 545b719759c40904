/**
 * Corrects what was recorded of an approval's end, by an event of its own: a decision that did not reach its agent, and
 * a call that ran although it was denied here, or its dialog seemed to be closed. The dialog beside a hook may be
 * answered at the same instant, and hooks that an agent does not wait for overtake each other.
 */
import type { ReportDeps } from "../core/apply_report.ts";
import type { Approval, ApprovalState } from "../domain/approval.ts";
import { replaceState } from "../domain/approval_resolution.ts";
import type { AgentEvent } from "../domain/report.ts";
import type { ToolUse } from "../domain/session.ts";
import { isSameCall } from "../domain/transition.ts";
import type { Log } from "../platform/system.ts";
import { DAEMON } from "../protocol/actor.ts";
import type { Inbox } from "./inbox.ts";
import type { PendingRequest } from "./pending_requests.ts";

/** Most refused calls that are kept in mind; older ones are dropped. */
const KEPT = 100;

type RefusedRequest = Pick<PendingRequest, "id" | "request" | "rowId"> & {
  readonly question: Pick<PendingRequest["question"], "tool">;
};

interface Refused {
  readonly id: string;
  readonly rowId: string;
  readonly tool: ToolUse;
}

export interface CorrectionOptions {
  readonly core: Pick<ReportDeps, "store" | "now">;
  readonly inbox: Inbox;
  readonly log: Log;
}

export class Corrections {
  #o: CorrectionOptions;
  #refused: readonly Refused[] = [];

  constructor(options: CorrectionOptions) {
    this.#o = options;
  }

  /** By what is recorded its call does not run. */
  refused({ id, rowId, question: { tool }, request }: RefusedRequest): void {
    if (tool === undefined || request.scripted) return;
    this.#refused = [...this.#refused, { id, rowId, tool }].slice(-KEPT);
  }

  /** `event` was committed for the row `rowId`. */
  eventCommitted(rowId: string, event: AgentEvent): void {
    const own = this.#refused.filter((one) => one.rowId === rowId);
    if (own.length === 0) return;
    if (event.kind === "announced" || event.kind === "ended") return this.#forget(own);
    if (event.kind === "progress" && event.ran) {
      for (const tool of event.tools ?? []) this.#ran(own.find((one) => isSameCall(one.tool, tool)));
    }
    // Without an id the end of a call that is tried again looks like the end of the refused one.
    const begun = event.kind === "tool" || event.kind === "requested" ? event.tool : undefined;
    if (begun !== undefined) this.#forget(own.filter(({ tool }) => !haveIds(tool, begun) && isSameCall(tool, begun)));
  }

  /** @param delivered false: the agent did not get the decision; true: it did, later than that was waited for */
  delivered(id: string, delivered: boolean): void {
    const approval = this.#o.inbox.get(id);
    const mark = delivered ? {} : { delivered: false as const };
    if (approval?.status === "approved") {
      const { delivered: _, ...approved } = approval.approved;
      this.#correct(approval, { status: "approved", approved: { ...approved, ...mark } });
    } else if (approval?.status === "denied") {
      const { delivered: _, ...denied } = approval.denied;
      this.#correct(approval, { status: "denied", denied: { ...denied, ...mark } });
    }
  }

  #ran(refused: Refused | undefined): void {
    if (refused === undefined) return;
    this.#forget([refused]);
    const approval = this.#o.inbox.get(refused.id);
    if (approval?.status !== "denied" && approval?.status !== "dismissed") return;
    const despite = approval.status === "denied" ? { despite: "denied" as const } : {};
    this.#correct(approval, { status: "elsewhere", elsewhere: { at: this.#o.core.now(), ...despite } });
  }

  #forget(some: readonly Refused[]): void {
    this.#refused = this.#refused.filter((one) => !some.includes(one));
  }

  #correct(approval: Approval, state: ApprovalState): void {
    try {
      this.#o.core.store.commit(
        { type: "approval.corrected", data: { approval: replaceState(approval, state) } },
        DAEMON,
      );
    } catch (error) { // a journal that takes nothing
      this.#o.log.error("the end of an approval was not corrected", { id: approval.id, error: String(error) });
    }
  }
}

function haveIds(a: ToolUse, b: ToolUse): boolean {
  return a.id !== undefined && b.id !== undefined;
}
