/** Whether a deny rule is for a call: it sees more than an allow rule, and where it cannot see it says so. Pure. */
import type { Rule } from "../domain/approval.ts";
import { baseName } from "./carried.ts";
import type { ClassifiedRequest } from "./classify.ts";
import { type Glob, isEverything, matchesGlob, readGlob } from "./glob.ts";
import { resolvePath } from "./places.ts";

/**
 * `may`: the text is opaque, and what the rule forbids may hide in it, or in the folder that is searched. `mentions`: the same, and the rule's own first word
 * stands there.
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
      const all = [subject, ...paths].flatMap((path) => [glob, ...from].map((one) => reachesPath(one, path, cwd)));
      return all.includes("denies") ? "denies" : all.includes("may") ? "may" : "no";
    }
    case "fetch":
      return addressesOf(subject).some((address) => matchesGlob(glob, address)) ? "denies" : "no";
    case "command":
      return denialOfCommand(glob, request);
    default:
      return "no";
  }
}

function denialOfCommand(glob: Glob, { carried, plain, subject }: ClassifiedRequest): Denial {
  for (const { name, word, args, begun } of carried.commands) {
    for (const [one, called] of [[byName(glob), name], [glob, word]] as const) {
      const head = one[0]!;
      // Most patterns name the program: then most commands are none of theirs.
      if (!head.startsWith(called) && !`${called} `.startsWith(head)) continue;
      for (const words of readings(args)) {
        const text = [called, ...words].join(" ");
        if (matchesGlob(one, text) || matchesGlob(one, `${text} `)) return "denies";
      }
      const isBegun = begun && begunReadings(args).some((words) => head.startsWith([called, ...words, ""].join(" ")));
      if (isBegun) return "denies";
    }
  }
  const head = glob[0]!;
  if (plain !== undefined && carried.isComplete && !carried.runsText) return "no";
  const word = head.trim().split(/\s+/)[0] ?? "";
  if (isEverything(glob) || subject.length > MAX_SEARCHED) return "mentions";
  const bare = subject.replace(/['"\\]|\$(?=['"])/g, "").toLowerCase();
  return word !== "" && bare.includes(word.toLowerCase()) ? "mentions" : "may";
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

/** The readings of what is begun, up to the word that others take the place of; all of it may be options. */
function begunReadings(args: readonly string[]): readonly (readonly string[])[] {
  const open = args.findIndex((arg) => /[{%]|:::/.test(arg));
  const own = open < 0 ? args : args.slice(0, open);
  const onlyOptions = own.every((arg, at) => arg.startsWith("-") || (own[at - 1] ?? "").startsWith("-"));
  return onlyOptions ? [...readings(own), []] : readings(own);
}

/** So many words before the arguments are looked past. */
const MAX_OPTIONS = 16;

/**
 * The arguments as they stand, and without the options before them: `git -C . push` is a push. Which options take a word is
 * not known: each reading counts.
 */
function readings(args: readonly string[]): readonly (readonly string[])[] {
  const all = [args];
  for (let at = 0; at < Math.min(args.length - 1, MAX_OPTIONS); at++) {
    const before = args[at - 1] ?? "";
    if (!args[at]!.startsWith("-") && (!before.startsWith("-") || before.includes("="))) break;
    all.push(args.slice(at + 1));
  }
  return all;
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
