/** Numbers from repeated work: alternating, warmed up, as medians. */
import { quantile } from "../support/harness_wait.ts";

export { quantile };

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** One way to do a job; gives its cost. */
export type Way = () => Promise<number>;

/**
 * Runs the ways in turn, A B A B, so that noise of the machine falls on all alike; the first `warmUp` rounds are not
 * counted. Gives the costs of each way.
 */
export async function alternate<Name extends string>(
  ways: Readonly<Record<Name, Way>>,
  options: { readonly rounds: number; readonly warmUp: number },
): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[];
  const costs = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -options.warmUp; round < options.rounds; round++) {
    for (const name of names) {
      const cost = await ways[name]();
      if (round >= 0) costs[name].push(cost);
    }
  }
  return costs;
}

/** Milliseconds of a whole process, from its spawn to its end. @throws where it fails or writes to stderr */
export async function processMs(
  argv: readonly string[],
  options: { readonly env: Record<string, string>; readonly stdin?: Uint8Array },
): Promise<number> {
  const [program = "", ...args] = argv;
  const began = performance.now();
  const child = new Deno.Command(program, {
    args,
    clearEnv: true,
    env: options.env,
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(20_000),
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(options.stdin);
    await writer.close();
  }
  const { code, stderr } = await child.output();
  const ms = performance.now() - began;
  if (code !== 0 || stderr.length > 0) {
    throw new Error(`${argv.join(" ")} failed: exit ${code}, ${new TextDecoder().decode(stderr)}`);
  }
  return ms;
}
