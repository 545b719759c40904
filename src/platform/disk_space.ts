/** How much room a file system has. */

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
