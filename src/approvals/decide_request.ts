/** A decision on an open request: committed, synced, and only then given to whoever waits for it. */
import { onceOf } from "../core/idempotency.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { ReportDeps } from "../core/apply_report.ts";
import type { CommitResult } from "../core/commit_result.ts";
import type { ApprovalNote, Decision } from "../domain/approval.ts";
import { parseDecider } from "../domain/decider.ts";
import { type Actor, actorKind, DAEMON } from "../protocol/actor.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { isDelivered } from "./deliveries.ts";
import { alreadyDecided, messageNotSupported, noSuchApproval, notShown } from "./errors.ts";
import type { Inbox } from "./inbox.ts";
import { parseDecision } from "./parse_decision.ts";
import type { PendingRequest } from "./pending_requests.ts";
import type { PolicyEngine } from "./policy_engine.ts";
import { interceptorDenial, resolvedState, toldAgain, toldOnce } from "./records.ts";
import type { ApprovalResolver } from "./resolver.ts";
import { ruleFromDecision } from "./rule_from_decision.ts";
import { questionInTerminal } from "./terminal_questions.ts";

export interface DecideDeps {
  readonly options: {
    readonly core: Pick<ReportDeps, "store" | "now"> & { readonly journal: Pick<JournalPort, "durable"> };
    readonly inbox: Inbox;
    readonly policy: Pick<PolicyEngine, "decidedByHuman">;
    readonly newId: () => string;
    /** Runs `action` after `ms`, unless the returned function is called first. */
    readonly after: (ms: number, action: () => void) => () => void;
  };
  readonly resolver: ApprovalResolver;
  readonly stopping: AbortSignal;
}

/** @throws {ConsoleError} `not_found`, `already_decided`, `conflict`, `invalid_params`, `read_only`: it stays open */
export async function decideRequest(
  deps: DecideDeps,
  params: ParamsOf<"approval.decide">,
  actor: Actor,
  by: "agent" | "human",
): Promise<ResultOf<"approval.decide">> {
  const { id, expiresInSecs } = params;
  const { options: { core: { store, journal, now }, inbox, newId, policy }, resolver } = deps;
  const once = onceOf("approval.decide", params);
  const earlier = store.repeated(once);
  const approval = inbox.get(id);
  if (earlier !== undefined) {
    await journal.durable(earlier.seq);
    return { ...earlier, id, ...toldAgain(approval) };
  }
  if (approval === undefined) throw noSuchApproval(id);
  const pending = resolver.pending.get(id);
  if (approval.status !== "pending" || pending === undefined || pending.isResolved) {
    throw alreadyDecided(approval, questionInTerminal(store, inbox, approval.sessionId));
  }
  const decision = parseDecision(params, pending.request);
  if (decision.kind === "approve" && approval.missing !== undefined && !pending.openedBy.has(actorKind(actor))) {
    throw notShown(approval, pending.request.cut);
  }
  const output = pending.responseFor(decision);
  if (output === undefined) throw messageNotSupported(approval, decision);
  const at = now();
  const rule = ruleFromDecision(pending, decision, { id: newId(), by: actor, createdAt: at, expiresInSecs });
  const state = resolvedState(decision, { at, by: parseDecider(actor), made: rule });
  const committed = resolver.decide(pending, approval, { state, rule, actor, once });
  if (by === "human") policy.decidedByHuman();
  const delivered = await deliver(deps, pending, { decision, output, committed });
  return { ...committed, id, ...toldOnce({ rule, delivered, decision, output, request: pending.request }) };
}

interface Denial {
  readonly by: string;
  readonly reason: string;
  readonly notes: readonly ApprovalNote[];
}

/**
 * An interceptor denies what a person is asked.
 *
 * @returns false: it is over, or its agent takes no denial
 * @throws {ConsoleError} `read_only`: it stays open
 */
export async function denyOpenRequest(deps: DecideDeps, pending: PendingRequest, denial: Denial): Promise<boolean> {
  const { options: { core: { now }, inbox }, resolver } = deps;
  const approval = inbox.get(pending.id);
  if (pending.isResolved || approval?.status !== "pending") return false;
  const { decision, by } = interceptorDenial(denial);
  const output = pending.responseFor(decision);
  if (output === undefined) return false;
  const state = resolvedState(decision, { at: now(), by });
  const noted = { ...approval, notes: denial.notes };
  const committed = resolver.decide(pending, noted, { state, actor: DAEMON });
  await deliver(deps, pending, { decision, output, committed });
  return true;
}

interface Given {
  readonly decision: Decision;
  readonly output: Readonly<Record<string, unknown>>;
  readonly committed: CommitResult;
}

/** Gives the decision to its requesters once it is on the disk. @returns as {@link isDelivered} */
async function deliver(
  { options: { core: { journal }, after }, resolver, stopping }: DecideDeps,
  pending: PendingRequest,
  { decision, output, committed }: Given,
): Promise<boolean | undefined> {
  const { id } = pending;
  const message = decision.message === undefined ? {} : { message: decision.message };
  try {
    await journal.durable(committed.seq);
    pending.decision = decision;
    pending.done.resolve({ id, outcome: decision.kind === "approve" ? "approved" : "denied", ...message, output });
  } catch (error) {
    pending.done.resolve({ id, outcome: "cancelled" });
    throw error;
  }
  const delivered = await isDelivered(pending, after, stopping);
  if (delivered === false) resolver.undelivered(pending);
  return delivered;
}
