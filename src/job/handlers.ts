/** The handlers of the jobs' methods. */
import type { FeatureContext } from "../core/service.ts";
import { type Once, onceOf } from "../core/idempotency.ts";
import type { CommitResult } from "../core/commit_result.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { env } from "../platform/process.ts";
import { MCP } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { Handlers } from "../rpc/handler.ts";
import type { Peer } from "../rpc/peer.ts";
import { checkAction, checkProgram } from "./check_action.ts";
import type { Job } from "./job.ts";
import { isWaiting, type JobRun, type Jobs, type JobState, runningOf } from "./jobs.ts";
import type { jobMethods } from "./methods.ts";
import { checkSchedule, nextTime } from "./next_time.ts";
import { programToRun } from "./programs.ts";
import type { Scheduler } from "./scheduler.ts";
import { JOB_NAMES, type SchedulerSettings } from "./section.ts";
import { isTimeZone, machineZone } from "./zone.ts";

export interface JobHandlerDeps {
  readonly context: FeatureContext<SchedulerSettings>;
  readonly jobs: Jobs;
  readonly scheduler: Scheduler;
}

/** More would be a mistake of a script. */
const MAX_JOBS = 200;
/** Runs that a history tells where nobody says how many. */
const SHOWN_RUNS = 50;

type Target = ParamsOf<"job.remove">;

export function jobHandlers({ context, jobs, scheduler }: JobHandlerDeps): Handlers<keyof typeof jobMethods> {
  const { store, clock, settings } = context;

  function change(method: string, params: Target, make: (once: Once) => CommitResult): CommitResult {
    const once = onceOf(method, params);
    const earlier = store.repeated(once);
    if (earlier !== undefined) return earlier;
    const committed = make(once);
    scheduler.look();
    return committed;
  }

  return {
    "job.add": async (params, { peer }) => {
      const { next = 0, dryRun } = params;
      const once = onceOf("job.add", params);
      const job = newJob(params, settings.current, peer);
      const answer = (committed: CommitResult) => ({
        ...committed,
        timezone: job.timezone,
        next: nextTimes(job, clock.now(), next, () => clock.steady()),
      });
      const earlier = store.repeated(once);
      if (earlier !== undefined) return answer(earlier);
      checkNew(job, context, jobs);
      await checkAction(context, job.action, peer);
      checkNew(job, context, jobs); // another may have come meanwhile
      const since = store.repeated(once);
      if (since !== undefined) return answer(since);
      if (dryRun) return answer({ seq: store.seq, sessionId: null, status: null });
      scheduler.forget(job.id);
      const committed = store.commit({ type: "job.added", data: { job } }, peer.actor, once);
      scheduler.look();
      return answer(committed);
    },
    "job.list": ({ id }) => {
      const shown = id === undefined ? [...jobs.all()] : [known(jobs, id)];
      return { jobs: shown.map((state) => jobView(state, scheduler, context)) };
    },
    "job.history": ({ id, limit = SHOWN_RUNS }) => {
      const shown = id === undefined ? [...jobs.all()] : [known(jobs, id)];
      const runs = shown.flatMap(({ job, history }) => history.map((run) => ({ jobId: job.id, ...runView(run) })));
      return { runs: runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, limit) };
    },
    "job.remove": (params, { peer }) =>
      change("job.remove", params, (once) => {
        const { job } = idle(changeable(jobs, params.id, peer));
        const committed = store.commit({ type: "job.removed", data: { jobId: job.id } }, peer.actor, once);
        scheduler.forget(job.id);
        return committed;
      }),
    "job.enable": (params, { peer }) =>
      change("job.enable", params, (once) => {
        const { job, enabled } = changeable(jobs, params.id, peer);
        if (enabled) throw new ConsoleError("conflict", `the job "${job.id}" is enabled already`);
        scheduler.forget(job.id);
        return store.commit({ type: "job.enabled", data: { jobId: job.id } }, peer.actor, once);
      }),
    "job.disable": (params, { peer }) =>
      change("job.disable", params, (once) => {
        const { job, enabled } = changeable(jobs, params.id, peer);
        if (!enabled) throw new ConsoleError("conflict", `the job "${job.id}" is disabled already`);
        const committed = store.commit({ type: "job.disabled", data: { jobId: job.id } }, peer.actor, once);
        scheduler.dropWaiting(job.id);
        return committed;
      }),
    "job.run": (params, { peer }) =>
      change("job.run", params, (once) => {
        const { job } = idle(changeable(jobs, params.id, peer));
        if (job.action.kind === "program") checkProgram(context, job.action.program);
        return scheduler.runs.begin(job, { dueAt: null, missed: false, actor: peer.actor, once });
      }),
    "job.cancel": async (params, { peer }) => {
      const { id } = params;
      const once = onceOf("job.cancel", params);
      const earlier = store.repeated(once);
      if (earlier !== undefined) {
        await scheduler.runs.untilCancelled(id);
        return earlier;
      }
      const { job } = changeable(jobs, id, peer);
      const dueAt = scheduler.dropWaiting(id);
      const ended = await scheduler.runs.cancel(id, peer.actor, once);
      if (ended !== undefined) return ended;
      if (dueAt === undefined) throw new ConsoleError("conflict", `the job "${job.id}" does not run`);
      const data = { jobId: id, dueAt: new Date(dueAt).toISOString(), why: "cancelled" } as const;
      return store.commit({ type: "job.skipped", data }, peer.actor, once);
    },
  };
}

