/** How long a whole process takes, for whoever wants to know what it costs an agent. */
import { commandOf } from "./process.ts";

const TIMEOUT_MS = 5000;

/** Runs `argv` with an empty stdin to its end. @returns ms; at most the timeout */
export async function measureProgram(
  argv: readonly string[],
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<number> {
  const begun = performance.now();
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  await commandOf(argv, { cwd, env, ...streams, signal: AbortSignal.timeout(TIMEOUT_MS) }).output();
  return performance.now() - begun;
}
