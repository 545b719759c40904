/** `cron …`: jobs, their schedules and their runs. */
import { bold, dim, green, red, yellow } from "@std/fmt/colors";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { MAX_NEXT, MAX_RUNS_TOLD } from "../../protocol/limits.ts";
import type { ParamsOf, ResultOf } from "../../protocol/method_schemas.ts";
import { duration, localTime, zonedTime } from "../../view/times.ts";
import { call, type CommandContext, read } from "../context.ts";
import { seconds } from "../time_span.ts";
import { wholeNumber } from "../whole_number.ts";

type Job = ResultOf<"job.list">["jobs"][number];
type Run = ResultOf<"job.history">["runs"][number];

interface JsonOption {
  readonly json?: boolean;
}

export async function listJobs(run: CommandContext, { json }: JsonOption): Promise<void> {
  const { jobs } = await read(run, "job.list", {});
  if (json) return run.out.json({ jobs });
  if (jobs.length === 0) {
    return run.out.note("no jobs\nhint: agent-console cron add NAME SCHEDULE, with a program of scheduler.programs");
  }
  const [name, schedule] = [width(jobs.map(({ id }) => id)), width(jobs.map((job) => job.schedule))];
  for (const job of jobs) {
    const columns = [bold(job.id.padEnd(name)), job.schedule.padEnd(schedule), stateOf(job)];
    run.out.line([...columns, ...lastOf(job)].join("  "));
    if (job.trouble !== undefined) run.out.line(yellow(`  ${escapeControls(job.trouble)}`));
  }
}

const width = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));

function stateOf({ enabled, running, queued, nextRun, timezone, skipped }: Job): string {
  const next = nextRun === null
    ? dim("over")
    : `next ${zonedTime(nextRun, timezone)} (in ${duration(Date.parse(nextRun) - Date.now() + 999)})`;
  const state = running ? [green("runs")] : queued ? ["waits for its place"] : [];
  const why = skipped === undefined ? [] : [dim(`skipped: ${skipped.why.replace("_", " ")}`)];
  return [...state, enabled ? next : dim("disabled"), ...why].join(", ");
}

function lastOf({ lastRun }: Job): string[] {
  return lastRun?.outcome === undefined ? [] : [`last ${outcomeOf(lastRun)}`];
}

function outcomeOf({ outcome, code, problem }: Pick<Run, "outcome" | "code" | "problem">): string {
  if (outcome === undefined) return green("runs");
  if (outcome === "succeeded") return green(outcome);
  const why = problem ?? (code === undefined ? undefined : `exit code ${code}`);
  return red(outcome.replace("_", " ")) + (why === undefined ? "" : `: ${escapeControls(why)}`);
}

export async function showJob(run: CommandContext, given: string, { json }: JsonOption): Promise<void> {
  const job = await jobNamed(run, given);
  const { runs } = await read(run, "job.history", { id: job.id });
  if (json) return run.out.json({ job, runs });
  const { schedule, timezone, action, missed, overlap, cooldownSecs, jitterSecs, maxRuns } = job;
  run.out.line(`${bold(job.id)}  ${stateOf(job)}`);
  run.out.line(`schedule  ${schedule}  ${timezone}`);
  run.out.line(`program   ${action.program}`);
  const policy = [
    `missed ${missed}`,
    `overlap ${overlap}`,
    ...(cooldownSecs === 0 ? [] : [`cooldown ${duration(cooldownSecs * 1000)}`]),
    ...(jitterSecs === 0 ? [] : [`jitter ${duration(jitterSecs * 1000)}`]),
    ...(maxRuns === null ? [] : [`${job.runs} of ${maxRuns} runs`]),
  ];
  run.out.line(`policy    ${policy.join(", ")}`);
  if (job.trouble !== undefined) run.out.line(yellow(`trouble   ${escapeControls(job.trouble)}`));
  for (const one of runs) for (const line of runLines(one, true)) run.out.line(line);
}

