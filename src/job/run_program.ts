/** A run of a program of the configuration: by its arguments, as a group of its own, to its end or its deadline. */
import type { FeatureContext } from "../core/service.ts";
import { clip } from "../domain/sanitize.ts";
import type { RunBounded, RunOutcome } from "../platform/bounded_run.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { env } from "../platform/process.ts";
import { timeSpan } from "../lib/time_span.ts";
import type { RunEnd } from "./job.ts";
import { jobEnv, programToRun } from "./programs.ts";
import { said } from "./said.ts";
import type { SchedulerSettings } from "./section.ts";

/** @param signal ends it, and all that it has started */
export async function runProgram(
  { settings, paths }: Pick<FeatureContext<SchedulerSettings>, "paths" | "settings">,
  run: RunBounded,
  { jobId, name, onStart }: { readonly jobId: string; readonly name: string; readonly onStart: (pid: number) => void },
  signal: AbortSignal,
): Promise<RunEnd> {
  const home = env("HOME");
  const program = programToRun(settings, name, home);
  if ("problem" in program) return { outcome: "failed", problem: program.problem };
  const { argv, timeoutMs, groupKill } = program;
  try {
    if (denoFiles.stat(paths.jobs) === undefined) denoFiles.mkdir(paths.jobs, 0o700);
  } catch (error) {
    return { outcome: "failed", problem: `its folder cannot be made: ${(error as Error).message}` };
  }
  const group = groupKill === undefined ? {} : { groupKill };
  const place = { env: jobEnv(home, jobId), cwd: paths.jobs };
  return endOf(await run(argv, { ...place, ...group, ms: timeoutMs, signal, onStart }), timeoutMs);
}

function endOf(outcome: RunOutcome, timeoutMs: number): RunEnd {
  if (outcome.kind === "unusable") return { outcome: "failed", problem: clip(outcome.problem, 400) };
  const printed = { ...said("stdout", outcome.stdout), ...said("stderr", outcome.stderr) };
  if (outcome.kind === "ended") {
    return { outcome: outcome.code === 0 ? "succeeded" : "failed", code: outcome.code, ...printed };
  }
  return { outcome: "timed_out", problem: `it did not end within ${timeSpan(timeoutMs / 1000)}`, ...printed };
}
