/** A request that a rule or the safety mode decides: recorded like any other, and its row never waits. */
import type { ReportDeps } from "../core/apply_report.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { Actor } from "../protocol/actor.ts";
import { replaceState } from "../domain/approval_resolution.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { subjectSession } from "./caller.ts";
import type { ClassifiedIncoming, PolicyEngine, PolicyResult } from "./policy_engine.ts";
import { eventAfterAutoDecision, newApproval, resolvedState } from "./records.ts";
import type { ApprovalResolver } from "./resolver.ts";

interface PolicyDecisionDeps {
  readonly core: Pick<ReportDeps, "store" | "now"> & { readonly journal: Pick<JournalPort, "durable"> };
  readonly policy: Pick<PolicyEngine, "autoDecided">;
  readonly newId: () => string;
}

/** @param output what the agent's hook prints. Resolves when the decision is on the disk. @throws {ConsoleError} `read_only` */
export async function decideByPolicy(
  { core, policy, newId }: PolicyDecisionDeps,
  resolver: ApprovalResolver,
  incoming: ClassifiedIncoming,
  result: Extract<PolicyResult, { kind: "decided" }>,
  output: Readonly<Record<string, unknown>>,
  actor: Actor,
): Promise<ResultOf<"session.report">> {
  const { report, request, idempotencyKey } = incoming;
  const at = core.now();
  const fresh = newApproval({ ...subjectSession(incoming, core.store), request, id: newId(), at, deadline: at });
  const approval = replaceState(fresh, resolvedState(result.decision, { at, ...result }));
  core.store.commit({ type: "approval.decided", data: { approval } }, actor);
  // The row never waits: no human is involved.
  const { event } = report;
  const goesOn = eventAfterAutoDecision(event, result.decision);
  const committed = resolver.commit({ ...report, event: goesOn }, { actor, idempotencyKey });
  policy.autoDecided(report, result.decision);
  await core.journal.durable(committed.seq);
  return { ...committed, output };
}
