/** Calls, rules and the tables of commands for tests of the policy. */
import type { ApprovalRequest, Rule } from "../../src/domain/approval.ts";
import { type ClassifiedRequest, classify } from "../../src/policy/classify.ts";
import { evaluatePolicy, type Policy, type PolicyDecision } from "../../src/policy/evaluation.ts";
import type { RuleContext } from "../../src/policy/rule.ts";
import type { Where } from "../../src/policy/where.ts";

export const NOW = Date.parse("2026-11-20T10:00:00Z");
export const AT = "2026-11-20T10:00:00.000Z";
export const CALLER: RuleContext = { agent: "claude", sessionId: "s1", cwd: "/p/app", now: NOW };
export const WHERE: Where = {
  cwd: "/p/app",
  workspace: "/p/app",
  repositoryRuns: "nothing",
  own: ["/home/u/.agent-console", "/opt/console"],
};

export function requestOf(subject: string, more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject,
    dialog: "beside",
    acceptsApproval: true,
    ...more,
  };
}

export function classified(
  subject: string,
  more: Partial<ApprovalRequest> = {},
  where: Partial<Where> = {},
): ClassifiedRequest {
  return classify(requestOf(subject, more), { ...WHERE, ...where });
}

export function rule(pattern: string, more: Partial<Rule> = {}): Rule {
  return { id: "r", decision: "allow", tool: "Bash", pattern, scope: "always", createdAt: AT, by: "config", ...more };
}

/** `yes`, `no`, `ask` or `none`. */
export function said(result: PolicyDecision): string {
  if (result.kind !== "decided") return result.kind;
  return result.decision.kind === "approve" ? "yes" : "no";
}

/** What the policy says of a call in a mode under these rules. */
export function answer(
  request: ClassifiedRequest,
  safetyMode: Policy["safetyMode"],
  rules: readonly Rule[] = [],
  caller: Partial<RuleContext> = {},
): string {
  return said(evaluatePolicy(request, { safetyMode, rules }, { ...CALLER, ...caller }));
}

export interface Sample {
  readonly text: string;
  /** The heading it stands under. */
  readonly kind: string;
  /** Marked with `?`. */
  readonly marked: boolean;
}

/** The lines of a table under tests/fixtures/policy. */
export function samples(name: string, { escapes }: { readonly escapes: boolean }): readonly Sample[] {
  const text = Deno.readTextFileSync(new URL(`../fixtures/policy/${name}`, import.meta.url));
  let kind = "";
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("# ")) kind = line.slice(2);
    if (line === "" || line.startsWith("# ")) return [];
    const marked = !escapes && line.startsWith("?");
    const given = marked ? line.slice(1) : line;
    return [{ text: escapes ? unescape(given) : given, kind, marked }];
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", e: "\u001b", "\\": "\\" };

function unescape(line: string): string {
  return line.replace(
    /\\(u[0-9a-f]{4}|[nrte\\])/g,
    (_, code: string) => code.length > 1 ? String.fromCharCode(parseInt(code.slice(1), 16)) : ESCAPES[code]!,
  );
}
