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
      const folders = rule.pattern.startsWith("*") ? [] : rule.pattern.startsWith("/") ? ["/"] : [workspace, cwd];
      const end = /.\/$/.test(rule.pattern) ? "/" : "";
      const from = folders.map((folder) => readGlob(resolvePath(rule.pattern, folder) + end));
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
    return carried.runsText || mayRun(named, plain.commands) ? "may" : "no";
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

/** Whether a shell would make a name of a pattern in the word: `/bin/r?`. Not in an address. */
function hidesName(word: string): boolean {
  return /[?*[]/.test(word) &&
    word.split(/[\s"'=;|&()]+/).some((part) => part.includes("/") && /[?*[]/.test(part) && !part.includes("://"));
}

/**
 * Whether a plain line may run what the pattern names, from where that is not known: because its words stand there, each
 * behind the other (`autossh host git -C . push`, `vim '+!git push'`), or a shell would make its name (`flock a '/bin/g?t'`).
 */
function mayRun([head = ""]: Glob, commands: readonly Command[]): boolean {
  const names = head.trim().toLowerCase().split(/\s+/);
  if (names[0] === "") return false;
  const isWhole = head.endsWith(" ");
  const fits = (token: string, next: number) =>
    token === names[next] || (next === names.length - 1 && !isWhole && next > 0 && token.startsWith(names[next]!));
  return commands.some((words) => {
    if (words.some((word, at) => at > 0 && hidesName(word))) return true;
    const tokens = tokensOf(words);
    let next = 0;
    // With few options its own first word was compared already, in each reading.
    for (let at = hasManyOptions(words) ? 0 : 1; at < tokens.length && next < names.length; at++) {
      if (fits(next === 0 ? baseName(tokens[at]!) : tokens[at]!, next)) next++;
    }
    return next === names.length;
  });
}

/** Of each command once, however many rules there are. */
const TOKENS = new WeakMap<Command, readonly string[]>();

function tokensOf(words: Command): readonly string[] {
  let tokens = TOKENS.get(words);
  if (tokens === undefined) {
    tokens = words.flatMap((word) => word.toLowerCase().split(/[\s=:;|&!'"()+]+/)).filter((token) => token !== "");
    TOKENS.set(words, tokens);
  }
  return tokens;
}

/** More than the readings of its arguments reach. */
function hasManyOptions(words: Command): boolean {
  return words.slice(1, 20).filter((word) => word.startsWith("-")).length > 6;
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

/**
 * The addresses in a text, normalized: without user name, the dot that a host's name may end in and needless escapes, and by
 * each of the two schemes that one page has.
 */
function addressesOf(subject: string): readonly string[] {
  const given = subject.match(/[a-z][a-z+.-]*:\/\/[^\s"'<>)\]]+/gi)?.slice(0, MAX_ADDRESSES) ?? [];
  const bareHost = /^[\w-]+(?:\.[\w-]+)+(?:[:/?#]\S*)?$/.test(subject) ? [`https://${subject}`] : [];
  return [subject, ...given, ...bareHost].flatMap((text) => {
    const url = URL.parse(text);
    if (url === null) return [];
    const { href } = url;
    url.username = url.password = "";
    url.hostname = url.hostname.replace(/\.+$/, "");
    const other = url.href.replace(/^http(s?):/, (_, s: string) => s === "" ? "https:" : "http:");
    return [href, url.href, other].flatMap((one) => [one, unescaped(one)]);
  });
}

const MAX_ADDRESSES = 20;

/** Letters and digits that need no escape: `%61` is an `a`. */
function unescaped(text: string): string {
  return text.replace(/%([2-7][0-9a-f])/gi, (escape, hex: string) => {
    const char = String.fromCharCode(parseInt(hex, 16));
    return /[\w.~-]/.test(char) ? char : escape;
  });
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
