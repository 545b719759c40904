/**
 * Which requests are decided without a human. Pure.
 *
 * | what the call is                                          | manual | guarded | autonomous |
 * |-----------------------------------------------------------|--------|---------|------------|
 * | what a deny rule of any origin is for                     | deny   | deny    | deny       |
 * | what reaches this program; what came shortened            | ask    | ask     | ask        |
 * | a command that cannot be read plainly                     | ask    | ask     | ask        |
 * | a plain call that a human allowed for exactly its text    | allow  | allow   | allow      |
 * | a severe one under any other rule                         | ask    | ask     | ask        |
 * | a line that goes on after `cd`, and no blanket rule       | ask    | ask     | ask        |
 * | one under a rule with a star that a human made            | allow  | allow   | allow      |
 * | one under a rule of the configuration that names it       | ask    | allow   | allow      |
 * | one under a blanket rule (`*`)                            | ask    | ask     | allow      |
 * | what only reads                                           | ask    | allow   | allow      |
 * | all else                                                  | ask    | ask     | ask        |
 *
 * Each mode allows what the stricter one allows. A line of several commands passes where each of them does, each by a rule
 * or as a read. Questions, plans and elicitations are never approved here, nor what leaves the agent's sandbox. Where the
 * hook cannot approve, only deny rules apply. Before a tool (`gate`) only rules decide: without one there is no decision.
 *
 * To audit what may pass, read in this order: this file; plain_text.ts, which all commands go through; operands.ts and
 * reads.ts with the tables read_programs.ts, read_git.ts and places.ts for what passes as a read; rule.ts with
 * command_pattern.ts and address_pattern.ts for what passes by a rule. The others (carried.ts, deny.ts, severe.ts,
 * own_program.ts, label.ts) only stop or name a call.
 */
import type { Decision, Rule } from "../domain/approval.ts";
import type { Decider } from "../domain/decider.ts";
import { SAFETY_MODES, type SafetyMode } from "../domain/safety_mode.ts";
import type { ClassifiedRequest } from "./classify.ts";
import { type Denial, denialOf } from "./deny.ts";
import type { Command } from "./plain_text.ts";
import { resolvePath } from "./places.ts";
import { readsFiles } from "./reads.ts";
import {
  allowsCommand,
  allowsOther,
  allowsText,
  applies,
  filesOf,
  isBlanket,
  isExact,
  type RuleContext,
} from "./rule.ts";

export interface Policy {
  readonly safetyMode: SafetyMode;
  /** All rules, those of the configuration and those that people made. */
  readonly rules: readonly Rule[];
}

/** Why a request is left to a human. */
type AskReason = keyof typeof ASK_REASONS;

const ASK_REASONS = {
  prompt: "it is a question, a plan or a form, which only a human answers",
  agent_decides: "its agent takes no approval from a hook here",
  folder: "the folder that it runs in is named in a way that may mean another one",
  cut: "its text came shortened, so what would run is not known",
  long: "its text is too long to be checked",
  own: "it reaches agent-console itself, and no agent answers for you",
  sandbox: "it would run outside the agent's sandbox",
  opaque: "its command cannot be read plainly, so it is asked in every mode",
  deny_may: "it cannot be read plainly, and what a deny rule forbids may hide in it",
  severe: "it loses something or lets others decide, and no rule that a person made is for exactly this text",
  unmatched: "no rule allows it, and it is not sure that it only reads",
  moves:
    "it changes the shell that the rest of it runs in (another folder, other programs), and nothing that you approved is exactly this text",
  beside: "what runs beside it may change what it reads, and nothing that you approved is exactly this text",
  links: "a link leads out of what it seems to be, or cannot be followed",
  blanket: "only a rule that does not say what is called allows it, and the safety mode is not autonomous",
  mode: "the safety mode is manual, in which only what a rule of yours allows passes",
} as const;

/** To complete "you are asked, because …". */
export function askReasonText(why: AskReason): string {
  return ASK_REASONS[why];
}

interface Asked {
  readonly why: AskReason;
  /** Of a line of which a rule allows another part: the first that no rule allows. */
  readonly part?: Command;
}

export type PolicyDecision =
  | {
    readonly kind: "decided";
    readonly decision: Decision;
    /** A rule or the safety mode. */
    readonly by: Extract<Decider, { kind: "mode" | "rule" }>;
    /** Absolute paths that must be what they are named, without links: else a human decides. */
    readonly files: readonly string[];
  }
  /** A human decides. */
  | Asked & { readonly kind: "ask"; readonly ruleId?: string }
  /** Nobody decides, and the agent goes on by its own rules. */
  | { readonly kind: "none"; readonly why: AskReason };

