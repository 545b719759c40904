/**
 * The table of commands behind the risk class. A command that is not in it is `execute`. Pure.
 *
 * The classes err on the severe side: a wrong `read` runs without a human, a wrong `destructive` only costs a request.
 */
import type { Risk } from "../domain/approval.ts";
import type { Invocation } from "./invocations.ts";
import { riskOfGit } from "./risk_git.ts";
import { option } from "./command_options.ts";

type RiskRule = Risk | ((args: readonly string[], invocation: Invocation) => Risk);

const TABLE = new Map<string, RiskRule>();

function put(risk: RiskRule, names: string): void {
  for (const name of names.split(" ")) TABLE.set(name, risk);
}

// They print and change nothing, whatever their arguments. `env`, `printenv` and `set` are not here: they print
// secrets.
put(
  "read",
  "cat head tail wc ls ll pwd echo stat du df grep egrep fgrep which type whoami id uname true false :",
);
put("read", "sleep basename dirname realpath readlink cut tr nl od hexdump diff cmp comm md5sum md5 shasum");
put(
  "read",
  "sha1sum sha256sum sha512sum cksum uptime free seq column fold strings tac rev expr cd pushd popd dirs",
);
put("read", "nproc tty groups lscpu lsblk vm_stat sw_vers paste join expand unexpand case");
// `for` is not here: it sets a variable of any name. The following only read, except with the named options: output
// files, programs to run, settings.
put(unless("oTSz", "output", "temporary-directory", "buffer-size", "compress-program", "files0-from"), "sort");
put(unless("z", "pre", "pre-glob", "hostname-bin", "search-zip"), "rg");
put(unless("", "pager"), "ag");
// Arithmetic sets variables and evaluates the index of one, and some shells take it for any number: `[ -v 'a[$(x)]' ]`.
const INDEX = /\[[^]*[$`]/;
put(unlessWord(INDEX), "exit return");
put(unlessWord(/^-v/, INDEX), "printf");
put(unlessWord(/^-[vR]$/, INDEX, /[^=!]=|\+\+|--\w|\w--/), "test [ [[");
put(unlessWord(/\benv\b|\bENV\b|\b(?:import|include)\b|^-[a-zA-Z]*f|^--from/), "jq"); // shows the environment, as below
put((args) => args.some(showsEnvironment) ? "execute" : "read", "ps");
put(unless("oR", "output"), "tree");
put(unless("CmzZ", "compile", "magic-file", "uncompress"), "file");
put((args) => option(args, "sf", "set") || args.some((arg) => /^[\d-]*\d{4}/.test(arg)) ? "execute" : "read", "date");
put(unless("xX", "exec", "exec-batch"), "fd fdfind");
put((args) => operands(args) < 2 ? "read" : "write", "uniq xxd"); // the second is written
put((args) => args.length === 0 ? "read" : "execute", "hostname arch");
put((args) => args.includes("-v") || args.includes("-V") ? "read" : "execute", "command");
put("read", "nohup nice timeout gtimeout stdbuf setsid builtin caffeinate"); // their command is an invocation too
put((args) => {
  const [first] = args.slice(args.findIndex((arg) => arg !== "-p"));
  return first === undefined || !first.startsWith("-") ? "read" : option([first], "o", "output") ? "write" : "execute";
}, "time");
// Alone it prints the environment; with settings (PATH, LD_PRELOAD, GIT_PAGER …) the command may be another one than it
// seems.
put(([first = "-"]) => /^-|=/.test(first) ? "execute" : "read", "env");
put((args) => runsOnlyText(args) ? "read" : "execute", "sh bash zsh dash ksh mksh fish ash");
put((args) => {
  const [quiet, script, ...files] = args; // other scripts may write and run
  if (/^-[Enrs]*i(?:\.\w+)?$|^--in-place$/.test(quiet ?? "")) return editsOnly(script, files) ? "write" : "execute";
  const prints = quiet === "-n" && /^\d+(?:,(?:\d+|\$))?p$/.test(script ?? "");
  return prints && files.every((file) => !file.startsWith("-")) ? "read" : "execute";
}, "sed gsed");
put((args, invocation) => {
  if (args.some((arg) => /^-delete$/.test(arg))) return "destructive";
  if (args.some((arg) => /^-(?:exec|ok)(?:dir)?$/.test(arg))) return innerOfFind(args, invocation);
  return args.some((arg) => /^-f(?:print|ls)/.test(arg)) ? "write" : "read";
}, "find gfind bfs");

put(
  "write",
  "mkdir touch tee patch rmdir unzip gzip gunzip bzip2 bunzip2 xz unxz unzstd mktemp mkfifo",
);
put((args) => option(args, "", "strip-program") ? "execute" : "write", "install");
put((args) => args.includes("/dev/null") ? "destructive" : "write", "cp mv ln"); // nothing is left of the other one
put("destructive", "rm unlink grm");
put((args) => option(args, "R", "recursive") ? "destructive" : "write", "chmod chown chgrp setfacl");

put(
  "network",
  "curl wget scp sftp ftp tftp nc ncat netcat socat telnet ssh ping ping6 dig nslookup host whois mtr nmap",
);
put("network", "traceroute tracepath http https xh aria2c mosh rclone lftp npx pnpx bunx uvx pipx ssh-copy-id ansible");
put("network", "security op pass"); // they print secrets, which would go to the model's vendor
put((args) => args.some((arg) => /^--(?:del|remove-source)/.test(arg)) ? "destructive" : "network", "rsync");
put((args) => {
  if (some(args, "unpublish yank owner")) return "destructive";
  if (args.some((arg) => /^--(?:scri|node-o)/.test(arg))) return "destructive"; // other programs run
  const online = "install i in add ci update up upgrade get fetch publish login exec dlx x create init download sync " +
    "pull push search view info outdated audit require";
  return some(args.filter((arg) => !arg.startsWith("-")).slice(0, 2), online) ? "network" : "execute";
}, "npm pnpm yarn bun pip pip3 cargo go deno brew apt apt-get dnf yum pacman apk gem bundle composer poetry uv");

const CLOUD_DELETE =
  /^(?:delete|destroy|terminate|purge|remove|drain|rm|rb|uninstall|erase|reset|DELETE)(?:-|$)|^-destroy$/i;
put(
  (args) => args.some((arg) => CLOUD_DELETE.test(arg)) ? "destructive" : "network",
  "kubectl oc helm terraform tofu terragrunt pulumi cdk aws gcloud az gsutil gh glab heroku fly flyctl vercel netlify doctl",
);
put((args) => {
  if (some(args, "rm rmi prune") || (some(args, "down") && option(args, "v", "volumes"))) return "destructive";
  return some(args, "pull push login search build") ? "network" : "execute";
}, "docker podman nerdctl docker-compose");

put("destructive", "dd shred truncate mkfs fdisk sfdisk gdisk parted wipefs mkswap blkdiscard hdparm diskutil nvram");
put("destructive", "sudo doas su pkexec runuser shutdown reboot halt poweroff init telinit killall5");
// Programs that their arguments name run from here on.
put((args) => {
  const runs = ["to-command", "checkpoint-action", "use-compress-program", "rsh-command", "rmt-command"];
  const bundle = /^[A-Za-z]*[IF]/.test(args[0] ?? ""); // `tar cIf x a b`
  return bundle || option(args, "IF", ...runs, "new-volume-script", "info-script") ? "destructive" : "execute";
}, "tar gtar bsdtar");
put("destructive", "at batch visudo vipw passwd useradd userdel usermod chsh"); // what runs later, and who may
put((args) => args.length === 1 && args[0] === "-l" ? "read" : "destructive", "crontab");
put((args) => args.length > 1 && args.at(-1) === "-1" ? "destructive" : "execute", "kill");
put("execute", "xargs parallel watch exec");
// This program's own commands: an agent must not decide for the human.
put(
  (args) => /^(?:ls|show|status|approvals|watch|version|next)$/.test(args[0] ?? "") ? "execute" : "destructive",
  "agent-console agent-consoled",
);
put(riskOfGit, "git");

/** The risk of one command, without its redirections and the paths it names. */
export function riskOfInvocation(invocation: Invocation): Risk {
  const { name, trusted, args } = invocation;
  if (args.some((arg) => /^--(?:dangerously|yolo|allow-dangerously)/.test(arg))) return "destructive"; // no checks
  if (invocation.command.hasExpansion && /[*?]|\[./.test(name)) return "destructive"; // `/bin/r?` hides it
  const rule = TABLE.get(name) ?? (name.startsWith("mkfs.") ? "destructive" : "execute");
  const risk = typeof rule === "function" ? rule(args, invocation) : rule;
  return !trusted && (risk === "read" || risk === "write") ? "execute" : risk;
}

/** `-c TEXT`, `-lc TEXT`: no script, no other start-up file, no option that takes a text of its own. */
function runsOnlyText(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => !/^-[celux]+$/.test(arg));
  return /^[^-+]/.test(args[at] ?? "") && args.slice(0, at).some((arg) => arg.includes("c"));
}

function unless(short: string, ...long: readonly string[]): RiskRule {
  return (args) => option(args, short, ...long) ? "execute" : "read";
}

function unlessWord(...words: readonly RegExp[]): RiskRule {
  return (args) => args.some((arg) => words.some((word) => word.test(arg))) ? "execute" : "read";
}

/** How many words may be operands: after the first one some programs take no more options. `-` is one. */
function operands(args: readonly string[]): number {
  const first = args.findIndex((arg) => !/^-./.test(arg) || arg === "--");
  return first < 0 ? 0 : args.length - first - (args[first] === "--" ? 1 : 0);
}

/** `ps eww`, `ps p1 e`, `ps -E`, `ps -o environ`: other words of letters are taken for what they may be. */
function showsEnvironment(arg: string, at: number, args: readonly string[]): boolean {
  if (/environ/i.test(arg)) return true;
  return /^-[a-zA-Z]*E/.test(arg) || (/^[A-Za-z]*e/.test(arg) && !/^-[opu]$/.test(args[at - 1] ?? ""));
}

/** One `s` without the flags that run or write, or one that deletes lines; then only files. */
function editsOnly(script: string | undefined, files: readonly string[]): boolean {
  const plain = /^(?:[\d,$]*d|[\d,$]*s([/|#,:@!])(?:(?!\1)[^\\\n]|\\[^\n])*\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gIp\d]*)$/;
  return plain.test(script ?? "") && files.every((file) => !file.startsWith("-"));
}

function some(args: readonly string[], names: string): boolean {
  const all = names.split(" ");
  return args.some((arg) => all.includes(arg));
}

/** `find -exec` runs on whatever is found: only a command that reads keeps its class. */
function innerOfFind(args: readonly string[], invocation: Invocation): Risk {
  const inner = args[args.findIndex((arg) => /^-(?:exec|ok)(?:dir)?$/.test(arg)) + 1] ?? "";
  const only = args.filter((arg) => /^-(?:exec|ok)(?:dir)?$/.test(arg)).length === 1;
  const risk = riskOfInvocation({ ...invocation, name: inner, trusted: true, args: [], hasExtraArgs: true });
  return only && risk === "read" && !/^(?:sh|bash|env|nohup|nice|time|timeout)$/.test(inner)
    ? "execute"
    : "destructive";
}
