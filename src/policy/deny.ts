/** Whether a deny rule is for a call: it sees more than an allow rule, and where it cannot see it says so. Pure. */
import type { Rule } from "../domain/approval.ts";
import { baseName, type Carried } from "./carried.ts";
import type { ClassifiedRequest } from "./classify.ts";
import { type Glob, isEverything, matchesGlob, readGlob } from "./glob.ts";
import { isOddPath, resolvePath } from "./places.ts";
import type { Command } from "./plain_text.ts";

/**
 * `may`: what the rule forbids may hide in it: in an opaque text, in the folder that is searched, behind a program that is
 * not known. `mentions`: the text is opaque, and the rule's own first word stands there.
 */
export type Denial = "denies" | "mentions" | "may" | "no";

export function denialOf(rule: Rule, request: ClassifiedRequest): Denial {
  const glob = readGlob(rule.pattern);
  const { subject, where: { cwd = "/", workspace = cwd }, paths = [], action } = request;
  if (matchesGlob(glob, subject)) return "denies";
  if (request.isLong) return "may";
  switch (action) {
    case "read":
    case "write": {
      // A relative pattern is meant from the workspace; it may also be meant from where the call runs.
      const from = /^[/*]/.test(rule.pattern)
        ? []
        : [workspace, cwd].map((folder) => readGlob(`${folder}/${rule.pattern}`));
      const named = [subject, ...paths];
      const all = named.flatMap((path) => [glob, ...from].map((one) => reachesPath(one, path.trim(), cwd)));
      if (all.includes("denies")) return "denies";
      return all.includes("may") || named.some(isOddPath) ? "may" : "no";
    }
    case "fetch":
      return addressesOf(subject).some((address) => matchesGlob(glob, address)) ? "denies" : "no";
    case "command":
      return denialOfCommand(glob, request);
    default:
      return "no";
  }
}

function denialOfCommand(glob: Glob, request: ClassifiedRequest): Denial {
  const { carried, plain, subject } = request;
  const named = byName(glob);
  if (carried.commands.some((command) => denies(named, command.name, command) || denies(glob, command.word, command))) {
    return "denies";
  }
  const word = named[0]!.trim().split(/\s+/)[0] ?? "";
  if (plain !== undefined && carried.isComplete) {
    if (request.reads !== undefined) return "no"; // such a command runs nothing
    return carried.runsText || mayRun(named, plain.commands, subject) ? "may" : "no";
  }
  if (isEverything(glob) || subject.length > MAX_SEARCHED) return "mentions";
  return word !== "" && bare(subject).includes(word.toLowerCase()) ? "mentions" : "may";
}

/** @param called the program, as the pattern names it */
function denies(glob: Glob, called: string, { word, tails, begunTails, isInner }: Carried): boolean {
  const head = glob[0]!;
  // A pattern that begins with a star finds in the whole what it finds in a part.
  if (head === "") return !(isInner && called === word) && matchesEnd(glob, `${called} ${tails[0]}`);
  // Most patterns name the program: then most commands are none of theirs.
  if (!head.startsWith(called) && !`${called} `.startsWith(head)) return false;
  const rest = head.slice(called.length + 1);
  const fits = (tail: string) =>
    (tail.length < rest.length ? `${tail} ` : tail).startsWith(rest) &&
    matchesEnd(glob, tail === "" ? called : `${called} ${tail}`);
  return tails.some(fits) ||
    begunTails.some((tail) => head.startsWith(tail === "" ? `${called} ` : `${called} ${tail} `));
}

/** `git push *` is also for `git push`. */
function matchesEnd(glob: Glob, text: string): boolean {
  return matchesGlob(glob, text) || matchesGlob(glob, `${text} `);
}

/**
 * Whether the words that the pattern begins with stand in a plain line, each behind the other, from where a program may run
 * them that is not known to: `autossh host git -C . push`, `vim '+!git push'`.
 */
function mayRun([head = ""]: Glob, commands: readonly Command[], subject: string): boolean {
  const wanted = head.trim().toLowerCase();
  if (wanted === "") return false;
  const text = bare(subject);
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (!/[\w-]/.test(text[at - 1] ?? " ") && !/[\w-]/.test(text[at + wanted.length] ?? " ")) return true;
  }
  const names = wanted.split(/\s+/);
  return commands.some((words) => {
    let next = 0;
    for (let at = 1; at < words.length && next < names.length; at++) {
      if ((next === 0 ? baseName(words[at]!) : words[at]!.toLowerCase()) === names[next]) next++;
    }
    return next === names.length;
  });
}

function bare(text: string): string {
  return text.replace(/['"\\]|\$(?=['"])/g, "").toLowerCase();
}

/** The pattern with its program as {@link Carried.name} gives one: in small letters, without its folder. */
function byName([head = "", ...more]: Glob): Glob {
  const end = head.search(/\s/);
  if (end < 0 && more.length > 0) return [head, ...more]; // a star is part of the program's name
  const program = end < 0 ? head : head.slice(0, end);
  return [baseName(program) + head.slice(program.length), ...more];
}

/** In a longer text nobody looks for a word. */
const MAX_SEARCHED = 50_000;

/** The normalized address: without user name, and without the dot that a host's name may end in. */
function addressesOf(subject: string): readonly string[] {
  const url = URL.parse(subject);
  if (url === null) return [];
  const { href } = url;
  url.username = url.password = "";
  url.hostname = url.hostname.replace(/\.+$/, "");
  return [href, url.href];
}

/** Whether `path` matches as given or as meant; of a whole folder, whether what the pattern names is below it, or may be. */
function reachesPath(glob: Glob, path: string, cwd: string): Denial {
  const meant = resolvePath(path, cwd);
  if (matchesGlob(glob, path) || matchesGlob(glob, meant)) return "denies";
  if (!meant.endsWith("/**")) return "no";
  const [head = ""] = glob;
  const below = meant.slice(0, -2);
  if (head.startsWith(below)) return "denies";
  return glob.length > 1 && below.startsWith(head) ? "may" : "no";
}
