/**
 * Whether files, folders and sockets are safely ours. Pure: takes paths and lstat results, returns what is wrong, as a
 * predicate ("is a file, not a folder") that the caller puts behind the path. The hook's fast path imports this file, so
 * it imports next to nothing at run time. `uid` is ours, null where the platform has none.
 */
import { shellQuote } from "../lib/shell_quote.ts";
import type { FileStat } from "./system.ts";

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

/** Why a folder of our own is not to be read, or undefined. */
export function checkOwnFolder(stat: FileStat, uid: number | null): string | undefined {
  return stat.kind === "directory" ? foreign(stat, uid) : `is ${A[stat.kind]}, not a folder`;
}

/** Why this is no file to be read, or undefined. */
export function checkPlainFile({ kind }: Pick<FileStat, "kind">): string | undefined {
  return kind === "file" ? undefined : `is ${A[kind]}, not a file`;
}

const A: Readonly<Record<FileStat["kind"], string>> = {
  file: "a file",
  directory: "a folder",
  symlink: "a symlink",
  socket: "a socket",
  other: "a device or pipe",
};

/** Whose it is where it is not ours, or undefined. */
export function foreign(stat: Pick<FileStat, "uid">, uid: number | null): string | undefined {
  if (stat.uid === null || uid === null || stat.uid === uid) return undefined;
  return `belongs to uid ${stat.uid}, not to you (uid ${uid})`;
}

/** Why what is read or run from here could come from another user than us and root, or undefined. */
export function checkTrusted(stat: FileStat, uid: number | null): string | undefined {
  return (stat.uid === 0 ? undefined : foreign(stat, uid)) ?? writableByOthers(stat);
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

/**
 * Which folder it is, whatever path leads there: the same over a link and after a move, another one for a copy. Empty
 * where there is none.
 */
export function folderId(stat: FileStat | undefined): string {
  return stat === undefined ? "" : `${stat.device}:${stat.inode}`;
}

/** Whether neither of two real paths lies in the other. */
export function areApart(a: string, b: string): boolean {
  const within = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(outer === "/" ? "/" : `${outer}/`);
  return !within(a, b) && !within(b, a);
}
