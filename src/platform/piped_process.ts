/** A program that the daemon talks with over its stdin and stdout for as long as it likes, and ends with all that it started. */

export interface PipedProcess {
  readonly pid: number;
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** How it ended, in words: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
}

export interface PipedOptions {
  readonly cwd: string;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts `argv`, its program an absolute path, without a shell and in a session of its own: {@link endGroup} ends it and
 * what it started.
 *
 * @throws where it cannot be started: the message says why
 */
export function startPiped(argv: readonly string[], { cwd, env }: PipedOptions): PipedProcess {
  const [program = "", ...args] = argv;
  const streams = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program, { args, cwd, env: { ...env }, clearEnv: true, detached: true, ...streams })
    .spawn();
  return {
    pid: child.pid,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: child.status.then(({ code, signal }) => signal ?? `exit code ${code}`),
  };
}

/** Of these the daemon may run the one that exists: a scoped sandbox lets it send no signal by itself. */
export const KILL_PROGRAMS: readonly string[] = ["/usr/bin/kill", "/bin/kill"];

/** Sends `signal` to the whole group of `pid`. Resolves when that is done; a group that is gone is no error. */
export async function signalGroup(killer: string, pid: number, signal: "TERM" | "KILL"): Promise<void> {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const args = [`-${signal}`, "--", `-${pid}`];
  await new Deno.Command(killer, { args, cwd: "/", clearEnv: true, env: {}, ...streams }).output().catch(() => {});
}
