/** A program that the daemon talks with over its stdin and stdout, for as long as both are there. */
import { commandOf } from "./process.ts";

export interface PipedProcess {
  readonly pid: number;
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** How it ended, in words: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Undefined where a signal has ended it. */
  readonly exitCode: Promise<number | undefined>;
  /** SIGKILL for it alone, and not for what it has started. One that has ended is no error. */
  slay(): void;
}

export interface PipedOptions {
  readonly cwd: string;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts `argv`, its program an absolute path, without a shell and in a session of its own: process_group.ts ends it with
 * what it started.
 *
 * @throws where it cannot be started: the message says why
 */
export function startPiped(argv: readonly string[], { cwd, env }: PipedOptions): PipedProcess {
  const streams = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = commandOf(argv, { cwd, env, detached: true, ...streams }).spawn();
  return {
    pid: child.pid,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: child.status.then(({ code, signal }) => signal ?? `exit code ${code}`),
    exitCode: child.status.then(({ code, signal }) => signal === null ? code : undefined),
    slay: () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // it has ended just now
      }
    },
  };
}
