/** The risk of git commands: many that look harmless discard work that was never committed. Pure. */
import type { Risk } from "../domain/approval.ts";
import { option } from "./command_options.ts";

/** Options of git itself that take a value in the next word. */
const VALUED = new Set(
  "-C -c --git-dir --work-tree --namespace --config-env --attr-source --super-prefix --shallow-file".split(" "),
);
const READS = new Set(
  ("status log diff show blame rev-parse rev-list ls-files ls-tree describe shortlog grep merge-base name-rev " +
    "for-each-ref show-ref count-objects var version check-ignore cherry whatchanged").split(" "),
);
const WRITES = new Set("add mv init apply am notes".split(" "));
const NETWORK = new Set("fetch pull clone push ls-remote remote-update submodule send-email lfs svn".split(" "));

/** Settings whose values git runs. */
const NAMES_PROGRAM = new RegExp(
  "hook|command|cmd|pager|editor|alias|helper|program|textconv|fsmonitor|askpass|proxy|external|driver|filter|include|" +
    "uploadpack|receivepack|insteadof|protocol|templatedir|submodule",
  "i",
);

/** Subcommand → what makes it destructive: work or history that is lost, here or at others. */
const DESTRUCTIVE: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  push: (args) =>
    option(args, "fd", "force", "force-with-lease", "force-if-includes", "delete", "mirror", "prune") ||
    args.some((arg) => /^(?:\+.*|:.+)$/.test(arg)),
  reset: (args) => option(args, "", "hard", "merge", "keep"),
  // A pattern for -e may look like -n, and a later --no-dry-run reverts it.
  clean: (args) =>
    args.some((arg) => /^-[a-zA-Z]*e|^--(?:e|no|$)/.test(arg)) ||
    !args.some((arg) => /^(?:-[a-zA-Z]*n[a-zA-Z]*|--dry-run)$/.test(arg)),
  branch: (args) => option(args, "DfMC", "force", "delete"),
  checkout: (args) => {
    const paths = args.filter((arg) => !arg.startsWith("-")).length > 1; // `checkout HEAD a.ts`
    const opens = args.some((arg) => /^(?:-b|--orphan|-t|--track)/.test(arg));
    return paths && !opens || option(args, "fB", "force", "ours", "theirs", "pathspec-from-file") ||
      args.some((arg) => /^(?:--|\.|:.*)$/.test(arg));
  },
  switch: (args) => option(args, "fC", "force", "discard-changes", "force-create"),
  restore: (args) => !args.some((arg) => /^(?:--staged|-S)$/.test(arg)) || option(args, "W", "worktree"),
  stash: ([what]) => what === "drop" || what === "clear",
  tag: (args) => option(args, "df", "delete", "force"),
  reflog: ([what]) => what === "expire" || what === "delete",
  worktree: (args) => args[0] === "remove" && option(args, "f", "force"),
  "update-ref": (args) => option(args, "d", "stdin"),
  rm: (args) => option(args, "rf", "force"),
  gc: (args) => option(args, "", "prune"),
  prune: () => true,
  "filter-branch": () => true,
  "filter-repo": () => true,
  remote: ([what]) => what === "remove" || what === "rm",
  // They name programs that git runs from then on without a human.
  config: (args) => args.some((arg) => NAMES_PROGRAM.test(arg)),
  init: (args) => option(args, "", "template"), // brings hooks
  clone: (args) =>
    option(args, "u", "template") || (option(args, "c", "config") && args.some((arg) => NAMES_PROGRAM.test(arg))),
  submodule: (args) => args.includes("foreach"),
  bisect: ([what]) => what === "run",
  rebase: (args) => option(args, "x", "exec"),
  difftool: (args) => option(args, "x", "extcmd"),
  grep: (args) => option(args, "O"),
};

/** Subcommand → whether it only shows. */
const SHOWS: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  branch: (args) => args.every((arg) => /^(?:-[avr]+|--(?:all|list|show-current|verbose|remotes|no-color))$/.test(arg)),
  tag: (args) => args.every((arg) => /^(?:-l|--list|-n\d*)$/.test(arg)),
  remote: (args) => args.every((arg) => /^(?:-v|--verbose)$/.test(arg)) || args[0] === "get-url",
  stash: ([what]) => what === "list" || what === "show",
  worktree: ([what]) => what === "list",
  reflog: ([what]) => what === undefined || what === "show",
  config: ([first]) => /^(?:--get|--get-all|--list|-l|get|list)$/.test(first ?? ""),
  "cat-file": ([kind]) => /^(?:-[tpse]|blob|tree|commit|tag)$/.test(kind ?? ""),
};

export function riskOfGit(args: readonly string[]): Risk {
  const [name = "", ...rest] = behindOwnOptions(args);
  const own = args.slice(0, args.length - rest.length - (name === "" ? 0 : 1));
  if (own.some((arg) => /^(?:--config-env|--exec-path=)/.test(arg)) || setsProgram(own)) return "destructive";
  if (DESTRUCTIVE[name]?.(rest) || runsItsValue(rest)) return "destructive";
  if (NETWORK.has(name)) return "network";
  // Settings can name programs, here and in another repository's own file.
  const sets = own.some((arg) => /^(?:-c|-C|--git-dir|--work-tree|--bare|-p|--paginate)/.test(arg));
  if (WRITES.has(name)) return sets ? "execute" : "write";
  // An output file, a program of the settings: a command that shows can do more.
  const more = rest.some((arg) => /^--(?:ou|ext|textc)/.test(arg));
  const shows = READS.has(name) || SHOWS[name]?.(rest) === true || (name === "" && args.includes("--version"));
  return shows && !sets && !more ? "read" : "execute";
}

/** The subcommand and what follows: without the options of git itself, which stand before it. */
export function behindOwnOptions(args: readonly string[]): readonly string[] {
  let at = 0;
  for (; at < args.length && args[at]!.startsWith("-"); at++) if (VALUED.has(args[at]!)) at++;
  return args.slice(at);
}

function setsProgram(own: readonly string[]): boolean {
  return own.some((arg, at) => {
    const setting = own[at + 1] ?? "";
    return arg === "-c" && NAMES_PROGRAM.test(setting) && !/=(?:cat|true|false)?$/.test(setting);
  });
}

/** Options whose value git runs as a program. */
function runsItsValue(args: readonly string[]): boolean {
  return option(args, "", "open-files-in-pager", "upload-pack", "receive-pack", "exec");
}
