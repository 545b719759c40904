/**
 * Files that our starter left open and that we would hand on. Agents and their shells leak such: a daemon that keeps one
 * for days keeps a pipe from ending, a lock held, a disk busy. Deno starts programs with all that was not marked.
 */

/** By the name that the loader finds it under; the first that is there. */
const C_LIBRARY: Readonly<Record<string, readonly string[]>> = {
  darwin: ["/usr/lib/libSystem.B.dylib"],
  linux: ["libc.so.6", "libc.so"],
};

const SET_FD_FLAGS = 2;
const CLOSE_ON_EXEC = 1n;

/**
 * Marks every open file above 2 as not to be handed on. Never throws: where the C library cannot be called (a sandbox,
 * another system) they are handed on as before.
 */
export function keepFilesToUs(): void {
  const library = open(C_LIBRARY[Deno.build.os] ?? []);
  if (library === undefined) return;
  try {
    for (const { name } of [...Deno.readDirSync("/dev/fd")]) {
      const fd = Number(name);
      // The value is given in each place where an ABI may look for the first argument of "...": in a register like the
      // others, or behind eight of them on the stack (arm64 of Apple).
      const value = [CLOSE_ON_EXEC, 1n, 1n, 1n, 1n, 1n, CLOSE_ON_EXEC] as const;
      if (fd > 2) library.symbols.fcntl(fd, SET_FD_FLAGS, ...value);
    }
  } catch {
    // No such folder: nothing is known of what is open.
  } finally {
    library.close();
  }
}

function open(names: readonly string[]) {
  for (const name of names) {
    try {
      return Deno.dlopen(name, {
        fcntl: { parameters: ["i32", "i32", "i64", "i64", "i64", "i64", "i64", "i64", "i64"], result: "i32" },
      });
    } catch {
      // Not here, or not for us.
    }
  }
  return undefined;
}
