/** What git commands do to the work: many that look mild throw away what was never committed. Pure. */
import type { Risk } from "./approval.ts";

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
const NAMES_PROGRAM =
  /hookspath|command|pager|editor|alias|helper|program|textconv|fsmonitor|askpass|proxy|external|driver/i;

/** Subcommand → what makes it destructive: work or history that is lost, here or at others. */
const DESTRUCTIVE: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  push: (args) =>
    args.some((arg) => /^(?:-[a-z]*[fd][a-z]*|--f|--force.*|--delete|--mirror|--prune|\+.*|:.+)$/.test(arg)),
  reset: (args) => args.some((arg) => /^--(?:h|ha|har|hard|merge|keep)$/.test(arg)),
  clean: (args) => !args.some((arg) => /^(?:-[a-z]*n[a-z]*|--dry-run)$/.test(arg)),
  branch: (args) => args.some((arg) => /^(?:-[a-zA-Z]*[DfMC][a-zA-Z]*|--force|--delete)$/.test(arg)),
  checkout: (args) => {
    const paths = args.filter((arg) => !arg.startsWith("-")).length > 1; // `checkout HEAD a.ts`
    const opens = args.some((arg) => /^(?:-b|--orphan|-t|--track)/.test(arg));
    return paths && !opens ||
      args.some((arg) => /^(?:-[a-z]*f[a-z]*|--forc.*|--|\.|-B|--ours|--theirs|:.*)$/.test(arg));
  },
  switch: (args) => args.some((arg) => /^(?:-[a-z]*f[a-z]*|--force|--discard-changes|-C|--force-create)$/.test(arg)),
  restore: (args) =>
    !args.some((arg) => /^(?:--staged|-S)$/.test(arg)) || args.some((arg) => /^(?:--worktree|-W)$/.test(arg)),
  stash: ([what]) => what === "drop" || what === "clear",
  tag: (args) => args.some((arg) => /^(?:-[a-z]*[df][a-z]*|--delete|--force)$/.test(arg)),
  reflog: ([what]) => what === "expire" || what === "delete",
  worktree: (args) => args[0] === "remove" && args.some((arg) => /^(?:-f+|--force)$/.test(arg)),
  "update-ref": (args) => args.some((arg) => /^(?:-d|--stdin)$/.test(arg)),
  rm: (args) => args.some((arg) => /^(?:-[a-z]*[rf][a-z]*|--force)$/.test(arg)),
  gc: (args) => args.some((arg) => /^--prune/.test(arg)),
  prune: () => true,
  "filter-branch": () => true,
  "filter-repo": () => true,
  remote: ([what]) => what === "remove" || what === "rm",
  // They name programs that git runs from then on, with nobody asked.
  config: (args) => args.some((arg) => NAMES_PROGRAM.test(arg)),
  init: (args) => args.some((arg) => /^--te/.test(arg)), // brings hooks
  submodule: (args) => args.includes("foreach"),
  bisect: ([what]) => what === "run",
  rebase: (args) => args.some((arg) => /^(?:-[a-z]*x|--exe)/.test(arg)),
  difftool: (args) => args.some((arg) => /^(?:-[a-z]*x|--ext)/.test(arg)),
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
  let at = 0;
  let sets = false;
  for (; at < args.length && args[at]!.startsWith("-"); at++) {
    const arg = args[at]!;
    // Settings can name programs, here and in another repository's own file.
    if (/^(?:-c|--git-dir|--work-tree|-p|--paginate)/.test(arg)) sets = true;
    if (/^(?:--config-env|--exec-path=)/.test(arg)) return "destructive";
    if (VALUED.has(arg)) at++;
    if (arg === "-c" && NAMES_PROGRAM.test(args[at] ?? "") && !/=(?:cat|true|false)?$/.test(args[at]!)) {
      return "destructive";
    }
  }
  const [name = "", ...rest] = args.slice(at);
  if (DESTRUCTIVE[name]?.(rest) || runsItsValue(name, rest)) return "destructive";
  if (NETWORK.has(name)) return "network";
  if (WRITES.has(name)) return sets ? "execute" : "write";
  // An output file, a program of the settings: a command that shows can do more.
  const more = rest.some((arg) => /^--(?:ou|ext|textc)/.test(arg));
  const shows = READS.has(name) || SHOWS[name]?.(rest) === true || (name === "" && args.includes("--version"));
  return shows && !sets && !more ? "read" : "execute";
}

/** Options whose value git runs as a program; the long ones may be shortened. */
function runsItsValue(name: string, args: readonly string[]): boolean {
  return args.some((arg) =>
    /^--(?:op|upl|receive-p|exec)/.test(arg) || (name === "grep" && /^-[a-zA-Z]*O/.test(arg)) ||
    (name === "clone" && /^-u/.test(arg))
  );
}
