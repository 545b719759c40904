/**
 * Rules: whether a rule matches a call, and the rule that an approval makes. Pure.
 *
 * A pattern is the text itself, except that `*` stands for any text. `\*` is a star and `\\` a backslash; before any
 * other character a backslash is itself. In an allow rule a `*` is restricted (rule_glob.ts); in a deny rule it matches
 * anything.
 */
import type { ApprovalRequest, ApprovalScope, Rule } from "../domain/approval.ts";
import type { ClassifiedRequest } from "./classify.ts";
import { type Glob, limitOf, matchesGlob, readPattern } from "./rule_glob.ts";
import { hasHidden } from "./read_shell.ts";
import { maskSecrets } from "../domain/sanitize.ts";

/** Whose call it is, and when: what a rule's scope is compared with. */
export interface RuleContext {
  readonly agent: string;
  readonly sessionId: string;
  /** The session that a sub-agent works for: its rules hold for the sub-agent too. */
  readonly parentId?: string;
  readonly cwd?: string;
  /** The time now, milliseconds since 1970. */
  readonly now: number;
  /** The hook shortened the payload: `subject` is not all that will run. */
  readonly cut?: boolean;
}

/**
 * Whether `rule` matches this call. A deny rule for commands also matches any single command inside the line, with or
 * without the options before its arguments; one for paths or addresses also their normalized form: `/a/../b` is `/b`;
 * of several paths one is enough.
 */
export function matches(rule: Rule, request: ClassifiedRequest, caller: RuleContext): boolean {
  if (rule.tool !== "*" && rule.tool !== request.tool) return false;
  if (rule.agent !== undefined && rule.agent !== caller.agent) return false;
  if (hasExpired(rule, caller.now) || !reaches(rule, caller)) return false;
  if (rule.decision === "deny") return denies(rule.pattern, request, caller);
  if (caller.cut === true || request.for !== "permission" || request.unsandboxed) return false;
  const [glob, limit] = [readPattern(rule.pattern), limitOf(request)];
  return matchesGlob(glob, request.subject, limit) || matchesGlob(glob, placed(request, caller.cwd), limit);
}

/** The rule that decides, if any: deny before allow, then the order of the list. */
export function firstMatch(rules: readonly Rule[], request: ClassifiedRequest, caller: RuleContext): Rule | undefined {
  return rules.find((rule) => rule.decision === "deny" && matches(rule, request, caller)) ??
    rules.find((rule) => rule.decision === "allow" && matches(rule, request, caller));
}

/** Whether the rule matches more than one text of one tool. */
export function isWildcard(rule: Rule): boolean {
  return rule.tool === "*" || readPattern(rule.pattern).length > 1;
}

/** The call that a pattern with stars spells out: what the rule is meant for, whatever else its stars match. */
export function literalTarget(rule: Rule, request: ApprovalRequest): ApprovalRequest | undefined {
  const glob = readPattern(rule.pattern);
  return glob.length > 1 ? { ...request, subject: glob.join("") } : undefined;
}

/** Whether the rule's pattern does not say what is called: `*`, or `* --help`, which is also `curl evil --help`. */
export function matchesEverything(rule: Rule): boolean {
  return readPattern(rule.pattern)[0]?.trim() === "";
}

/** An unreadable time ends an allow rule and keeps a deny rule. */
export function hasExpired({ expiresAt, decision }: Rule, now: number): boolean {
  if (expiresAt === undefined) return false;
  const end = Date.parse(expiresAt);
  return Number.isNaN(end) ? decision === "allow" : end <= now;
}

function reaches(rule: Rule, { sessionId, parentId, cwd }: RuleContext): boolean {
  switch (rule.scope) {
    case "always":
      return true;
    case "session":
      return rule.sessionId !== undefined && (rule.sessionId === sessionId || rule.sessionId === parentId);
    case "workspace":
      return rule.workspace !== undefined && cwd !== undefined && isWithin(cwd, rule.workspace);
  }
}

/** Whether the absolute folder `path` is `folder` or below it, by components. A path that goes up (`..`) is in none. */
function isWithin(path: string, folder: string): boolean {
  const parts = (text: string) => text.split("/").filter((part) => part !== "" && part !== ".");
  const [inner, outer] = [parts(path), parts(folder)];
  if (!path.startsWith("/") || !folder.startsWith("/") || inner.includes("..") || outer.includes("..")) return false;
  return outer.every((part, at) => inner[at] === part);
}

