/**
 * B11: what our programs add to a compiled hello world. Both are compiled onto the same base, so that its size falls out of
 * the difference: Deno's own binary, which is always here, stands in for the runtime base, which a server of Deno's has.
 */
import { buildCompiled } from "../../install/build.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { denoDir } from "../support/harness_guard.ts";
import { run } from "../support/harness_process.ts";
import { TestHome } from "../support/harness.ts";
import { judged, type Row } from "./result.ts";

const GOAL_MB = 2;
const COMPILE_MS = 120_000;
const PROGRAMS = ["agent-console", "agent-consoled"] as const;

export async function size(): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  const work = `${home.root}/compiled`;
  const paths = homePaths(`${home.root}/home`);
  for (const folder of [work, paths.root]) await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const base = { DENORT_BIN: Deno.execPath() };
  await helloWorld(work, base);
  await buildCompiled(work, { home: paths.root, env: base });
  const hello = await megabytes(`${work}/hello`);
  const rows: Row[] = [];
  for (const name of PROGRAMS) {
    const more = await megabytes(`${work}/${name}`) - hello;
    const row = {
      id: "B11",
      what: `size of the compiled \`${name}\``,
      counterpart: "a compiled hello world on the same base",
      goal: `+ ≤ ${GOAL_MB} MB`,
      measured: `+ ${more.toFixed(2)} MB`,
    };
    rows.push(judged(row, `size of ${name}, compiled`, Math.max(0, more) / GOAL_MB));
  }
  return rows;
}

async function helloWorld(folder: string, base: Record<string, string>): Promise<void> {
  await Deno.writeTextFile(`${folder}/hello.ts`, 'console.log("hello, world");\n');
  const argv = [Deno.execPath(), "compile", "-q", "--no-check", "--no-config", "-o", `${folder}/hello`];
  const env = { PATH: Deno.env.get("PATH") ?? "", DENO_DIR: denoDir(), DENO_NO_UPDATE_CHECK: "1", ...base };
  const { code, stderr } = await run([...argv, `${folder}/hello.ts`], { env, timeoutMs: COMPILE_MS });
  if (code !== 0) throw new Error(`hello world was not compiled: ${stderr}`);
}

/** MB (10^6 bytes). */
async function megabytes(path: string): Promise<number> {
  return (await Deno.stat(path)).size / 1e6;
}
