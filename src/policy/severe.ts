/**
 * Commands that lose something, or after which others decide: no pattern lets them pass, only a rule that a human made for
 * exactly that text. Pure.
 */
import type { Carried } from "./carried.ts";

const LOSES = new Set(
  ("rm grm unlink shred dd truncate wipefs mkfs mkswap blkdiscard fdisk sfdisk gdisk parted hdparm diskutil srm " +
    "dropdb shutdown reboot halt poweroff init telinit killall5 nvram").split(" "),
);
/** They act as somebody else, or later, or name who may. */
const ELEVATES = new Set(
  ("sudo doas su pkexec runuser crontab at batch visudo vipw passwd useradd userdel usermod chsh launchctl systemctl " +
    "setfacl security op pass").split(" "),
);
/** Words that mean a loss where a program that reaches elsewhere is given them. */
const DELETES =
  /^(?:delete|destroy|terminate|purge|remove|drain|rm|rb|rmi|prune|uninstall|erase|reset|unpublish|yank|down|drop)(?:-|$)|^-(?:-?del|destroy)|^--remove-source-files$/i;
const REMOTE = new Set(
  ("kubectl oc helm terraform tofu terragrunt pulumi cdk aws gcloud az gsutil gh glab heroku fly flyctl vercel netlify " +
    "doctl docker podman nerdctl docker-compose npm pnpm yarn bun cargo gem rsync rclone find gfind bfs").split(" "),
);
const DATABASES = new Set(
  "psql mysql mariadb sqlite3 sqlite duckdb mongo mongosh redis-cli clickhouse cqlsh sqlcmd bq usql".split(" "),
);
const LOSES_DATA = /\b(?:drop|truncate|delete|flushall|flushdb|dropdatabase|deletemany|deleteone|remove)\b/i;

/** Whether a plain command, or one carried by another, loses something for sure. */
export function destroys({ name, args }: Pick<Carried, "name" | "args">): boolean {
  if (LOSES.has(name) || name.startsWith("mkfs.")) return true;
  if (name === "git") return gitDestroys(args);
  if (REMOTE.has(name)) return args.slice(0, 8).some((arg) => DELETES.test(arg));
  return DATABASES.has(name) && args.some((arg) => LOSES_DATA.test(arg));
}

export function isSevere(command: Carried): boolean {
  const { name, args } = command;
  if (destroys(command) || ELEVATES.has(name)) return true;
  if (args.some((arg) => /^--(?:dangerously|yolo|allow-dangerously|no-verify)/.test(arg))) return true;
  if (/^(?:chmod|chown|chgrp)$/.test(name)) return args.some((arg) => /^-[a-zA-Z]*R|^--recursive/.test(arg));
  return name === "git" &&
    /^(?:config|filter-branch|filter-repo|submodule|difftool|mergetool|remote-.*)$/.test(subcommand(args)[0] ?? "");
}

/** Subcommand → the arguments by which work or history is lost, here or at others. */
const GIT_LOSES: Readonly<Record<string, RegExp>> = {
  push: /^(?:-[a-zA-Z]*[fd][a-zA-Z]*|--force.*|--delete|--mirror|--prune|[+:].*)$/,
  reset: /^--(?:hard|merge|keep)$/,
  branch: /^(?:-[a-zA-Z]*[dDfMC][a-zA-Z]*|--delete|--force)$/,
  // A path, where its form says so: its changes are lost.
  checkout: /^(?:-[a-zA-Z]*[fB][a-zA-Z]*|--force|--ours|--theirs|--|\.\.?(?:\/.*)?|.*\/|:.*|--pathspec-from-file.*)$/,
  switch: /^(?:-[a-zA-Z]*[fC][a-zA-Z]*|--force|--discard-changes|--force-create)$/,
  stash: /^(?:drop|clear)$/,
  tag: /^(?:-[a-zA-Z]*[df][a-zA-Z]*|--delete|--force)$/,
  reflog: /^(?:expire|delete)$/,
  worktree: /^remove$/,
  "update-ref": /./,
  fetch: /^(?:-[a-zA-Z]*f[a-zA-Z]*|--force|\+.*)$/,
  "checkout-index": /^(?:-[a-zA-Z]*f[a-zA-Z]*|--force)$/,
  "read-tree": /^--reset$/,
  notes: /^(?:remove|prune)$/,
  lfs: /^prune$/,
  annex: /^(?:drop|dropunused|dropkey|uninit|move)$/,
  remote: /^(?:remove|rm)$/,
  gc: /^--prune/,
  bisect: /^run$/,
  rebase: /^(?:-x|--exec)/,
};

/** Their long options, which git takes abbreviated too. */
const GIT_LOSES_LONG: Readonly<Record<string, readonly string[]>> = {
  push: ["--delete", "--mirror", "--prune", "--force"],
  reset: ["--hard", "--merge", "--keep"],
  branch: ["--delete", "--force"],
  checkout: ["--force", "--ours", "--theirs", "--pathspec-from-file"],
  switch: ["--force", "--discard-changes", "--force-create"],
  tag: ["--delete", "--force"],
  fetch: ["--force"],
  gc: ["--prune"],
  rebase: ["--exec"],
  "checkout-index": ["--force"],
  "read-tree": ["--reset"],
};
const SHORTEST_LONG = "--x".length;

/** Whether `arg` is one of the options, or may stand for it. */
function isAbbreviated(name: string, arg: string): boolean {
  if (!arg.startsWith("--") || arg.length < SHORTEST_LONG) return false;
  const option = arg.split("=")[0]!;
  return Object.hasOwn(GIT_LOSES_LONG, name) && GIT_LOSES_LONG[name]!.some((long) => long.startsWith(option));
}

function gitDestroys(args: readonly string[]): boolean {
  const [name = "", ...rest] = subcommand(args);
  if (/^(?:rm|prune|filter-branch|filter-repo)$/.test(name)) return true;
  if (name === "clean") return !rest.some((arg) => /^(?:-[a-zA-Z]*n[a-zA-Z]*|--dry-run)$/.test(arg));
  if (name === "restore") {
    const isStaged = rest.includes("--staged") || rest.includes("-S");
    return !isStaged || rest.some((arg) => /^(?:-[a-zA-Z]*W[a-zA-Z]*|--w.*)$/.test(arg));
  }
  if (name === "checkout" && rest.filter((arg) => !arg.startsWith("-")).length > 1) return !rest.includes("-b");
  if (rest.some((arg) => isAbbreviated(name, arg))) return true;
  return Object.hasOwn(GIT_LOSES, name) && rest.some((arg) => GIT_LOSES[name]!.test(arg));
}

const GIT_VALUED = new Set("-C -c --git-dir --work-tree --namespace --config-env --exec-path --attr-source".split(" "));

function subcommand(args: readonly string[]): readonly string[] {
  let at = 0;
  for (; at < args.length && args[at]!.startsWith("-"); at++) if (GIT_VALUED.has(args[at]!)) at++;
  return args.slice(at);
}
