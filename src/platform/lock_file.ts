/** A lock between processes that the kernel frees when its holder dies, however it dies (flock(2)). */

export interface HeldLock {
  /** The file stays: removing it would let two holders lock two files of one name. */
  release(): void;
}

/** Takes the lock, or undefined where another process holds it. The file is made 0600. @throws the OS error */
export function tryLock(path: string): HeldLock | undefined {
  const file = Deno.openSync(path, { create: true, write: true, mode: 0o600 });
  if (file.tryLockSync(true)) return { release: () => file.close() };
  file.close();
  return undefined;
}
