/** Adds a rule that a person wrote: `rules add`. */
import { onceOf } from "../core/idempotency.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { CommitResult } from "../core/commit_result.ts";
import type { Store } from "../core/store.ts";
import type { Rule } from "../domain/approval.ts";
import { maskSecrets } from "../domain/mask.ts";
import { readCommandPattern } from "../policy/command_pattern.ts";
import { isShellTool } from "../policy/rule.ts";
import type { Actor } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import type { Inbox } from "./inbox.ts";

export interface AddRuleDeps {
  readonly store: Store;
  readonly inbox: Inbox;
  readonly journal: Pick<JournalPort, "durable">;
  readonly newId: () => string;
  readonly now: () => string;
}

/** Most rules that people made: each is compared with each call. */
const MAX_RULES = 1000;

/**
 * Resolves when the rule is on the disk.
 *
 * @throws {ConsoleError} `invalid_params` for a pattern that could match nothing, `conflict`, `read_only`
 */
export async function commitNewRule(
  { store, inbox, journal, newId, now }: AddRuleDeps,
  params: ParamsOf<"approval.add_rule">,
  actor: Actor,
): Promise<CommitResult & { readonly ruleId: string }> {
  const { decision, tool, pattern, agent, workspace, expiresInSecs } = params;
  const once = onceOf("approval.add_rule", params);
  const earlier = store.repeated(once);
  if (earlier !== undefined) {
    await journal.durable(earlier.seq);
    return { ...earlier, ruleId: earlier.ruleId ?? "" }; // not kept by the snapshot of an earlier version
  }
  if (inbox.rules().length >= MAX_RULES) {
    const hint = "agent-console rules revoke ID";
    throw new ConsoleError("conflict", `there are ${MAX_RULES} rules already, the most that are kept`, { hint });
  }
  const problem = problemOf(params);
  if (problem !== undefined) throw new ConsoleError("invalid_params", problem, { param: "pattern" });
  const createdAt = now();
  const rule: Rule = {
    id: newId(),
    decision,
    ...(agent === undefined ? {} : { agent }),
    tool,
    pattern,
    scope: workspace === undefined ? "always" : "workspace",
    ...(workspace === undefined ? {} : { workspace }),
    createdAt,
    ...(expiresInSecs === undefined
      ? {}
      : { expiresAt: new Date(Date.parse(createdAt) + expiresInSecs * 1000).toISOString() }),
    by: actor,
  };
  const committed = store.commit({ type: "approval.rule_added", data: { rule } }, actor, once);
  await journal.durable(committed.seq);
  return { ...committed, ruleId: rule.id };
}

function problemOf({ decision, tool, pattern }: ParamsOf<"approval.add_rule">): string | undefined {
  if (maskSecrets(pattern) !== pattern) return "the pattern holds what looks like a secret";
  if (decision === "allow" && isShellTool(tool) && readCommandPattern(pattern) === undefined) {
    return "the pattern is not one plain command (it has expansions, redirections, && or the like)";
  }
  return undefined;
}
