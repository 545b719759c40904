/** How much room a file system has, and by which errors it says that there is none. */

/** What somebody can do about it. */
export const MAKE_ROOM =
  "make room on its disk (or raise its quota or the shell's ulimit -f), then run the command again";

/** EFBIG and ENOSPC, and EDQUOT as Linux and as macOS number it. */
const NO_ROOM = /\(os error (?:27|28|69|122)\)/;

/** Whether this is the system's message of a file that may not grow: a full disk, a quota, a limit of the shell. */
export function isNoRoom(problem: string): boolean {
  return NO_ROOM.test(problem);
}

/** What an ordinary user may still write where `path` is, bytes; undefined where the system does not say. */
export async function freeBytes(path: string): Promise<number | undefined> {
  try {
    const { statfsSync } = await import("node:fs"); // of the whole command line only `doctor` needs Node's layer
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
