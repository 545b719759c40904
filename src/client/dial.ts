/**
 * Connects to the daemon of a home folder and says hello. Before the first byte is sent the folder and the socket must
 * be ours: another user's listener would otherwise get the token (promise S4). The hook's fast path imports this file:
 * nothing from npm here.
 */
import type { ParamsOf } from "../protocol/method_schemas.ts";
import { PROTOCOL, VERSION } from "../protocol/version.ts";
import { assertEndpointSafe, type DaemonEndpoint } from "../config/endpoint.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { folderId } from "../platform/path_safety.ts";
import { connectUnix, isConnectionRefused, type Socket } from "../platform/sockets.ts";
import type { FileStat } from "../platform/system.ts";

/** What dialling needs from the platform; the real one is `denoFiles`. */
export interface Disk {
  read(path: string): Uint8Array;
  stat(path: string): FileStat | undefined;
}

/**
 * The socket that the running daemon says it listens on, or the home's own. Another one counts only where the ready file
 * names the very folder that it lies in: that of a copied home names the first one.
 */
export function socketPathOf(disk: Disk, paths: HomePaths): string {
  try {
    const ready = JSON.parse(new TextDecoder().decode(disk.read(paths.ready))) as Readonly<Record<string, unknown>>;
    const { socketPath, folder } = ready;
    if (typeof socketPath !== "string" || typeof folder !== "string") return paths.socket;
    return folder === folderId(disk.stat(paths.root)) ? socketPath : paths.socket;
  } catch {
    return paths.socket; // no daemon is up, or it is coming up
  }
}

/** A connection, or undefined where no daemon listens. @throws {ConsoleError} `unsafe_path` */
export async function connect(disk: Disk, where: DaemonEndpoint, signal: AbortSignal): Promise<Socket | undefined> {
  assertEndpointSafe(disk, where);
  try {
    return await connectUnix(where.socketPath, signal);
  } catch (error) {
    if (isConnectionRefused(error)) return undefined;
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

export function ownHello(kind: string, token?: string, methods?: readonly string[]): ParamsOf<"hello"> {
  return {
    protocol: PROTOCOL,
    client: `agent-console/${VERSION}`,
    kind,
    ...(token === undefined ? {} : { token }),
    ...(methods === undefined ? {} : { methods: [...methods] }),
  };
}
