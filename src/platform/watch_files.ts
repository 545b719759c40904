/** Changes of files in one folder, as the kernel reports them. */

/**
 * Calls `changed` with the names of what was made, changed or removed in `folder`, not below it. Several changes may
 * come as one, and a name may come twice. Keeps the process alive until it is stopped.
 *
 * @returns the stop
 * @throws NotFound where there is no such folder, NotCapable where the sandbox does not let us
 */
export function watchFolder(folder: string, changed: (names: readonly string[]) => void): () => void {
  const watcher = Deno.watchFs(folder, { recursive: false });
  const listen = async () => {
    for await (const { kind, paths } of watcher) {
      if (kind !== "access") changed(paths.map((path) => path.slice(path.lastIndexOf("/") + 1)));
    }
  };
  listen().catch(() => {}); // the system ended the watch; a caller that polls still sees everything
  let stopped = false;
  return () => {
    if (!stopped) watcher.close();
    stopped = true;
  };
}
