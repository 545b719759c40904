/** Changes of files in folders, as the kernel reports them. */

/**
 * Calls `changed` with the names of what was made, changed or removed in `folder`, not below it. Several changes may
 * come as one, and a name may come twice. Keeps the process alive until it is stopped.
 *
 * @returns the stop
 * @throws NotFound where there is no such folder, NotCapable where the sandbox does not let us
 */
export function watchFolder(folder: string, changed: (names: readonly string[]) => void): () => void {
  const watcher = Deno.watchFs(folder, { recursive: false });
  const names = (paths: readonly string[]) => changed(paths.map((path) => path.slice(path.lastIndexOf("/") + 1)));
  // Where the system ended the watch, a caller that polls still sees everything.
  report(watcher, names).catch(() => {});
  let stopped = false;
  return () => {
    if (!stopped) watcher.close();
    stopped = true;
  };
}

export interface FoldersWatch {
  /** With the paths of what was made, changed or removed; a folder's own path where that was. May be empty: anything. */
  readonly changed: (paths: readonly string[]) => void;
  /** The system ended the watch, with the reason in words. */
  readonly failed: (reason: string) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/**
 * Watches several folders, not what lies in folders below them: a recursive watch would follow links out of them, and walk
 * whatever is there. Keeps the process alive until the signal.
 *
 * @throws NotFound where one of them is not there, NotCapable where the sandbox does not let us, Error where the system
 *   gives no more watches
 */
export function watchFolders(folders: readonly string[], { changed, failed, signal }: FoldersWatch): void {
  if (signal.aborted) return;
  const watcher = Deno.watchFs([...folders], { recursive: false });
  signal.addEventListener("abort", () => watcher.close(), { once: true });
  const ended = (reason: string) => {
    if (!signal.aborted) failed(reason);
  };
  report(watcher, (paths) => {
    if (!signal.aborted) changed(paths);
  }).then(() => ended("the watch ended"), (error) => ended((error as Error).message));
}

async function report(watcher: Deno.FsWatcher, changed: (paths: readonly string[]) => void): Promise<void> {
  for await (const { kind, paths } of watcher) if (kind !== "access") changed(paths);
}