function denies(pattern: string, request: ClassifiedRequest, { cwd = "/" }: RuleContext): boolean {
  const glob = readPattern(pattern);
  if (matchesGlob(glob, request.subject)) return true;
  if (request.paths?.some((path) => reachesPath(glob, path, cwd)) === true) return true;
  if (request.action === "read" || request.action === "write") return matchesGlob(glob, resolved(request.subject, cwd));
  if (request.action === "fetch") return addressesOf(request.subject).some((address) => matchesGlob(glob, address));
  if (request.action !== "command") return false;
  const { texts, begun } = request.commandTexts;
  return texts.some((text) => matchesGlob(glob, text)) || begun.some((text) => glob[0]!.startsWith(text));
}

/** The normalized address: without user name, and without the dot that a host's name may end in. */
function addressesOf(subject: string): readonly string[] {
  const url = URL.parse(subject);
  if (url === null) return [];
  const { href } = url;
  url.username = url.password = "";
  url.hostname = url.hostname.replace(/\.+$/, "");
  return [href, url.href];
}

/** Whether `path` matches as given or as meant; of a whole folder, whether anything below it may match. */
function reachesPath(glob: Glob, path: string, cwd: string): boolean {
  const meant = resolved(path, cwd);
  if (matchesGlob(glob, path) || matchesGlob(glob, meant)) return true;
  if (!meant.endsWith("/**")) return false;
  const [head = ""] = glob;
  const below = meant.slice(0, -2);
  return head.startsWith(below) || (glob.length > 1 && below.startsWith(head));
}

/** The normalized path, without `.`, `..` and doubled slashes; links are not followed. */
function resolved(path: string, cwd: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${cwd}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** What is read or written with a relative path made absolute; without a known folder, and for other calls, as it is. */
function placed(request: ApprovalRequest, cwd: string | undefined): string {
  return isRelative(request) && cwd !== undefined && isWithin(cwd, "/")
    ? resolved(request.subject, cwd)
    : request.subject;
}

/** Not so the input of a search, which is JSON, and a patch to several files. */
function isRelative({ action, subject }: ApprovalRequest): boolean {
  return (action === "read" || action === "write") && !/^(?:[/{]|$)|\n/.test(subject);
}

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

/**
 * The rule that allows exactly this call from now on, a file by its absolute path, or `{refused}`: why there can be none,
 * to complete "no rule is made, because …".
 */
export function ruleFrom(
  request: ApprovalRequest,
  caller: RuleContext,
  given: NewRule,
): Rule | { readonly refused: string } {
  if (request.for !== "permission") return { refused: `it is a ${request.for}, not a permission` };
  if (caller.cut === true) return { refused: "its input came shortened" };
  if (request.unsandboxed) return { refused: "it runs outside the agent's sandbox" };
  if (request.tool === "*") return { refused: "its tool is named *, which in a rule is every tool" };
  const text = placed(request, caller.cwd);
  if (maskSecrets(text) !== text) {
    return { refused: "its input holds what looks like a secret" };
  }
  if (hasHidden(text)) return { refused: "its input holds hidden or control characters" };
  if (text.length > MAX_PATTERN) {
    return { refused: `its input is ${text.length} characters long, more than ${MAX_PATTERN}` };
  }
  if (given.scope === "workspace" && !isWithin(caller.cwd ?? "", "/")) {
    return { refused: "the folder of its session is not known" };
  }
  if (given.scope === "always" && text === request.subject && isRelative(request)) {
    return { refused: "its path is relative to a folder that is not known" };
  }
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

/** Longest pattern, UTF-16 units: rules are read by people. */
const MAX_PATTERN = 4000;

/** The pattern that matches `text` and nothing else. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*]/g, "\\$&");
}

/** A rule as a configuration file gives it. */
export interface GivenRule {
  readonly tool: string;
  readonly pattern: string;
  readonly decision: "allow" | "deny";
  readonly agent?: string | undefined;
}

/**
 * The rules of a file. Their ids say where they stand, counted from 1: `config:2`.
 *
 * @param createdAt when the file was read, ISO 8601 UTC
 */
export function givenRules(given: readonly GivenRule[], by: "config" | "workspace", createdAt: string): Rule[] {
  return given.map(({ tool, pattern, decision, agent }, at) => ({
    id: `${by}:${at + 1}`,
    decision,
    ...(agent === undefined ? {} : { agent }),
    tool,
    pattern,
    scope: "always",
    createdAt,
    by,
  }));
}
