/** Patterns with `*`, and what a `*` of an allow rule must not take. Pure, linear in the text for each literal part. */
import type { ApprovalRequest } from "../domain/approval.ts";
import { hasHidden } from "./read_shell.ts";

/** The literal parts of a pattern, between its stars: a pattern without a star is one part. */
export type Glob = readonly string[];

export function readPattern(pattern: string): Glob {
  const parts = [""];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === "*") {
      parts.push("");
      continue;
    }
    const next = pattern[at + 1];
    const escapes = char === "\\" && (next === "*" || next === "\\");
    parts[parts.length - 1] += escapes ? next : char;
    if (escapes) at++;
  }
  return parts;
}

/** Whether a star may stand for `text`, which begins at `at` of the subject. */
export type Limit = (text: string, at: number, glob: Glob) => boolean;

/**
 * Whether the whole of `subject` matches. Each literal part is taken where it comes first: with a limit on single
 * characters that finds a match where there is one; with a limit on more it may miss one, never find one too many.
 */
export function matchesGlob(glob: Glob, subject: string, limit?: Limit): boolean {
  const [head = "", ...parts] = glob;
  if (!subject.startsWith(head)) return false;
  const tail = parts.pop();
  if (tail === undefined) return subject.length === head.length;
  let at = head.length;
  const allowed = (end: number) => limit === undefined || limit(subject.slice(at, end), at, glob);
  for (const part of parts) {
    const found = subject.indexOf(part, at);
    if (found < 0 || !allowed(found)) return false;
    at = found + part.length;
  }
  const last = subject.length - tail.length;
  return last >= at && subject.endsWith(tail) && allowed(last);
}

/**
 * What the stars of an allow rule may match, by what the call does. They never match invisible characters, nor a line
 * break: a call on several files has one line for each, and the pattern is for one. A pattern that is only stars
 * matches all.
 */
export function limitOf({ action, subject }: ApprovalRequest): Limit {
  if (action === "command") return (text, at, glob) => commandLimit(text, glob) && staysBelow(text, at, subject);
  const more = action === "fetch" ? urlLimit(subject) : action === "other" ? otherLimit(subject) : pathLimit(subject);
  return (text, at, glob) =>
    !hasHidden(text) && (!text.includes("\n") || glob.every((part) => part === "")) && more(text, at, glob);
}

function pathLimit(subject: string): Limit {
  return () => !GOES_UP.test(subject);
}

/** Not JSON where an agent names folders or files for a permission of its own. */
function otherLimit(subject: string): Limit {
  const json = /^\s*[{[]/.test(subject);
  return (text, _at, glob) => {
    if (glob.every((part) => part === "")) return true;
    return json ? !glob.some((part) => part.includes('"')) || staysInValue(text, subject) : !GOES_UP.test(subject);
  };
}

const GOES_UP = /(?:^|[/\\\n])\.\.(?:$|[/\\\n])/;

/**
 * Before the path a star stays within the host's name, and ends before the name does: `https://*.example.com/` is not
 * `https://evil/.example.com/`, nor `https://example.com*` a match for `https://example.com.evil/`. No star goes up. What is
 * no address (a search) has nothing to stay in, and a pattern that is only stars means all.
 */
function urlLimit(subject: string): Limit {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i.exec(subject)?.[0].length;
  const goesUp = /(?:^|[/\\])(?:\.|%2e){2}(?:$|[/\\?#])/i.test(subject);
  return (text, at, glob) => {
    if (text === "" || path === undefined || glob.every((part) => part === "")) return true;
    if (at >= path) return !goesUp && !/\s/.test(text);
    return at + text.length < path && /^[\w.-]*$/.test(text);
  };
}

/** Where a pattern spells out JSON, a star stays within one text of it and adds no field. */
function staysInValue(text: string, subject: string): boolean {
  return !/["\\]/.test(text) && !/(?:^|[/\\"])\.\.(?:$|[/\\"])/.test(subject);
}

/**
 * Arguments only: no separator, pipe, redirection, substitution, newline, escape or comment, so that the words that the
 * pattern spells out stay the command that runs. Quotes only in pairs, and none where the pattern has quotes itself.
 */
function commandLimit(text: string, glob: Glob): boolean {
  if (/[;&|<>()`$\\\r\n{}!]/.test(text) || /(?:^|\s)#/.test(text) || hasHidden(text)) return false;
  const quotes = text.replace(/'[^']*'|"[^"]*"/g, "");
  if (/['"]/.test(quotes)) return false;
  return quotes === text || !glob.some((part) => /['"\\]/.test(part));
}

/**
 * No star leaves the folder that the pattern names: `bash scripts/*` is not `bash scripts/../../tmp/x`, nor a later word
 * that goes up. Where the pattern's word ends before the star, or names no folder and ends in it, arguments are meant.
 */
function staysBelow(text: string, at: number, subject: string): boolean {
  const begun = subject.slice(0, at).split(/\s/).at(-1)!;
  if (begun === "" || (/^(?:\s|$)/.test(text) && !begun.includes("/"))) return true;
  const behind = /^[^/\s]*/.exec(subject.slice(at + text.length))![0];
  const last = begun.slice(Math.max(0, begun.lastIndexOf("/"), begun.lastIndexOf("=")));
  const joined = (last + text + behind).replace(/['"]/g, "");
  return !/(?:^|[/\s=])\.\.(?:$|[/\s])/.test(joined);
}
