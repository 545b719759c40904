/**
 * The label that people see of a call: what it does to the machine, said only where it is sure. Pure.
 *
 * A label informs, it is no sandbox: a program that is allowed to run can do anything.
 */
import { type ApprovalRequest, type Risk, SEARCH_FILTERS } from "../domain/approval.ts";
import type { Carried } from "./carried.ts";
import type { Command } from "./plain_text.ts";
import { isSecretPlace, resolvePath, showsCodeOnly } from "./places.ts";
import { workspaceFiles } from "./reads.ts";
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

/** What a tool that reads shows, as absolute paths, where all of it is the workspace's own and no secret. */
export function filesRead({ subject, paths }: ApprovalRequest, where: Where): readonly string[] | undefined {
  if (!subject.startsWith("{")) {
    if (subject === "" || subject.includes("\n")) return undefined;
    const files = workspaceFiles([subject], where);
    // A search of the whole workspace shows its files with credentials too.
    const isSearch = paths?.some((path) => path.endsWith("/**")) === true;
    return isSearch && where.workspace !== undefined && files?.[0] === resolvePath(where.workspace, "/")
      ? undefined
      : files;
  }
  // A search: its input as JSON. Its filters say which files of the folder are shown.
  let input: Record<string, unknown>;
  try {
    input = JSON.parse(subject) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const filters = SEARCH_FILTERS.flatMap((name) => input[name] ?? []);
  const all = filters.length > 0 ? filters : [input["pattern"] ?? ""];
  const plain = all.every((one) => typeof one === "string" && !isSecretPlace(one) && showsCodeOnly(one));
  const folders = (paths ?? ["."]).filter((path) => !path.endsWith("/**"));
  return plain ? workspaceFiles(folders, where) : undefined;
}