/** @throws {ConsoleError} `invalid_params` where its name or its time zone is none */
function newJob(params: ParamsOf<"job.add">, { timezone }: SchedulerSettings, { kind: source, scope }: Peer): Job {
  if (!JOB_NAMES.pattern.test(params.id)) {
    const problem = `the name of the job is "${escapeControls(params.id)}", expected ${JOB_NAMES.must}`;
    throw new ConsoleError("invalid_params", problem, { param: "id" });
  }
  const zone = params.timezone ?? timezone ?? machineZone();
  if (!isTimeZone(zone)) {
    throw new ConsoleError("invalid_params", `the timezone "${escapeControls(zone)}" is not known`, {
      param: "timezone",
      hint: "an IANA name, such as Europe/Berlin or UTC",
    });
  }
  const { id, schedule, action, missed = "skip", overlap = "skip", cooldownSecs = 0, jitterSecs = 0, maxRuns = null } =
    params;
  const policy = { missed, overlap, cooldownSecs, jitterSecs, maxRuns };
  const authority = action.kind === "program" ? {} : { scope };
  return { id, schedule: schedule.trim(), timezone: zone, action, ...authority, source, ...policy };
}

/** @throws {ConsoleError} why it is not added */
function checkNew(job: Job, { clock }: Pick<FeatureContext, "clock">, jobs: Jobs): void {
  checkSchedule(job, clock.now());
  if (jobs.get(job.id) !== undefined) {
    throw new ConsoleError("conflict", `there is a job "${job.id}" already`, {
      hint: `agent-console cron remove ${job.id}`,
    });
  }
  if (jobs.size >= MAX_JOBS) throw new ConsoleError("conflict", `there are ${MAX_JOBS} jobs already`);
}

/** Nobody else is served meanwhile. */
const PREVIEW_MS = 200;

/** At most `count`, and no more than a moment allows: the times of some lines are searched for long. */
function nextTimes(job: Job, now: number, count: number, steady: () => number): string[] {
  const began = steady();
  const times: string[] = [];
  for (let at: number | null = now; times.length < count;) {
    at = nextTime(job, at);
    if (at === null || steady() - began > PREVIEW_MS) break;
    times.push(new Date(at).toISOString());
  }
  return times;
}

/** @throws {ConsoleError} `not_found` */
function known(jobs: Jobs, id: string): JobState {
  const state = jobs.get(id);
  if (state !== undefined) return state;
  throw new ConsoleError("not_found", `no job is named "${escapeControls(clip(id, 64))}"`, {
    hint: "agent-console cron list",
  });
}

/**
 * What agents call by MCP changes, runs and removes only what was added by MCP: the rest is a person's.
 *
 * @throws {ConsoleError} `not_found`, `forbidden`
 */
function changeable(jobs: Jobs, id: string, { kind }: Pick<Peer, "kind">): JobState {
  const state = known(jobs, id);
  if (kind !== MCP || state.job.source === MCP) return state;
  throw new ConsoleError("forbidden", `the job "${state.job.id}" was not added by an agent`, {
    hint: "the person at this machine changes or removes it",
  });
}

/** @throws {ConsoleError} `conflict` while it runs */
function idle(state: JobState): JobState {
  if (runningOf(state) === undefined) return state;
  throw new ConsoleError("conflict", `the job "${state.job.id}" runs`, {
    hint: `agent-console cron cancel ${state.job.id}`,
  });
}

type Shown = ResultOf<"job.list">["jobs"][number];

function jobView(
  state: JobState,
  scheduler: Scheduler,
  { settings, store }: Pick<FeatureContext<SchedulerSettings>, "settings" | "store">,
): Shown {
  const { job, enabled, runs, history, skipped } = state;
  const next = scheduler.nextRun(state);
  const last = history.at(-1);
  const program = job.action.kind === "program" ? programToRun(settings, job.action.program, env("HOME")) : undefined;
  return {
    ...job,
    enabled,
    runs,
    running: runningOf(state) !== undefined,
    ...(isWaiting(state, store) ? { waiting: true as const } : {}),
    queued: scheduler.isWaiting(job.id),
    nextRun: next === null ? null : new Date(next).toISOString(),
    ...(last === undefined ? {} : { lastRun: runView(last) }),
    ...(skipped === undefined ? {} : { skipped }),
    ...(program !== undefined && "problem" in program ? { trouble: program.problem } : {}),
  };
}

function runView({ end, ...run }: JobRun): NonNullable<Shown["lastRun"]> {
  return { ...run, ...end };
}
