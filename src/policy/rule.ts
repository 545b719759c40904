/**
 * Rules: whether a rule matches a call. Pure.
 *
 * An allow rule matches what it can be seen to mean: one plain command word by word (command_pattern.ts), an address by its
 * parts (address_pattern.ts), a file by its absolute path. A deny rule matches anything that may be meant: `*` is any text,
 * and the text is compared in every reading, through the programs that carry others too (carried.ts).
 */
import type { ApprovalRequest, Rule } from "../domain/approval.ts";
import { matchesAddress } from "./address_pattern.ts";
import type { ClassifiedRequest } from "./classify.ts";
import { matchesCommand, readCommandPattern } from "./command_pattern.ts";
import { type Glob, isEverything, matchesGlob, readGlob } from "./glob.ts";
import { goesUpThrough, isNamedAsText, isOddPath, isSecretPlace, isWithin, resolvePath, runsLater } from "./places.ts";
import type { Command } from "./plain_text.ts";

/** Whose call it is, and when: what a rule's scope is compared with. */
export interface RuleContext {
  readonly agent: string;
  readonly sessionId: string;
  /** The session that a sub-agent works for: its rules hold for the sub-agent too. */
  readonly parentId?: string;
  readonly cwd?: string;
  /** The time now, milliseconds since 1970. */
  readonly now: number;
}

/** Whether the rule is about this tool, agent, session, folder and time. */
export function applies(rule: Rule, request: ApprovalRequest, caller: RuleContext): boolean {
  return isForTool(rule, request) &&
    (rule.agent === undefined || rule.agent === caller.agent) &&
    !hasExpired(rule, caller.now) && reaches(rule, caller);
}

/** How agents call the tool that takes a command line. */
const SHELLS = /^(?:bash|shell|run_shell_command|exec|exec_command|powershell|terminal)$/i;

/** Whether the patterns of rules for this tool are commands. */
export function isShellTool(tool: string): boolean {
  return SHELLS.test(tool);
}

/** A command that is denied in one shell is denied in every agent's. */
export function isForTool(
  { decision, tool }: Rule,
  { action, tool: called }: Partial<Pick<ApprovalRequest, "action">> & Pick<ApprovalRequest, "tool">,
): boolean {
  return tool === "*" || tool === called || (decision === "deny" && action === "command" && isShellTool(tool));
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

/** Whether the rule matches one text of one tool only. */
export function isExact(rule: Rule): boolean {
  return rule.tool !== "*" && readGlob(rule.pattern).length === 1;
}

/**
 * Whether an allow rule does not say what is called: `*`, or `* --help`, which is also `curl evil --help`; `https://*.*`,
 * which names no host.
 */
export function isBlanket(rule: Rule): boolean {
  return readGlob(rule.pattern)[0]?.trim() === "" || /^[a-z*]+:\/\/[*.\s]*(?::[\d*]*)?(?:[/?#]|$)/i.test(rule.pattern);
}

/** Whether the pattern of an allow rule is exactly this call's text, which must be plain where it is a command. */
export function allowsText(rule: Rule, request: ClassifiedRequest): boolean {
  if (request.action === "command" && request.plain === undefined) return false;
  const [text = "", ...more] = readGlob(rule.pattern);
  return more.length === 0 && (text === request.subject || text === placed(request, request.where.cwd));
}

/** Whether an allow rule's pattern is for one command. */
export function allowsCommand(rule: Rule, command: Command): boolean {
  const pattern = readCommandPattern(rule.pattern);
  return pattern !== undefined && matchesCommand(pattern, command);
}

/**
 * Whether an allow rule's pattern is for this call, which is no command. A file rule never reaches what runs later
 * (places.ts), and its star nothing that may be secret; of writes only program text and prose, as nobody can list all
 * files that some tool runs or is configured by.
 */
export function allowsOther(rule: Rule, request: ClassifiedRequest): boolean {
  const glob = readGlob(rule.pattern);
  const { action, subject, where } = request;
  switch (action) {
    case "write":
    case "read": {
      const files = filesOf(request);
      if (files === undefined) return action === "read" && allowsText(rule, request);
      if (action === "write" && files.some((path) => runsLater(path, where.workspace))) return false;
      if (allowsText(rule, request)) return true;
      const [path, ...more] = files;
      return path !== undefined && more.length === 0 && !isSecretPlace(path, where.workspace) &&
        (action === "read" || isNamedAsText(path)) && matchesFile(rule.pattern, glob, path, where.workspace);
    }
    case "fetch":
      return isEverything(glob) || allowsText(rule, request) || matchesAddress(rule.pattern, subject);
    default:
      return isEverything(glob) || allowsText(rule, request);
  }
}

/** A relative pattern is meant from the workspace. */
function matchesFile(pattern: string, glob: Glob, path: string, workspace: string | undefined): boolean {
  if (/(?:^|\/)\.\.(?:\/|$)/.test(pattern)) return false;
  if (/^[/*]/.test(pattern)) return matchesGlob(glob, path);
  return workspace !== undefined && isWithin(path, workspace) &&
    matchesGlob(glob, path.slice(workspace.replace(/\/+$/, "").length + 1));
}

/** The absolute paths of a call on files; undefined where they are not known: a search, no folder, an empty path. */
export function filesOf(
  { action, subject, paths = [], where: { cwd } }: ClassifiedRequest,
): readonly string[] | undefined {
  if (action !== "read" && action !== "write") return undefined;
  const given = paths.length > 0 ? paths : [subject];
  const known = given.every((path) =>
    /^[^{\n]+$/.test(path) && !path.endsWith("/**") && !goesUpThrough(path) && !isOddPath(path) &&
    (path.startsWith("/") || cwd)
  );
  return known ? given.map((path) => resolvePath(path, cwd ?? "/")) : undefined;
}

/** What is read or written with a relative path made absolute; without a known folder, and for other calls, as it is. */
export function placed(request: ApprovalRequest, cwd: string | undefined): string {
  return isRelative(request) && cwd !== undefined && isWithin(cwd, "/")
    ? resolvePath(request.subject, cwd)
    : request.subject;
}

/** Not so the input of a search, which is JSON, and a patch to several files. */
export function isRelative({ action, subject }: ApprovalRequest): boolean {
  return (action === "read" || action === "write") && !/^(?:[/{]|$)|\n/.test(subject);
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
