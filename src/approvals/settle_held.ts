/** What becomes of a held request once its interceptors were asked: it passes as it would have, is denied, or is asked. */
import type { ReportDeps } from "../core/apply_report.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { Intercepted } from "./ask_interceptors.ts";
import { ruleContext } from "./caller.ts";
import { decideByPolicy } from "./decide_by_policy.ts";
import type { HeldRequest } from "./held_requests.ts";
import { onAllHungUp } from "./join_request.ts";
import type { PendingRequest, WaitResult } from "./pending_requests.ts";
import { type ClassifiedIncoming, type PolicyEngine, withUnsureFiles } from "./policy_engine.ts";
import { interceptorDenial } from "./records.ts";
import type { ApprovalResolver } from "./resolver.ts";

export interface SettleDeps {
  readonly options: {
    readonly core: Pick<ReportDeps, "store" | "now"> & { readonly journal: Pick<JournalPort, "durable"> };
    readonly policy: Pick<PolicyEngine, "autoDecided" | "evaluate" | "holds">;
    readonly newId: () => string;
    readonly continuation: () => <T>(call: () => T) => T;
    readonly isIncomplete: () => boolean;
  };
  readonly resolver: ApprovalResolver;
  /** Asks a person, or leaves it to its agent where none can be asked. */
  readonly ask: (held: HeldRequest, incoming: ClassifiedIncoming, found: Intercepted) => ResultOf<"session.report">;
  /** Nobody has stopped it: leaves it to its agent. */
  readonly leave: (held: HeldRequest) => void;
  readonly stopping: AbortSignal;
}

/**
 * @param found by the interceptors
 * @returns a result for whoever waits, or the request that a person is asked
 * @throws {ConsoleError} `read_only`
 */
export async function settleHeld(
  deps: SettleDeps,
  held: HeldRequest,
  found: Intercepted,
): Promise<PendingRequest | WaitResult> {
  const { options: { core: { store }, policy, continuation, isIncomplete }, stopping } = deps;
  const { id, incoming } = held;
  if (isIncomplete()) return left(deps, held);
  if (found.kind === "deny") {
    const { decision, by } = interceptorDenial(found);
    return await decided(deps, held, { decision, by, notes: found.notes }) ?? asked(deps, held, incoming, found);
  }
  if (found.kind === "ask") return asked(deps, held, incoming, found);
  // As it was before the hold, and by the rules of now.
  const caller = ruleContext(incoming, store);
  const first = policy.evaluate(incoming, caller);
  if (first.kind === "undecided") {
    return first.needsHuman || !held.isLeft ? asked(deps, held, incoming, found) : left(deps, held);
  }
  const asRequester = continuation();
  const holds = await policy.holds(incoming, first.files, caller);
  return await asRequester(async () => {
    if (stopping.aborted) return { id, outcome: "cancelled" };
    const now = holds ? policy.evaluate(incoming, caller) : undefined;
    const passes = now?.kind === "decided" && !isIncomplete()
      ? await decided(deps, held, { ...now, notes: found.notes })
      : undefined;
    return passes ?? asked(deps, held, holds ? incoming : withUnsureFiles(incoming), found);
  });
}

function left({ leave }: SettleDeps, held: HeldRequest): WaitResult {
  leave(held);
  return { id: held.id, outcome: "expired" };
}

/** Undefined: its agent takes no such decision. */
async function decided(
  { options, resolver }: SettleDeps,
  { id, incoming, requester }: HeldRequest,
  result: Pick<Parameters<typeof decideByPolicy>[3], "decision" | "by" | "notes">,
): Promise<WaitResult | undefined> {
  const { decision, by, notes = [] } = result;
  const output = incoming.responseFor(decision);
  if (output === undefined) return undefined;
  await decideByPolicy(options, resolver, incoming, { decision, by, notes, id }, output, requester.actor);
  const message = decision.kind === "approve" || decision.message === undefined ? {} : { message: decision.message };
  return { id, outcome: decision.kind === "approve" ? "approved" : "denied", ...message, output };
}

/** A person is asked, by all the hooks that have brought it; `expired`: it was left to its agent. */
function asked(
  { ask, resolver }: SettleDeps,
  held: HeldRequest,
  incoming: ClassifiedIncoming,
  found: Intercepted,
): PendingRequest | WaitResult {
  const { approval } = ask(held, incoming, found);
  const pending = approval && resolver.pending.get(approval.id);
  if (pending === undefined) return { id: held.id, outcome: "expired" };
  for (const one of held.joined) {
    resolver.pending.join(pending, one);
    onAllHungUp(pending, one, () => resolver.hungUp(pending));
  }
  return pending;
}
