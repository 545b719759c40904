/**
 * The git commands that only read. A repository's own settings can make nearly each of them run a program (a pager, a
 * filter, a file system monitor, the checker of a signature, the helper that fetches what is missing), whatever its
 * options, so they count only in the session's own folder, and where its settings name none (git_settings.ts). Pure.
 */
import { type KnownOptions, readArguments } from "./operands.ts";
import { showsCodeOnly } from "./places.ts";
import type { Where } from "./where.ts";

const SHOWN: KnownOptions = {
  flags: "pusbwzEFiqMC",
  valued: "nUSGL",
  long:
    "oneline stat=? shortstat numstat name-only name-status summary patch no-patch graph decorate=? no-decorate all branches=? tags=? remotes=? merges no-merges first-parent reverse follow max-count= skip= since= after= until= before= author= committer= grep= format= pretty=? date= abbrev-commit abbrev=? color=? no-color cached staged word-diff=? ignore-all-space ignore-space-change ignore-blank-lines unified= diff-filter= no-ext-diff no-textconv no-show-signature raw minimal patience histogram find-renames=? left-right full-index exit-code quiet relative=? merge-base topo-order date-order check ignore-submodules=? compact-summary dirstat=? no-renames no-walk cherry-mark left-only right-only no-prefix",
  numbers: true,
};

const COMMANDS: Readonly<Record<string, KnownOptions>> = {
  "rev-parse": {
    long:
      "abbrev-ref show-toplevel git-dir short=? verify quiet is-inside-work-tree show-prefix symbolic-full-name absolute-git-dir show-cdup",
    flags: "q",
  },
  "ls-files": { flags: "czt", long: "cached" },
  status: {
    flags: "sbzvu",
    long:
      "short branch porcelain=? long show-stash untracked-files=? ignored=? no-renames ignore-submodules=? column=?",
  },
  log: SHOWN,
  show: SHOWN,
  diff: SHOWN,
  reflog: { flags: "n", long: "oneline all date= max-count=", numbers: true },
  "rev-list": { ...SHOWN, long: `${SHOWN.long} count objects` },
  shortlog: { flags: "nse", long: "numbered summary email since= until= no-merges all" },
  blame: { flags: "wMCes", valued: "L", long: "date= no-textconv line-porcelain porcelain since=" },
  grep: {
    flags: "nilwcEFPhHovI",
    valued: "eABCm",
    long:
      "line-number ignore-case name-only files-with-matches count word-regexp fixed-strings extended-regexp cached heading break show-function function-context and or not all-match",
  },
  describe: { long: "tags all always long abbrev= exact-match match= first-parent contains" },
  "merge-base": { flags: "a", long: "all is-ancestor fork-point octopus" },
  "ls-tree": { flags: "drtz", long: "name-only full-tree" },
  "for-each-ref": { long: "sort= count= merged=? no-merged=? contains=? points-at=" },
  "check-ignore": { flags: "vqn" },
  branch: {
    flags: "arv",
    long: "all list remotes merged=? no-merged=? contains=? sort= verbose show-current no-color",
  },
  tag: { flags: "l", long: "list sort= contains=? merged=? points-at=", valued: "n" },
};

/** By a signature it would be checked, which runs a program. */
const SORTS = /^-?(?:(?:committer|author|creator|tagger)date|(?:v(?:ersion)?:)?refname)$/;

/** The files that `git args` reads, as it names them; undefined where it may do more than read. */
export function filesOfGit(args: readonly string[], where: Where): readonly string[] | undefined {
  const [name = "", ...rest] = args[0] === "--no-pager" || args[0] === "-P" ? args.slice(1) : args;
  if ((name === "--version" || name === "version") && rest.length === 0) return [];
  if (where.cwd === undefined || where.cwd !== where.workspace) return undefined;
  if (where.repositoryRuns !== "nothing") return undefined;
  if (name === "stash" || name === "remote" || name === "worktree") return listed(name, rest);
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined;
  const read = known && readArguments(name === "reflog" && rest[0] === "show" ? rest.slice(1) : rest, known);
  if (read === undefined) return undefined;
  // They make one; behind `reflog` a word may be a command of its own.
  if (/^(?:branch|tag|reflog)$/.test(name) && read.operands.length > 0) return undefined;
  if (read.values.some(([option, value]) => option === "--sort" && !SORTS.test(value))) return undefined;
  // They run the checker of signatures, or write to the terminal.
  if (read.values.some(([option, value]) => /^--(?:format|pretty)$/.test(option) && /%G|%x|%\(/.test(value))) {
    return undefined;
  }
  if (name === "ls-tree" && !read.flags.has("--name-only")) return undefined; // object names lead past file names
  // Of a folder, or of a commit, it shows all that is tracked, with dots in front too.
  const searched = name === "grep" ? rest.slice(rest.indexOf("--") + 1) : [];
  if (name === "grep" && !(rest.includes("--") && searched.length > 0 && searched.every(showsCodeOnly))) {
    return undefined;
  }
  const isPattern = name === "grep" && !read.values.some(([option]) => option === "-e");
  const ranges = read.values.filter(([option]) => option === "-L").map(([, value]) => value); // `-L 1,9:file`
  return [".", ...named([...(isPattern ? read.operands.slice(1) : read.operands), ...read.loose, ...ranges])];
}

function listed(name: string, args: readonly string[]): readonly string[] | undefined {
  const words = args.join(" ");
  // `remote -v` shows addresses, which may hold a password.
  if (name === "remote") return words === "" ? ["."] : undefined;
  const shows = name === "worktree" ? words === "list" : /^(?:list|show(?: -p| --stat)?(?: stash@\d+)?)$/.test(words);
  return shows ? ["."] : undefined;
}

/** `HEAD:src/a.ts`, `a..b`, `:/text`: each part may name a file. */
function named(operands: readonly string[]): readonly string[] {
  return operands.flatMap((operand) => operand.split(":")).filter((part) => part !== "");
}
