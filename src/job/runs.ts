/**
 * The runs that go on: each is recorded as started before anything of it is, and as ended behind its end. What the journal
 * knows as started and this process does not run was cut off by a crash: it is recorded as interrupted, and no schedule
 * begins it again. A prompt that was submitted ends with its turn, which may go on in the next daemon.
 */
import type { FeatureContext } from "../core/service.ts";
import type { Once } from "../core/idempotency.ts";
import type { CommitResult } from "../core/commit_result.ts";
import type { RunBounded } from "../platform/bounded_run.ts";
import { endLeft, identify, type LeftProcess, living } from "../platform/left_processes.ts";
import { isFailure, type JobOutcome } from "../domain/job_outcome.ts";
import { type Actor, DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { type Job, type RunEnd, runKey } from "./job.ts";
import type { RunTurn } from "./run_calls.ts";
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
  ended?: { readonly outcome: JobOutcome; readonly problem?: string; readonly actor: Actor };
  readonly done: Promise<CommitResult | ConsoleError>;
}

const INTERRUPTED: RunEnd = { outcome: "interrupted", problem: "the daemon ended before it" };

export class Runs {
  #deps: RunsDeps;
  #live = new Map<string, LiveRun>();
  /** Ends that the journal could not take. */
  #unrecorded = new Map<string, RunEnd>();
  readonly #stopping = new AbortController();
  /** Another daemon starts at once and goes on with the turns that run: their runs get no end here. */
  #leavesTurns = false;
  /** Programs of an earlier daemon that are being ended, by their runs; the looks whether they are there. */
  #ending = new Map<string, Promise<void>>();
  #looks: Promise<unknown>[] = [];

  constructor(deps: RunsDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#live.size;
  }

  /** @throws {ConsoleError} `read_only`, `stopping`: nothing has begun */
  begin(job: Job, { dueAt, missed, actor, once }: Cause): CommitResult {
    this.#stopping.signal.throwIfAborted();
    const { store } = this.#deps.context;
    const runId = crypto.randomUUID().slice(0, 8);
    const due = dueAt === null ? null : new Date(dueAt).toISOString();
    const data = { jobId: job.id, runId, dueAt: due, ...(missed ? { missed } as const : {}) };
    const committed = store.commit({ type: "job.started", data }, actor, once);
    this.#goOn(job, runId);
    return committed;
  }

