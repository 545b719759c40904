/**
 * Why a rule could never match: nothing says so later, the calls are only asked each time. Found by asking the policy about
 * the calls that the pattern itself spells out, so that it cannot say otherwise than the policy does. Pure.
 */
import { whatToolDoes } from "../agents/registry.ts";
import type { Action, ApprovalRequest, Rule } from "../domain/approval.ts";
import { classify } from "../policy/classify.ts";
import { readCommandPattern } from "../policy/command_pattern.ts";
import { askReasonText, evaluatePolicy, type PolicyDecision } from "../policy/evaluation.ts";
import { readGlob } from "../policy/glob.ts";
import { readPlain } from "../policy/plain_text.ts";

export interface RuleFlaw {
  /** To complete "the rule would match nothing: …". */
  readonly why: string;
  /** What to do instead, where anything comes near. */
  readonly hint?: string;
}

type AskWhy = Exclude<PolicyDecision, { kind: "decided" }>["why"];

/** What stands for a star, one after the other: a word, a file that a star reaches, a number, nothing. */
const FILLS = ["x", "x.ts", "1", ""];
const ACTIONS: readonly Action[] = ["command", "write", "read", "fetch", "other"];

const BY_TEXT: Partial<Record<AskWhy, string>> = {
  severe:
    "it loses something or lets others decide, and only a rule that a person made for exactly one text lets that pass",
  moves:
    "behind what changes the shell the same words mean something else, and only what you approved with exactly that " +
    "text passes",
};

/** Where nothing else is wrong: what a pattern reaches of each kind of call. */
const UNREACHED: Readonly<Record<Action, string>> = {
  command: "it is no pattern of one plain command",
  write:
    "no rule reaches a file that decides what runs later or what is allowed, and a star reaches only program text, " +
    "prose and pictures",
  read: "a star reaches no file that may hold credentials or history",
  fetch: "it is neither an address nor the pattern *",
  other: "for such a tool only the pattern * or exactly its input matches",
};

/** @param own absolute places of this program, as far as they are known. @returns undefined where it may match */
export function flawOf(rule: Rule, own: readonly string[]): RuleFlaw | undefined {
  if (rule.decision === "deny") return undefined; // its star is any text, and it may be found in any
  const does = rule.tool === "*" ? undefined : whatToolDoes(rule.tool);
  if (does === "search") return undefined;
  if (does === "command" && rule.by !== "config") {
    const flaw = lineFlaw(rule.pattern);
    if (flaw !== undefined) return flaw;
  }
  const actions = does === undefined ? ACTIONS : [does];
  const found = actions.map((action) => whyNever(rule, action, own));
  if (found.includes(undefined)) return undefined;
  const why = found[0]!;
  return { why: BY_TEXT[why] ?? (why === "unmatched" ? UNREACHED[actions[0]!] : askReasonText(why)) };
}

/** What is written by hand is for one command. A line of several is made a rule by whoever has seen it asked. */
function lineFlaw(pattern: string): RuleFlaw | undefined {
  if (readCommandPattern(pattern) !== undefined || readPlain(pattern) === undefined) return undefined;
  return {
    why: "it is a line of several commands, and a rule that is written is for one",
    hint: 'once an agent asks for this very line, "agent-console approve ID --scope workspace" makes a rule for it',
  };
}

/** Why the policy asks about each call that the pattern spells out; undefined where it lets one pass. */
function whyNever(rule: Rule, action: Action, own: readonly string[]): AskWhy | undefined {
  const parts = readGlob(rule.pattern);
  const texts = [...FILLS.map((fill) => parts.join(fill)), rule.pattern];
  let first: AskWhy | undefined;
  for (const subject of new Set(texts)) {
    const request: ApprovalRequest = {
      for: "permission",
      tool: rule.tool,
      action,
      subject,
      dialog: "beside",
      acceptsApproval: true,
    };
    const folder = rule.workspace ?? folderFor(rule.pattern);
    const where = { cwd: folder, workspace: folder, own };
    const caller = { agent: rule.agent ?? "", sessionId: "", cwd: folder, now: 0 };
    const decided = evaluatePolicy(classify(request, where), { safetyMode: "autonomous", rules: [rule] }, caller);
    if (decided.kind === "decided") return undefined;
    first ??= decided.why;
  }
  return first;
}

/** A workspace for which the rule may be meant: names above one count for nothing. */
function folderFor(pattern: string): string {
  const [head = ""] = readGlob(pattern);
  return head.startsWith("/") ? head.replace(/\/[^/]*$/, "") || "/" : "/workspace";
}
