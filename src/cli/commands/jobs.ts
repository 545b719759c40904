/** `cron …`: jobs, their schedules and their runs. */
import { bold, dim, green, red, yellow } from "@std/fmt/colors";
import { escapeControls, oneLine } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { MAX_NEXT, MAX_RUNS_TOLD } from "../../protocol/limits.ts";
import type { ParamsOf, ResultOf } from "../../protocol/method_schemas.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { timeSpan } from "../../lib/time_span.ts";
import { duration, localTime, zonedTime } from "../../view/times.ts";
import { call, type CommandContext, read } from "../context.ts";
import { resolveSession } from "../resolve.ts";
import { withTilde } from "../tilde.ts";
import { seconds } from "../time_span.ts";
import { wholeNumber } from "../whole_number.ts";
import { promptOf, workFolder } from "./turn.ts";

type Job = ResultOf<"job.list">["jobs"][number];
type Run = ResultOf<"job.history">["runs"][number];

interface JsonOption {
  readonly json?: boolean;
}

export async function listJobs(run: CommandContext, { json }: JsonOption): Promise<void> {
  const { jobs } = await read(run, "job.list", {});
  if (json) return run.out.json({ jobs });
  if (jobs.length === 0) {
    return run.out.note("no jobs\nhint: agent-console cron add NAME SCHEDULE; --help tells what it can do");
  }
  const [name, schedule] = [width(jobs.map(({ id }) => id)), width(jobs.map((job) => job.schedule))];
  for (const job of jobs) {
    const columns = [bold(job.id.padEnd(name)), job.schedule.padEnd(schedule), stateOf(job)];
    run.out.line([...columns, ...lastOf(job)].join("  "));
    if (job.trouble !== undefined) run.out.line(yellow(`  ${escapeControls(job.trouble)}`));
  }
}

const width = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));

function stateOf({ enabled, running, waiting, queued, nextRun, timezone, skipped }: Job): string {
  const next = nextRun === null
    ? dim("over")
    : `next ${zonedTime(nextRun, timezone)} (in ${duration(Date.parse(nextRun) - Date.now() + 999)})`;
  const state = waiting ? [yellow("waits for you")] : running ? [green("runs")] : queued ? ["waits for its place"] : [];
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
  run.out.line(`${action.kind.padEnd(9)} ${escapeControls(actionText(action))}`);
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

function actionText(action: Job["action"]): string {
  switch (action.kind) {
    case "program":
      return action.program;
    case "command":
      return action.command;
    case "maintenance":
      return action.task;
    case "prompt": {
      const { agent, sessionId, cwd, timeoutSecs, text } = action;
      const whose = agent ?? `session ${sessionId}`;
      const how = [
        ...(cwd === undefined ? [] : [`in ${withTilde(cwd)}`]),
        ...(timeoutSecs === undefined ? [] : [`within ${timeSpan(timeoutSecs)}`]),
      ];
      return `${[whose, ...how].join(", ")}: ${oneLine(text)}`;
    }
  }
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
  const { jobId, startedAt, endedAt, dueAt, missed, stdout, stderr, sessionId } = one;
  const took = endedAt === undefined ? "" : `, took ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`;
  const cause = missed ? ", for missed times" : dueAt === null ? ", by hand" : "";
  const output = withOutput ? [stdout, stderr].flatMap((text) => text?.split("\n") ?? []) : [];
  const where = sessionId === undefined ? "" : `, session ${escapeControls(sessionId.slice(0, 8))}`;
  return [
    `${localTime(startedAt)}  ${bold(jobId)}  ${outcomeOf(one)}${dim(took + cause + where)}`,
    ...output.map((line) => dim(`  ${escapeControls(line)}`)),
  ];
}

interface ActionOptions {
  readonly program?: string;
  readonly prompt?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly cwd?: string;
  readonly timeout?: string;
  readonly command?: string;
  readonly maintenance?: Extract<Job["action"], { kind: "maintenance" }>["task"];
}

interface AddOptions extends ActionOptions, JsonOption {
  readonly timezone?: string;
  readonly missed: Job["missed"];
  readonly overlap: Job["overlap"];
  readonly cooldown?: string;
  readonly jitter?: string;
  readonly maxRuns?: string;
  readonly next?: string;
  readonly dryRun?: boolean;
}

/** @param more words behind the schedule @throws {ConsoleError} `usage`: the daemon runs no program but one that the configuration names */
export function assertNoProgramLine(id: string, more: readonly string[]): void {
  if (more.length === 0) return;
  const argv = shellQuote([JSON.stringify(more)]);
  throw new ConsoleError("usage", `too many arguments behind the schedule: ${escapeControls(shellQuote(more))}`, {
    hint:
      "a schedule holds three or more fields and stands in quotes; a program is named in the configuration, where a " +
      `job of its name finds it: agent-console config set scheduler.programs.${escapeControls(id)}.argv ${
        escapeControls(argv)
      }`,
  });
}

/** Times that a preview shows where nobody says how many. */
const PREVIEWED = 5;

export async function addJob(
  run: CommandContext,
  id: string,
  schedule: string,
  options: AddOptions,
): Promise<void> {
  const { timezone, missed, overlap, cooldown, jitter, maxRuns, dryRun = false, json } = options;
  const next = options.next === undefined ? (dryRun ? PREVIEWED : 1) : wholeNumber(options.next, "--next", MAX_NEXT);
  const params: ParamsOf<"job.add"> = {
    id,
    schedule,
    action: await actionOf(run, id, options),
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

const KINDS = ["program", "prompt", "command", "maintenance"] as const;
const OF_PROMPTS = ["agent", "session", "cwd", "timeout"] as const;

/** @throws {ConsoleError} `usage` where options do not go together */
async function actionOf(run: CommandContext, id: string, options: ActionOptions): Promise<Job["action"]> {
  const [kind = "program", other] = KINDS.filter((name) => options[name] !== undefined);
  if (other !== undefined) throw new ConsoleError("usage", `a job does one thing: --${kind} or --${other}`);
  const alone = kind === "prompt" ? undefined : OF_PROMPTS.find((name) => options[name] !== undefined);
  if (alone !== undefined) {
    throw new ConsoleError("usage", `--${alone} goes with --prompt`, {
      hint: "agent-console cron add NAME SCHEDULE --agent AGENT --prompt TEXT",
    });
  }
  const { program = id, prompt = "", agent, session, cwd, timeout, command = "", maintenance = "verify" } = options;
  if (kind === "program") return { kind, program };
  if (kind === "command" && !command.trimStart().startsWith("/")) {
    throw new ConsoleError("usage", `a command begins with a slash: /${command.trim()}`);
  }
  if (kind === "command") return { kind, command: command.trim() };
  if (kind === "maintenance") return { kind, task: maintenance };
  if ((agent === undefined) === (session === undefined) || (session !== undefined && cwd !== undefined)) {
    throw new ConsoleError("usage", "--prompt needs --agent or --session, and --cwd goes with --agent");
  }
  return {
    kind,
    text: await promptOf([prompt], "agent-console cron add NAME SCHEDULE --agent AGENT --prompt TEXT"),
    ...(session === undefined ? { agent: agent ?? "", cwd: workFolder(cwd) } : {
      sessionId: await resolveSession(run, session),
    }),
    ...(timeout === undefined ? {} : { timeoutSecs: seconds(timeout, "--timeout") }),
  };
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