  /** @param turnId of a run that the last daemon began: its turn goes on, or has an end */
  #goOn(job: Job, runId: string, turnId?: string): void {
    const isOver = this.#deps.context.work.begin("jobs");
    const { promise, resolve, reject } = Promise.withResolvers<CommitResult | ConsoleError>();
    const live: LiveRun = { jobId: job.id, abort: new AbortController(), done: promise };
    this.#live.set(runId, live);
    const turn = { id: turnId, key: runKey(job.id, runId) };
    const onStart = (pid: number) => void this.#spawned(job.id, runId, pid);
    void this.#execute(job, live, turn, onStart).then((end) => this.#record(runId, live, end)).finally(isOver).then(
      resolve,
      reject,
    );
  }

  async #spawned(jobId: string, runId: string, pid: number): Promise<void> {
    const { store, pid: own } = this.#deps.context;
    const [process] = await identify(own, [pid]) ?? [];
    if (process === undefined || !this.#live.has(runId)) return; // it has ended already
    try {
      store.commit({ type: "job.spawned", data: { jobId, runId, ...process } }, DAEMON);
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
    }
  }

  /**
   * Ends the run of a job, and answers behind its end. Several may ask at once: the record of each holds its key.
   *
   * @returns undefined where none goes on
   * @throws {ConsoleError} `read_only`: it ends, and is not recorded yet
   */
  async cancel(jobId: string, actor: Actor, once: Once): Promise<CommitResult | undefined> {
    const [runId, live] = this.#liveOf(jobId) ?? [];
    if (runId === undefined || live === undefined) return undefined;
    live.ended ??= { outcome: "cancelled", actor };
    live.abort.abort();
    const { store } = this.#deps.context;
    const asked = store.commit({ type: "job.cancel_requested", data: { jobId, runId } }, actor, once);
    const done = await live.done;
    if (done instanceof ConsoleError) throw done;
    return asked;
  }

  /** Waits for the end of a run that was told to end: a repeat is not answered before the call that it repeats. */
  async untilCancelled(jobId: string): Promise<void> {
    const [, live] = this.#liveOf(jobId) ?? [];
    if (live?.ended !== undefined) await live.done;
  }

  #liveOf(jobId: string): [string, LiveRun] | undefined {
    return [...this.#live].find(([, one]) => one.jobId === jobId);
  }

  /**
   * Records the ends that are not in the journal, and goes on with the runs of an earlier daemon whose turns know how they
   * end. @throws {ConsoleError} `read_only`
   */
  settle(): void {
    for (const state of this.#deps.jobs.all()) {
      const run = runningOf(state);
      if (run === undefined || this.#live.has(run.runId)) continue;
      const known = this.#unrecorded.get(run.runId);
      if (known === undefined && run.turnId !== undefined) {
        this.#goOn(state.job, run.runId, run.turnId);
        continue;
      }
      if (known === undefined && run.process !== undefined) {
        this.#endLeftProgram(run.runId, run.process);
        continue;
      }
      const end = known ?? INTERRUPTED;
      const data = this.#endData(state.job.id, run.runId, end);
      this.#deps.context.store.commit({ type: "job.ended", data }, DAEMON);
      this.#unrecorded.delete(run.runId);
      this.#ending.delete(run.runId);
    }
  }

  /** Its program outlived the daemon that began it: it is ended before the run has its end, because nothing runs twice. */
  #endLeftProgram(runId: string, process: LeftProcess): void {
    if (this.#ending.has(runId)) return;
    const { context: { pid, log, store }, onEnd } = this.#deps;
    const until = store.replayedUntil;
    const over = () => {
      this.#unrecorded.set(runId, INTERRUPTED);
      try {
        this.settle();
      } catch (error) { // a full disk: the next tick records it
        if (!(error instanceof ConsoleError)) throw error;
      }
      onEnd();
    };
    const look = living(pid, [process], until).then((there) => {
      if (there?.length === 0) over();
      return there?.length !== 0;
    });
    this.#looks.push(look);
    const ending = look.then(async (mayRun) => {
      if (!mayRun) return;
      const ended = await endLeft(pid, [process], until, this.#stopping.signal);
      if (ended === undefined) log.warn("nobody can tell whether the program of a job still runs", { ...process });
      over();
    });
    this.#ending.set(runId, ending);
  }

  /** Until it is known which programs of an earlier daemon are gone: their runs have their ends then. */
  async looked(): Promise<void> {
    await Promise.all(this.#looks.splice(0));
  }

  /** @param restart another daemon starts at once: what has a turn is left to that one, as behind a crash */
  async stop(restart: boolean): Promise<void> {
    const stopping = new ConsoleError("stopping", "the daemon is stopping");
    this.#leavesTurns = restart;
    this.#stopping.abort(stopping);
    const all = [...this.#live.values()];
    // At once: a prompt that is on its way to its turn is not submitted any more.
    for (const live of all) {
      live.ended ??= { outcome: "interrupted", problem: "the daemon was stopped", actor: DAEMON };
      live.abort.abort(stopping);
    }
    await Promise.all([...this.#ending.values(), ...all.map(({ done }) => done)]);
  }

  async #execute(
    { id: jobId, action, ...job }: Job,
    live: LiveRun,
    turn: RunTurn,
    onStart: (pid: number) => void,
  ): Promise<RunEnd> {
    const { context, run } = this.#deps;
    const { signal } = live.abort;
    let end: RunEnd;
    try {
      end = action.kind === "program"
        ? await runProgram(context, run, { jobId, name: action.program, onStart }, signal)
        : await (await import("./run_calls.ts")).runCalls(context, { id: jobId, action, ...job }, signal, turn);
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
    const isAgain = state !== undefined && hasFailed(state) && isFailure(end.outcome);
    return { jobId, runId, ...(isAgain ? { again: true } as const : {}), ...end };
  }

  #hasTurn(jobId: string, runId: string): boolean {
    const state = this.#deps.jobs.get(jobId);
    const run = state && runningOf(state);
    return run?.runId === runId && run.turnId !== undefined;
  }

  #record(runId: string, { jobId, ended }: LiveRun, end: RunEnd): CommitResult | ConsoleError {
    const { context: { store, log }, onEnd } = this.#deps;
    const { actor = DAEMON } = ended ?? {};
    this.#live.delete(runId);
    if (this.#leavesTurns && end.outcome === "interrupted" && this.#hasTurn(jobId, runId)) {
      onEnd();
      return new ConsoleError("stopping", "the next daemon goes on with its turn");
    }
    try {
      return store.commit({ type: "job.ended", data: this.#endData(jobId, runId, end) }, actor);
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
