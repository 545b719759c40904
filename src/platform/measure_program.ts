/** How long a whole process takes, for whoever wants to know what it costs an agent. */
const TIMEOUT_MS = 5000;

/** Runs `argv` with an empty stdin to its end. @returns ms; at most the timeout */
export async function measureProgram(
  [program = "", ...args]: readonly string[],
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<number> {
  const begun = performance.now();
  await new Deno.Command(program, {
    args,
    cwd,
    clearEnv: true,
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).output();
  return performance.now() - begun;
}
