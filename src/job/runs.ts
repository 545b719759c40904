/**
 * The runs that go on: each is recorded as started before its program is started, and as ended behind its end. What the
 * journal knows as started and this process does not run was cut off by a crash: it is recorded as interrupted, and no
 * schedule begins it again.
 */
import type { FeatureContext } from "../core/service.ts";
import type { Once } from "../core/idempotency.ts";
import type { CommitResult } from "../core/commit_result.ts";
import type { RunBounded } from "../platform/bounded_run.ts";
import { type Actor, DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Job, JobOutcome, RunEnd } from "./job.ts";
import { hasFailed, type Jobs, runningOf } from "./jobs.ts";
import { runProgram } from "./run_program.ts";
import type { SchedulerSettings } from "./section.ts";

export interface RunsDeps {
  readonly context: FeatureContext<SchedulerSettings>;
  readonly jobs: Jobs;
  readonly run: RunBounded;
  /** A run has ended. */
  readonly onEnd: () => void;
}

/** Why a run begins. */
export interface Cause {
  /** Of the schedule, ms since the epoch; null: a person begins it. */
  readonly dueAt: number | null;
  readonly missed: boolean;
  readonly actor: Actor;
  readonly once?: Once;
}

interface LiveRun {
  readonly jobId: string;
  readonly abort: AbortController;
  /** Who ended it, before it did so itself. */
  ended?: { readonly outcome: JobOutcome; readonly problem?: string; readonly actor: Actor; readonly once?: Once };
  done: Promise<CommitResult | ConsoleError>;
}

export class Runs {
  #deps: RunsDeps;
  #live = new Map<string, LiveRun>();
  /** Ends that the journal could not take. */
  #unrecorded = new Map<string, RunEnd>();

  constructor(deps: RunsDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#live.size;
  }

  /** @throws {ConsoleError} `read_only`: nothing has begun */
  begin(job: Job, { dueAt, missed, actor, once }: Cause): CommitResult {
    const { store } = this.#deps.context;
    const runId = crypto.randomUUID().slice(0, 8);
    const due = dueAt === null ? null : new Date(dueAt).toISOString();
    const data = { jobId: job.id, runId, dueAt: due, ...(missed ? { missed } as const : {}) };
    const committed = store.commit({ type: "job.started", data }, actor, once);
    const abort = new AbortController();
    const live: LiveRun = { jobId: job.id, abort, done: Promise.resolve(committed) };
    this.#live.set(runId, live);
    const isOver = this.#deps.context.work.begin("jobs");
    live.done = this.#execute(job, live).then((end) => this.#record(runId, live, end)).finally(isOver);
    return committed;
  }

  /** Ends the run of a job. @returns undefined where none goes on @throws {ConsoleError} `read_only`: its end is not recorded yet */
  async cancel(jobId: string, actor: Actor, once: Once): Promise<CommitResult | undefined> {
    const live = [...this.#live.values()].find((one) => one.jobId === jobId);
    if (live === undefined) return undefined;
    live.ended ??= { outcome: "cancelled", actor, once };
    live.abort.abort();
    const done = await live.done;
    if (done instanceof ConsoleError) throw done;
    return done;
  }

  /** Records the ends that are not in the journal. @throws {ConsoleError} `read_only` */
  settle(): void {
    for (const state of this.#deps.jobs.all()) {
      const run = runningOf(state);
      if (run === undefined || this.#live.has(run.runId)) continue;
      const end = this.#unrecorded.get(run.runId) ??
        { outcome: "interrupted", problem: "the daemon ended before it" } as const;
      const data = this.#endData(state.job.id, run.runId, end);
      this.#deps.context.store.commit({ type: "job.ended", data }, DAEMON);
      this.#unrecorded.delete(run.runId);
    }
  }

  async stop(): Promise<void> {
    const all = [...this.#live.values()];
    for (const live of all) {
      live.ended ??= { outcome: "interrupted", problem: "the daemon was stopped", actor: DAEMON };
      live.abort.abort();
    }
    await Promise.all(all.map(({ done }) => done));
  }

  async #execute({ id: jobId, action, ...job }: Job, live: LiveRun): Promise<RunEnd> {
    const { context, run } = this.#deps;
    const { signal } = live.abort;
    let end: RunEnd;
    try {
      end = action.kind === "program"
        ? await runProgram(context, run, { jobId, name: action.program }, signal)
        : await (await import("./run_calls.ts")).runCalls(context, { id: jobId, action, ...job }, signal);
    } catch (error) {
      context.log.error("a run of a job failed for a bug", {
        job: jobId,
        error: String((error as Error)?.stack ?? error),
      });
      end = { outcome: "failed", problem: "a bug, which is in the daemon's log" };
    }
    const { ended } = live;
    if (ended === undefined || end.outcome === "succeeded" || end.code !== undefined) return end;
    const { outcome, problem } = ended;
    const { problem: _, ...rest } = end;
    return { ...rest, outcome, ...(problem === undefined ? {} : { problem }) };
  }

  /** Who calls people calls once for a row of failures. */
  #endData(jobId: string, runId: string, end: RunEnd) {
    const state = this.#deps.jobs.get(jobId);
    const isAgain = state !== undefined && hasFailed(state) && !["succeeded", "cancelled"].includes(end.outcome);
    return { jobId, runId, ...(isAgain ? { again: true } as const : {}), ...end };
  }

  #record(runId: string, { jobId, ended }: LiveRun, end: RunEnd): CommitResult | ConsoleError {
    const { context: { store, log }, onEnd } = this.#deps;
    const { actor = DAEMON, once } = ended ?? {};
    this.#live.delete(runId);
    try {
      return store.commit({ type: "job.ended", data: this.#endData(jobId, runId, end) }, actor, once);
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      this.#unrecorded.set(runId, end);
      log.warn("the end of a job could not be recorded yet", { job: jobId, error: error.message });
      return error;
    } finally {
      onEnd();
    }
  }
}