/** @param policy with the mode that the breaker leaves (approvals/breaker.ts), made stricter by the workspace */
export function evaluatePolicy(request: ClassifiedRequest, policy: Policy, caller: RuleContext): PolicyDecision {
  const rules = policy.rules.filter((rule) => applies(rule, request, caller));
  const denials = rules.filter(({ decision }) => decision === "deny")
    .map((rule): readonly [Denial, string] => [denialOf(rule, request), rule.id]);
  const gate = request.dialog === "gate";
  const denied = denials.find(([denial]) => denial === "denies") ??
    // Before a tool the call would run where nobody decides.
    (gate ? denials.find(([denial]) => denial === "mentions") : undefined);
  if (denied !== undefined) return deniedBy(denied[1]);
  const hidden = denials.find(([denial]) => denial !== "no");
  if (hidden !== undefined) return { kind: "ask", why: "deny_may", ruleId: hidden[1] };
  const why = whyAsked(request);
  if (why === "own") return { kind: "ask", why };
  if (why !== undefined) return gate ? { kind: "none", why } : { kind: "ask", why };
  const passed = allowedBy(rules, request, policy.safetyMode);
  if (!("why" in passed)) {
    return { kind: "decided", decision: { kind: "approve", scope: "once" }, by: passed, files: filesBehind(request) };
  }
  return gate ? { kind: "none", why: passed.why } : { kind: "ask", ...passed };
}

function deniedBy(ruleId: string): PolicyDecision {
  const decision = { kind: "deny", message: `denied by rule ${ruleId}` } as const;
  return { kind: "decided", decision, by: { kind: "rule", ruleId }, files: [] };
}

function whyAsked(request: ClassifiedRequest): AskReason | undefined {
  if (request.isOwn) return "own";
  if (request.for !== "permission") return "prompt";
  if (!request.acceptsApproval) return "agent_decides";
  if (request.cut) return "cut";
  if (request.isOddlyPlaced) return "folder";
  if (request.isLong) return "long";
  if (request.unsandboxed) return "sandbox";
  return request.action === "command" && request.plain === undefined ? "opaque" : undefined;
}

/** What lets the call pass, or why nothing does. */
function allowedBy(
  rules: readonly Rule[],
  request: ClassifiedRequest,
  mode: SafetyMode,
): Extract<PolicyDecision, { kind: "decided" }>["by"] | Asked {
  const allowing = rules.filter((rule) => rule.decision === "allow" && rule.by !== "workspace");
  const exact = allowing.find((rule) => isExact(rule) && isByHuman(rule) && matches(rule, request));
  if (exact !== undefined) return { kind: "rule", ruleId: exact.id };
  if (request.isSevere) return { why: "severe" };
  const usable = allowing.filter((rule) => isByHuman(rule) || mode !== "manual");
  const isRead = request.reads !== undefined && mode !== "manual";
  const gate = request.dialog === "gate";
  if (isRead && !gate) return { kind: "mode", mode };
  const parts: readonly (Command | undefined)[] = request.plain?.commands ?? [undefined];
  const moves = movesOn(parts);
  let ruleId: string | undefined;
  let dependsOnOthers = false;
  for (const part of parts) {
    const rule = usable.filter((each) => !moves || isBlanket(each)).find((each) => passes(each, request, part, mode));
    const reads = rule === undefined && part !== undefined ? readsFiles(part, request.where) : undefined;
    if (rule !== undefined) ruleId ??= rule.id;
    else if (moves) return { why: "moves" };
    else if (part === undefined || mode === "manual" || reads === undefined) {
      const wouldPass = allowing.some((each) => passes(each, request, part, "autonomous"));
      if (wouldPass) return { why: mode === "manual" ? "mode" : "blanket" };
      const isReadPart = reads !== undefined || request.reads !== undefined;
      const why = mode === "manual" && isReadPart ? "mode" : "unmatched";
      const isPart = parts.some((other) => usable.some((each) => passes(each, request, other, mode)));
      return isPart && part !== undefined ? { why, part } : { why };
    } else dependsOnOthers ||= namesFiles(reads, request) || (ruleId !== undefined && part[0] === "git");
  }
  if (ruleId === undefined) return { why: "unmatched" };
  // What runs beside it, in a pipe at the same time, may put a link or another file in the place of what is read.
  return dependsOnOthers ? { why: "beside" } : { kind: "rule", ruleId };
}

/** Whether a read names a file; else it reads what is piped to it, or lists its folder. */
function namesFiles(reads: readonly string[], { where: { cwd = "" } }: ClassifiedRequest): boolean {
  return reads.some((file) => file !== resolvePath(cwd, "/"));
}

