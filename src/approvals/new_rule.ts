/** The rule that an approval beyond `once` makes: exactly this call from now on. Pure. */
import type { ApprovalRequest, ApprovalScope, Rule } from "../domain/approval.ts";
import { maskSecrets } from "../domain/mask.ts";
import { escapeDeceptive } from "../domain/sanitize.ts";
import { KIND_WORDS } from "../domain/state_words.ts";
import type { ClassifiedRequest } from "../policy/classify.ts";
import { escapePattern } from "../policy/glob.ts";
import { isWithin, runsLater } from "../policy/places.ts";
import { filesOf, isRelative, placed, type RuleContext } from "../policy/rule.ts";

/** What `approve --scope` asks for. */
export interface NewRule {
  readonly id: string;
  readonly scope: Exclude<ApprovalScope, "once">;
  /** The client that approved. */
  readonly by: string;
  readonly createdAt: string;
  /** ISO 8601 UTC. */
  readonly expiresAt?: string;
}

/** Longest pattern, UTF-16 units: rules are read by people. */
const MAX_PATTERN = 4000;

/**
 * The rule that allows exactly this call from now on, a file by its absolute path, or `{refused}`: why there can be none,
 * to complete "no rule is made, because …".
 */
export function ruleFrom(
  request: ClassifiedRequest,
  caller: RuleContext,
  given: NewRule,
): Rule | { readonly refused: string } {
  const text = placed(request, caller.cwd);
  const refused = whyNone(request, text) ?? whyNotFor(given.scope, request, text, caller);
  if (refused !== undefined) return { refused };
  const { id, scope, by, createdAt, expiresAt } = given;
  return {
    id,
    decision: "allow",
    agent: caller.agent,
    tool: request.tool,
    pattern: escapePattern(text),
    scope,
    ...(scope === "session" ? { sessionId: caller.sessionId } : {}),
    ...(scope === "workspace" && caller.cwd !== undefined ? { workspace: caller.cwd } : {}),
    createdAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    by,
  };
}

function whyNone(request: ClassifiedRequest, text: string): string | undefined {
  if (request.for !== "permission") return `it is a ${KIND_WORDS[request.for]}, not a permission`;
  if (request.cut) return "its input came shortened";
  if (request.isOwn) return "it reaches agent-console itself, which is asked each time";
  if (request.unsandboxed) return "it runs outside the agent's sandbox";
  if (request.tool === "*") return "its tool is named *, which in a rule is every tool";
  if (maskSecrets(text) !== text) return "its input holds what looks like a secret";
  if (escapeDeceptive(text.replaceAll("\t", " ")) !== text.replaceAll("\t", " ")) {
    return "its input holds hidden or control characters";
  }
  if (text.length > MAX_PATTERN) return `its input is ${text.length} characters long, more than ${MAX_PATTERN}`;
  if (request.action === "command" && request.plain === undefined) {
    return "its command cannot be read plainly (it has expansions, redirections, patterns or the like), which is asked each time";
  }
  const later = filesOf(request)?.find((path) => runsLater(path, request.where.workspace));
  if (request.action === "write" && later !== undefined) {
    return "its file decides what runs later or what is allowed, which is asked each time";
  }
  return undefined;
}

function whyNotFor(
  scope: NewRule["scope"],
  request: ApprovalRequest,
  text: string,
  { cwd }: RuleContext,
): string | undefined {
  if (scope === "workspace" && !isWithin(cwd ?? "", "/")) return "the folder of its session is not known";
  if (scope === "always" && text === request.subject && isRelative(request)) {
    return "its path is relative to a folder that is not known";
  }
  return undefined;
}
