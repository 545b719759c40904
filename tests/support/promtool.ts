/** Prometheus' own checks, by promtool; a test that lacks it is ignored and says so. */
const PROMTOOL = "/usr/bin/promtool";

/** Why the checks cannot run; empty where they can. */
export const NO_PROMTOOL: string = isThere() ? "" : " (no promtool: apt-get install prometheus)";

function isThere(): boolean {
  try {
    return Deno.statSync(PROMTOOL).isFile;
  } catch {
    return false;
  }
}

/** @returns its exit code and all that it said */
export async function promtool(
  args: readonly string[],
  stdin = "",
  ms = 30_000,
): Promise<{ readonly code: number; readonly said: string }> {
  const child = new Deno.Command(PROMTOOL, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(ms),
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, said: text(stdout) + text(stderr) };
}