/**
 * What a shell does by itself, after which the same words mean something else: in another folder, with other programs or
 * settings. No program can do that to the shell that started it; `time` and `command` run such a word in the shell.
 */
const CHANGE_SHELL = new Set(
  ("cd chdir pushd popd source . eval export set unset setenv declare typeset local readonly integer float shopt setopt " +
    "unsetopt enable disable trap umask ulimit limit exec emulate autoload zmodload bindkey abbr unalias rehash " +
    "shift getopts read mapfile readarray vared printf wait print complete bind history fc fg suspend return " +
    "logout zparseopts zstyle sched").split(" "),
);

/** Whether a later command of the line is not what it would be alone. */
function movesOn(parts: readonly (Command | undefined)[]): boolean {
  return parts.slice(0, -1).some((part) => part !== undefined && CHANGE_SHELL.has(runIn(part)));
}

/** What the shell itself runs of a command: behind `time` and `command` too, but `command -v x` runs nothing. */
function runIn(part: Command): string {
  if (part[0] === "command" && /^-[vV]$/.test(part[1] ?? "")) return "";
  return part.find((word) => !word.startsWith("-") && !/^(?:time|command|builtin|noglob)$/.test(word)) ?? "";
}

function isByHuman({ by }: Rule): boolean {
  return by !== "config" && by !== "workspace";
}

/** Whether the exact text is allowed. A file rule never reaches what runs later, also not by name. */
function matches(rule: Rule, request: ClassifiedRequest): boolean {
  return request.action === "command" ? allowsText(rule, request) : allowsOther(rule, request);
}

function passes(rule: Rule, request: ClassifiedRequest, part: Command | undefined, mode: SafetyMode): boolean {
  // What a human allowed for exactly one text is that text, not a part of another.
  const isWhole = isExact(rule) && isByHuman(rule) && (request.plain?.commands.length ?? 1) > 1;
  const isPart = part !== undefined && !isWhole && allowsCommand(rule, part);
  const fits = part === undefined ? allowsOther(rule, request) : isPart || allowsText(rule, request);
  return fits && (!isBlanket(rule) || mode === "autonomous");
}

/** The files that the decision rests on; of a command under a rule all words, as any may be a link to this program. */
function filesBehind(request: ClassifiedRequest): readonly string[] {
  return request.reads ?? filesOf(request) ?? wordsOf(request);
}

function wordsOf({ plain, where: { cwd } }: ClassifiedRequest): readonly string[] {
  if (plain === undefined || cwd === undefined) return [];
  const words = plain.commands.flat().flatMap(readingsOf);
  const paths = words.filter((word) => word !== "" && !/[\n\0]/.test(word)).map((word) => resolvePath(word, cwd));
  return [...new Set([resolvePath(cwd, "/"), ...paths])];
}

/** What may be a path in a word: `--file=a`, `-fa`, `-Fa=@b`, `file:a`, `a,b`. */
function readingsOf(word: string): readonly string[] {
  const parts = word.split(/[=@,:\s"'()<>;|&{}]+/);
  // Letters in one word: where the path begins is not known.
  const bundle = /^-[A-Za-z]{1,8}/.exec(word)?.[0].length ?? 0;
  const glued = Array.from({ length: Math.max(0, bundle - 1) }, (_, at) => word.slice(at + 2));
  return [word, ...parts, ...glued.flatMap((rest) => rest.split(/[=@,:]+/))];
}

/** What a workspace's own configuration says, read by config/workspace.ts. */
export interface WorkspacePolicy {
  readonly safetyMode?: SafetyMode;
  readonly rules: readonly Rule[];
  readonly warnings: readonly string[];
  /** Something in it is not readable, which makes the mode `manual`. */
  readonly unreadable?: true;
}

/** The policy of calls in a workspace: the stricter mode, and the workspace's deny rules. Its allow rules do not count. */
export function withWorkspacePolicy(
  home: Policy,
  workspace: WorkspacePolicy,
): Policy & { readonly warnings: readonly string[] } {
  const strictness = (mode: SafetyMode) => SAFETY_MODES.indexOf(mode);
  const theirs = workspace.safetyMode ?? home.safetyMode;
  const ignored = workspace.rules.filter(({ decision }) => decision === "allow");
  return {
    safetyMode: strictness(theirs) < strictness(home.safetyMode) ? theirs : home.safetyMode,
    rules: [...home.rules, ...workspace.rules.filter(({ decision }) => decision === "deny")],
    warnings: [
      ...workspace.warnings,
      ...ignored.map(({ id }) => `rule ${id} is an allow rule, a workspace may only deny: it is ignored`),
    ],
  };
}
