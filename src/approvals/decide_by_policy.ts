/** A request that a rule, the safety mode or an interceptor decides: recorded like any other, and its row never waits. */
import type { ReportDeps } from "../core/apply_report.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { ApprovalNote, Decision } from "../domain/approval.ts";
import type { Decider } from "../domain/decider.ts";
import type { Actor } from "../protocol/actor.ts";
import { replaceState } from "../domain/approval_resolution.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { subjectSession } from "./caller.ts";
import type { ClassifiedIncoming, PolicyEngine } from "./policy_engine.ts";
import { eventAfterAutoDecision, newApproval, resolvedState } from "./records.ts";
import type { ApprovalResolver } from "./resolver.ts";

interface PolicyDecisionDeps {
  readonly core: Pick<ReportDeps, "store" | "now"> & { readonly journal: Pick<JournalPort, "durable"> };
  readonly policy: Pick<PolicyEngine, "autoDecided">;
  readonly newId: () => string;
}

interface Decided {
  readonly decision: Decision;
  readonly by: Decider;
  /** The one that its requester waits by; absent: it waits by none. */
  readonly id?: string;
  readonly notes?: readonly ApprovalNote[];
}

/** @param output what the agent's hook prints. Resolves when the decision is on the disk. @throws {ConsoleError} `read_only` */
export async function decideByPolicy(
  { core, policy, newId }: PolicyDecisionDeps,
  resolver: ApprovalResolver,
  incoming: ClassifiedIncoming,
  { decision, by, id = newId(), notes }: Decided,
  output: Readonly<Record<string, unknown>>,
  actor: Actor,
): Promise<ResultOf<"session.report">> {
  const { report, request, idempotencyKey } = incoming;
  const at = core.now();
  const fresh = newApproval({ ...subjectSession(incoming, core.store), request, notes, id, at, deadline: at });
  const approval = replaceState(fresh, resolvedState(decision, { at, by }));
  core.store.commit({ type: "approval.decided", data: { approval } }, actor);
  // The row never waits: no human is involved.
  const { event } = report;
  const goesOn = eventAfterAutoDecision(event, decision);
  const committed = resolver.commit({ ...report, event: goesOn }, { actor, idempotencyKey });
  policy.autoDecided(report, decision);
  await core.journal.durable(committed.seq);
  return { ...committed, output };
}
