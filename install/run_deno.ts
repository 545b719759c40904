/** Deno as a tool of the build: one command to its end, with a deadline, and what it refuses as one line. */
import { RUNTIME_ENV } from "../src/platform/sandbox.ts";
import { ConsoleError } from "../src/protocol/errors.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly ms: number;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export async function run([program = "", ...args]: readonly string[], { cwd, ms, env }: RunOptions): Promise<Ran> {
  const signal = AbortSignal.timeout(ms);
  const output = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1", ...RUNTIME_ENV, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).output();
  const text = new TextDecoder();
  const stderr = signal.aborted ? `error: not done after ${ms / 1000} s` : text.decode(output.stderr);
  return { code: output.code, stdout: text.decode(output.stdout), stderr };
}

/** What Deno refuses, in one line. */
export function reason(stderr: string): string {
  return /^error: (.+)$/mi.exec(stderr)?.[1] ?? stderr.trim().split("\n")[0] ?? "";
}

/** Why, at the end of the chain that Deno prints. */
export function innermost(stderr: string): string {
  return [...stderr.matchAll(/^ +\d+: (?!<unknown>)(.+)$/gm)].at(-1)?.[1] ?? reason(stderr);
}

/** A build that ends. @param hint what the user can do about it */
export function buildError(message: string, hint?: string): ConsoleError {
  return new ConsoleError("failed", message, hint === undefined ? {} : { hint });
}
