/**
 * The label that people see of a call: what it does to the machine, said only where it is sure. Pure.
 *
 * A label informs, it is no sandbox: a program that is allowed to run can do anything.
 */
import type { ApprovalRequest, Risk } from "../domain/approval.ts";
import type { Carried } from "./carried.ts";
import type { Command } from "./plain_text.ts";
import { filesRead } from "./reads.ts";
import { destroys } from "./severe.ts";
import type { Where } from "./where.ts";

const WRITES = new Set("mkdir touch cp mv ln rmdir tee install mkfifo mktemp gzip gunzip unzip".split(" "));
const NETWORK = new Set(
  ("curl wget scp sftp ftp tftp nc ncat netcat socat telnet ssh ping ping6 dig nslookup host whois mtr nmap traceroute " +
    "http https xh aria2c mosh rsync rclone lftp gh glab ssh-copy-id").split(" "),
);
/** Package managers: with these words they download. */
const MANAGERS = new Set(
  "npm pnpm yarn bun pip pip3 cargo brew apt apt-get dnf yum pacman apk gem bundle composer poetry uv docker podman"
    .split(
      " ",
    ),
);
const DOWNLOADS =
  /^(?:install|i|add|ci|update|upgrade|fetch|publish|login|pull|push|search|download|outdated|audit|require)$/;
const GIT_NETWORK = /^(?:fetch|pull|clone|push|ls-remote|send-email)$/;
const GIT_WRITES = /^(?:add|mv|init|stash|branch|tag|switch|checkout)$/;

/** The label of the commands of a plain text. @param reads whether each only reads */
export function labelOfCommands(
  commands: readonly Command[],
  carried: readonly Carried[],
  reads: (command: Command) => boolean,
): Risk {
  if (carried.some(destroys)) return "destroys";
  const labels = commands.map((command) => reads(command) ? "reads" : labelOf(command));
  if (labels.includes("network")) return "network";
  if (labels.includes("unknown")) return "unknown";
  return labels.includes("writes") ? "writes" : "reads";
}

function labelOf([name, ...args]: Command): Risk {
  const [first = ""] = args.filter((arg) => !arg.startsWith("-"));
  if (NETWORK.has(name) || (MANAGERS.has(name) && DOWNLOADS.test(first))) return "network";
  if (name === "git") {
    return GIT_NETWORK.test(args[0] ?? "") ? "network" : GIT_WRITES.test(args[0] ?? "") ? "writes" : "unknown";
  }
  return WRITES.has(name) ? "writes" : "unknown";
}

/** The label of what is no command line. */
export function labelOfOther(request: ApprovalRequest, where: Where): Risk {
  switch (request.action) {
    case "write":
      return "writes";
    case "fetch":
      return "network";
    case "read":
      return filesRead(request, where) === undefined ? "unknown" : "reads";
    default:
      return "unknown";
  }
}