export async function listRuns(
  run: CommandContext,
  given: string | undefined,
  { lines, json }: JsonOption & { readonly lines?: string },
): Promise<void> {
  const limit = lines === undefined ? 20 : wholeNumber(lines, "--lines", MAX_RUNS_TOLD);
  const one = given === undefined ? {} : { id: (await jobNamed(run, given)).id };
  const { runs } = await read(run, "job.history", { ...one, limit });
  if (json) return run.out.json({ runs });
  if (runs.length === 0) return run.out.note("no runs yet");
  for (const each of runs) for (const line of runLines(each, false)) run.out.line(line);
}

function runLines(one: Run, withOutput: boolean): string[] {
  const { jobId, startedAt, endedAt, dueAt, missed, stdout, stderr } = one;
  const took = endedAt === undefined ? "" : `, took ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`;
  const cause = missed ? ", for missed times" : dueAt === null ? ", by hand" : "";
  const output = withOutput ? [stdout, stderr].flatMap((text) => text?.split("\n") ?? []) : [];
  return [
    `${localTime(startedAt)}  ${bold(jobId)}  ${outcomeOf(one)}${dim(took + cause)}`,
    ...output.map((line) => dim(`  ${escapeControls(line)}`)),
  ];
}

interface AddOptions extends JsonOption {
  readonly program?: string;
  readonly timezone?: string;
  readonly missed: Job["missed"];
  readonly overlap: Job["overlap"];
  readonly cooldown?: string;
  readonly jitter?: string;
  readonly maxRuns?: string;
  readonly next?: string;
  readonly dryRun?: boolean;
}

/** Times that a preview shows where nobody says how many. */
const PREVIEWED = 5;

export async function addJob(
  run: CommandContext,
  id: string,
  schedule: string,
  options: AddOptions,
): Promise<void> {
  const { program = id, timezone, missed, overlap, cooldown, jitter, maxRuns, dryRun = false, json } = options;
  const next = options.next === undefined ? (dryRun ? PREVIEWED : 1) : wholeNumber(options.next, "--next", MAX_NEXT);
  const params: ParamsOf<"job.add"> = {
    id,
    schedule,
    action: { kind: "program", program },
    missed,
    overlap,
    next,
    ...(timezone === undefined ? {} : { timezone }),
    ...(cooldown === undefined ? {} : { cooldownSecs: seconds(cooldown, "--cooldown") }),
    ...(jitter === undefined ? {} : { jitterSecs: seconds(jitter, "--jitter") }),
    ...(maxRuns === undefined ? {} : { maxRuns: wholeNumber(maxRuns, "--max-runs", 999_999) }),
    ...(dryRun ? { dryRun } : {}),
  };
  const added = await call(run, "job.add", params);
  if (json) return run.out.json({ added: !dryRun, id, timezone: added.timezone, next: added.next });
  for (const time of added.next) run.out.line(zonedTime(time, added.timezone));
  run.out.note(dryRun ? "nothing was added" : `${id}: added, in the time zone ${added.timezone}`);
}

const DONE = {
  remove: "removed",
  enable: "enabled",
  disable: "disabled",
  run: "has begun",
  cancel: "cancelled",
} as const;

export async function changeJob(run: CommandContext, change: keyof typeof DONE, given: string): Promise<void> {
  const { id } = await jobNamed(run, given);
  await call(run, `job.${change}`, { id });
  const hint = change === "run" ? `\nhint: agent-console cron jobs ${id} tells how it ends` : "";
  run.out.note(`${id}: ${DONE[change]}${hint}`);
}

/** @throws {ConsoleError} `not_found`, or `usage` where several begin so */
async function jobNamed(run: CommandContext, given: string): Promise<Job> {
  const { jobs } = await read(run, "job.list", {});
  const exact = jobs.find(({ id }) => id === given);
  const matches = exact === undefined ? jobs.filter(({ id }) => given !== "" && id.startsWith(given)) : [exact];
  const [job] = matches;
  const named = `"${escapeControls(given)}"`;
  const hint = { hint: "agent-console cron list" };
  if (job === undefined) throw new ConsoleError("not_found", `no job matches ${named}`, hint);
  if (matches.length > 1) throw new ConsoleError("usage", `${named} matches ${matches.length} jobs`, hint);
  return job;
}
