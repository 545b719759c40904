/**
 * Where the files of one user are, and whether they are safely ours. Pure: takes paths and lstat results, returns what
 * is wrong. The hook's fast path imports this file, so it imports next to nothing at run time. `uid` is ours, null
 * where the platform has none.
 */
import { shellQuote } from "../lib/shell_quote.ts";
import type { FileStat } from "./system.ts";

/** Every path of the home folder (product.md §2). Folders end without a slash. */
export interface HomePaths {
  readonly root: string;
  readonly configJsonc: string;
  readonly configToml: string;
  readonly socket: string;
  /** Held locked by the daemon for its whole life. */
  readonly lock: string;
  /** Held by a client while it starts a daemon, so that many clients start one. */
  readonly startLock: string;
  readonly pid: string;
  readonly token: string;
  readonly ready: string;
  readonly journal: string;
  readonly logs: string;
  readonly log: string;
  readonly capsules: string;
  /** The journal's signing key. */
  readonly keys: string;
  /** Events of hooks that found no daemon. */
  readonly spool: string;
  /** Other people's settings as they were before hooks were installed. */
  readonly backups: string;
}

/** @param root absolute and normal, as {@link resolveHome} gives it */
export function homePaths(root: string): HomePaths {
  const at = (name: string) => root === "/" ? `/${name}` : `${root}/${name}`;
  return Object.freeze({
    root,
    configJsonc: at("config.jsonc"),
    configToml: at("config.toml"),
    socket: at("daemon.sock"),
    lock: at("daemon.lock"),
    startLock: at("daemon.start.lock"),
    pid: at("daemon.pid"),
    token: at("daemon.token"),
    ready: at("daemon.ready"),
    journal: at("journal"),
    logs: at("logs"),
    log: at("logs/daemon.log"),
    capsules: at("capsules"),
    keys: at("keys"),
    spool: at("spool"),
    backups: at("backups"),
  });
}

/** The folder's name in the user's home folder. */
export const HOME_NAME = ".agent-console";
/** A workspace's own configuration, below the folder in which an agent works. */
export const WORKSPACE_CONFIG = `${HOME_NAME}/config.jsonc`;

export interface ResolveHomeOptions {
  /** The value of `--home`. */
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `$HOME`. */
  readonly userHome: string | undefined;
  /** Absolute; what a relative path is relative to. */
  readonly cwd: string;
}

/**
 * The home folder: `--home`, else `AGENT_CONSOLE_HOME`, else `.agent-console` in the user's home. Empty counts as absent.
 *
 * @returns an absolute and normal path, or undefined where nothing names a folder (`HOME` is not set either)
 */
export function resolveHome(options: ResolveHomeOptions): string | undefined {
  const named = options.flag || options.env["AGENT_CONSOLE_HOME"];
  if (named) return resolveFrom(named, options.cwd);
  return options.userHome ? resolveFrom(`${options.userHome}/${HOME_NAME}`, options.cwd) : undefined;
}

/** Whether a variable that switches something says so: any text but these does, as with NO_COLOR. */
export function envFlag(value: string | undefined): boolean {
  return !["", "0", "false"].includes(value ?? "");
}

/** `path` absolute, without `.`, `..`, doubled or trailing slashes. Links are not followed. */
export function resolveFrom(path: string, cwd: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${cwd}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

// The problems below are predicates ("is a file, not a folder"): the caller puts the path before them.

/**
 * Why the home folder must not be used (promise S3), or undefined. Others may look into it (0755): then its files'
 * own modes guard them, and the daemon narrows it to 0700 when it starts.
 *
 * @param stat of the folder itself (lstat)
 */
export function checkHomeFolder(path: string, stat: FileStat, uid: number | null): string | undefined {
  if (path === "/") return "is the root of the file system";
  if (stat.kind !== "directory") return `is ${A[stat.kind]}, not a folder`;
  return foreign(stat, uid) ?? writableByOthers(stat);
}

/** `sun_path` is 104 bytes with its NUL on macOS and BSD, 108 on Linux; one limit, so that a home can move between them. */
const MAX_SOCKET_PATH = 103;

/** Why no socket can be bound or dialled at `path` (promise S5), or undefined. */
export function checkSocketPath(path: string): string | undefined {
  if (!path.startsWith("/")) return "is relative, not absolute";
  const bytes = new TextEncoder().encode(path).length;
  return bytes > MAX_SOCKET_PATH
    ? `is ${bytes} bytes long, more than the ${MAX_SOCKET_PATH} that the system allows for a socket's path`
    : undefined;
}

/**
 * Why what lies at the socket's path must not be dialled or replaced (promises S4, S6), or undefined.
 * Nothing there is fine: connecting then says so by itself.
 */
export function checkSocketObject(stat: FileStat | undefined, uid: number | null): string | undefined {
  if (stat === undefined) return undefined;
  if (stat.kind !== "socket") return `is ${A[stat.kind]}, not a socket`;
  return foreign(stat, uid);
}

/**
 * Why a socket in this folder cannot be trusted (promise S4), or undefined: whoever may rename in the folder decides who
 * listens. A folder of root's is fine (/tmp with its sticky bit, /run): root can read our memory anyway.
 */
export function checkSocketFolder(stat: FileStat, uid: number | null): string | undefined {
  if (stat.kind !== "directory") return `is ${A[stat.kind]}, not a folder`;
  if (stat.uid === 0) return undefined;
  return foreign(stat, uid) ?? writableByOthers(stat);
}

/** Why a file that controls us (the configuration) cannot be trusted, or undefined. */
export function checkOwnFile(stat: FileStat, uid: number | null): string | undefined {
  return checkPlainFile(stat) ?? foreign(stat, uid) ?? writableByOthers(stat);
}

/** Why this is no file to be read, or undefined. */
export function checkPlainFile({ kind }: FileStat): string | undefined {
  return kind === "file" ? undefined : `is ${A[kind]}, not a file`;
}

const A: Readonly<Record<FileStat["kind"], string>> = {
  file: "a file",
  directory: "a folder",
  symlink: "a symlink",
  socket: "a socket",
  other: "a device or pipe",
};

function foreign(stat: FileStat, uid: number | null): string | undefined {
  if (stat.uid === null || uid === null || stat.uid === uid) return undefined;
  return `belongs to uid ${stat.uid}, not to you (uid ${uid})`;
}

const WRITABLE = "which lets others write to it";

/** What cures a problem of `path`, where a command does. */
export function cureOf(path: string, problem: string): string | undefined {
  return problem.endsWith(WRITABLE) ? `chmod go-w ${shellQuote([path])}` : undefined;
}

function writableByOthers(stat: FileStat): string | undefined {
  if (stat.mode === null || (stat.mode & 0o022) === 0) return undefined;
  return `has mode ${stat.mode.toString(8).padStart(4, "0")}, ${WRITABLE}`;
}
