/** Unix sockets over Deno's listener and connection. */

export interface Socket {
  /** Reads into `buffer`; null at the end. @throws the OS error, or BadResource after close */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes` and returns how many: it may be fewer. @throws BrokenPipe where the peer is gone */
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
  /** Lets the process end although this socket is open. */
  unref?(): void;
}

export interface Listener {
  /** @throws BadResource after close; a plain Error with `code` EMFILE where descriptors are short */
  accept(): Promise<Socket>;
  /** Closes and unlinks the path, also where it is a successor's by now: close only while the instance lock is held. */
  close(): void;
  /** It is the service manager's, who keeps it open: nothing closes its file, and who connects waits for the next daemon. */
  readonly isActivated?: boolean;
}

/**
 * Listens with a socket of mode 0600 from its first instant: the mode of a new socket is 0777 less the umask
 * (bind(2)), so the umask is narrowed around the bind and put back.
 *
 * @throws AddrInUse where something is at `path`
 */
export function listenUnix(path: string): Listener {
  const before = Deno.umask(0o177);
  try {
    return Deno.listen({ transport: "unix", path });
  } finally {
    Deno.umask(before);
  }
}

/** @throws ConnectionRefused (no listener), NotFound, PermissionDenied, or the signal's reason */
export async function connectUnix(path: string, signal?: AbortSignal): Promise<Socket> {
  signal?.throwIfAborted();
  const connecting = Deno.connect({ transport: "unix", path });
  if (signal === undefined) return await connecting;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([connecting, promise]);
  } catch (error) {
    // The connection may still succeed after we gave up; nothing else would close it.
    connecting.then((late) => late.close(), () => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** True for the errors that mean "no daemon listens there". */
export function isConnectionRefused(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused;
}
