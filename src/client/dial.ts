/**
 * From a home folder to a greeted connection. Before the first byte is sent the folder and the socket must be ours:
 * a listener of somebody else's would otherwise get the token (promise S4).
 * The hook's fast path imports this file: nothing from npm here.
 */
import { encodeLine } from "../protocol/envelope.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { PROTOCOL, VERSION } from "../protocol/version.ts";
import {
  checkHomeFolder,
  checkSocketFolder,
  checkSocketObject,
  checkSocketPath,
  type HomePaths,
} from "../platform/home.ts";
import { connectUnix, isNobodyThere, type Socket } from "../platform/sockets.ts";
import type { FileStat } from "../platform/system.ts";

/** What dialling needs from the platform; the real one is `denoFiles`. */
export interface Disk {
  read(path: string): Uint8Array;
  stat(path: string): FileStat | undefined;
}

export interface Where {
  readonly paths: HomePaths;
  /** From `--socket`, the environment or the ready file. */
  readonly socketPath: string;
  readonly uid: number | null;
}

/** The socket that the running daemon says it listens on, or the home's own. */
export function socketPathOf(disk: Disk, paths: HomePaths): string {
  try {
    const ready = JSON.parse(new TextDecoder().decode(disk.read(paths.ready))) as { socketPath?: unknown };
    return typeof ready.socketPath === "string" ? ready.socketPath : paths.socket;
  } catch {
    return paths.socket; // no daemon is up, or it is coming up
  }
}

function unsafe(path: string, problem: string | undefined): void {
  if (problem !== undefined) throw new ConsoleError("unsafe_path", `Cannot use ${path}: ${problem}`, { path });
}

/** @throws {ConsoleError} `unsafe_path` where the home folder is not safely ours; none at all is fine */
export function checkHome(disk: Pick<Disk, "stat">, root: string, uid: number | null): void {
  const stat = uid === null ? undefined : disk.stat(root);
  if (uid !== null && stat !== undefined) unsafe(root, checkHomeFolder(root, stat, uid));
}

/** @throws {ConsoleError} `unsafe_path` where a byte to this socket could reach somebody else */
export function checkWhere(disk: Disk, { paths, socketPath, uid }: Where): void {
  unsafe(socketPath, checkSocketPath(socketPath));
  checkHome(disk, paths.root, uid);
  if (uid === null) return;
  const folder = socketPath.slice(0, socketPath.lastIndexOf("/")) || "/";
  const stat = disk.stat(folder);
  if (stat !== undefined) unsafe(folder, checkSocketFolder(stat, uid));
  else if (folder !== paths.root) unsafe(folder, "is not there, must be a folder (it holds the socket)");
  unsafe(socketPath, checkSocketObject(disk.stat(socketPath), uid));
}

/** A connection, or undefined where no daemon listens. @throws {ConsoleError} `unsafe_path` */
export async function connect(disk: Disk, where: Where, signal: AbortSignal): Promise<Socket | undefined> {
  checkWhere(disk, where);
  try {
    return await connectUnix(where.socketPath, signal);
  } catch (error) {
    if (isNobodyThere(error)) return undefined;
    throw error;
  }
}

/** The daemon's token, which only its user can read. Undefined while no daemon runs. */
export function readToken(disk: Disk, paths: HomePaths): string | undefined {
  try {
    return new TextDecoder().decode(disk.read(paths.token)).trim();
  } catch {
    return undefined;
  }
}

export function helloLine(id: number, kind: string, token?: string): Uint8Array {
  return encodeLine({
    jsonrpc: "2.0",
    id,
    method: "hello",
    params: { protocol: PROTOCOL, client: `agent-console/${VERSION}`, kind, ...(token === undefined ? {} : { token }) },
  });
}

/** Writes all of `bytes`. @throws the OS error */
export async function writeAll(socket: Socket, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at));
}
