/**
 * The git commands that only read. A repository's own settings can make most of them run a program, so they count only in
 * the session's own folder, and where its settings name none (git_settings.ts) or options keep git from it. Pure.
 */
import { type KnownOptions, readArguments } from "./operands.ts";
import type { Where } from "./where.ts";

const SHOWN: KnownOptions = {
  flags: "pusbwzEFiqMC",
  valued: "nUSGL",
  long:
    "oneline stat=? shortstat numstat name-only name-status summary patch no-patch graph decorate=? no-decorate all branches=? tags=? remotes=? merges no-merges first-parent reverse follow max-count= skip= since= after= until= before= author= committer= grep= format= pretty=? date= abbrev-commit abbrev=? color=? no-color cached staged word-diff=? ignore-all-space ignore-space-change ignore-blank-lines unified= diff-filter= no-ext-diff no-textconv no-show-signature raw minimal patience histogram find-renames=? left-right full-index exit-code quiet relative=? merge-base topo-order date-order check ignore-submodules=? compact-summary dirstat=? no-renames no-walk cherry-mark left-only right-only no-prefix",
  numbers: true,
};

/** They ask nothing but the names of commits and files, so that no setting matters. */
const NAMES: Readonly<Record<string, KnownOptions>> = {
  "rev-parse": {
    long:
      "abbrev-ref show-toplevel git-dir short=? verify quiet is-inside-work-tree show-prefix symbolic-full-name absolute-git-dir show-cdup",
    flags: "q",
  },
  "show-ref": { flags: "dsq", long: "heads tags branches verify hash=? head" },
  "ls-files": { flags: "czt", long: "cached" },
  branch: { flags: "arv", long: "all list remotes show-current no-color" },
};

const SETTINGS_MATTER: Readonly<Record<string, KnownOptions>> = {
  status: {
    flags: "sbzvu",
    long:
      "short branch porcelain=? long show-stash untracked-files=? ignored=? no-renames ignore-submodules=? column=?",
  },
  log: SHOWN,
  show: SHOWN,
  diff: SHOWN,
  "diff-tree": { ...SHOWN, flags: `${SHOWN.flags}rtm` },
  whatchanged: SHOWN,
  reflog: SHOWN,
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
  "name-rev": { long: "name-only tags" },
  "ls-tree": { flags: "drtz", long: "name-only full-tree" },
  "cat-file": { flags: "tse" },
  "for-each-ref": { long: "sort= count= merged=? no-merged=? contains=? points-at=" },
  "count-objects": { flags: "vH" },
  "check-ignore": { flags: "vqn" },
  branch: {
    flags: "arv",
    long: "all list remotes merged=? no-merged=? contains=? sort= verbose show-current no-color",
  },
  tag: { flags: "l", long: "list sort= contains=? merged=? points-at=", valued: "n" },
};

/** What they show of is the object store alone: with these options no setting is followed. */
const FREED: Readonly<Record<string, readonly string[]>> = {
  log: ["--no-ext-diff", "--no-textconv", "--no-show-signature"],
  show: ["--no-ext-diff", "--no-textconv", "--no-show-signature"],
};

/** The files that `git args` reads, as it names them; undefined where it may do more than read. */
export function filesOfGit(args: readonly string[], where: Where): readonly string[] | undefined {
  const [name = "", ...rest] = args[0] === "--no-pager" || args[0] === "-P" ? args.slice(1) : args;
  if ((name === "--version" || name === "version") && rest.length === 0) return [];
  if (where.cwd === undefined || where.cwd !== where.workspace) return undefined;
  if (name === "stash" || name === "remote" || name === "worktree") return listed(name, rest, where);
  const bare = Object.hasOwn(NAMES, name) ? readArguments(rest, NAMES[name]!) : undefined;
  if (bare !== undefined && !(name === "branch" && bare.operands.length > 0)) return named(bare.operands);
  const known = Object.hasOwn(SETTINGS_MATTER, name) ? SETTINGS_MATTER[name]! : undefined;
  const read = known && readArguments(rest, known);
  if (read === undefined) return undefined;
  if ((name === "branch" || name === "tag") && read.operands.length > 0) return undefined; // they make one
  const free = FREED[name]?.every((option) => read.flags.has(option)) ?? false;
  if (where.repositoryRuns !== "nothing" && !free) return undefined;
  // They run the checker of signatures, or write to the terminal.
  if (read.values.some(([option, value]) => /^--(?:format|pretty)$/.test(option) && /%G|%x|%\(/.test(value))) {
    return undefined;
  }
  if (name === "ls-tree" && !read.flags.has("--name-only")) return undefined; // object names lead past file names
  if (name === "grep" && read.operands.length < 2) return undefined; // all that is tracked, with dots in front too
  const isPattern = name === "grep" && !read.values.some(([option]) => option === "-e");
  const ranges = read.values.filter(([option]) => option === "-L").map(([, value]) => value); // `-L 1,9:file`
  return named([...(isPattern ? read.operands.slice(1) : read.operands), ...read.loose, ...ranges]);
}

function listed(name: string, args: readonly string[], where: Where): readonly string[] | undefined {
  const words = args.join(" ");
  // `remote -v` shows addresses, which may hold a password.
  if (name === "remote") return words === "" ? [] : undefined;
  const shows = name === "worktree" ? words === "list" : /^(?:list|show(?: -p| --stat)?(?: stash@\d+)?)$/.test(words);
  return shows && where.repositoryRuns === "nothing" ? [] : undefined;
}

/** `HEAD:src/a.ts`, `a..b`, `:/text`: each part may name a file. */
function named(operands: readonly string[]): readonly string[] {
  return operands.flatMap((operand) => operand.split(":")).filter((part) => part !== "");
}
