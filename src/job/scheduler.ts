/**
 * The schedules of a running daemon: one timer for all of them, set to the next time and to a minute at most, and none
 * where no schedule counts. Loaded where there is a job.
 */
import type { FeatureContext } from "../core/service.ts";
import { isQuiet } from "../domain/quiet_hours.ts";
import { type RunBounded, runBounded } from "../platform/bounded_run.ts";
import { setTimer } from "../platform/clock.ts";
import { DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { decideRun, heldBack, LOOK_MS, nextBegin, usableMark } from "./decide_run.ts";
import type { Job, SkippedWhy } from "./job.ts";
import { type Jobs, type JobState, runningOf } from "./jobs.ts";
import { nextTime } from "./next_time.ts";
import { Runs } from "./runs.ts";
import type { SchedulerSettings } from "./section.ts";
import { minuteOfDay } from "./zone.ts";

export interface SchedulerOptions {
  readonly context: FeatureContext<SchedulerSettings>;
  readonly jobs: Jobs;
  readonly run?: RunBounded;
  /** Runs `action` after so many ms, unless the returned function was called before. */
  readonly after?: typeof setTimer;
}

interface Waiting {
  readonly dueAt: number;
  readonly missed: boolean;
}

export class Scheduler {
  readonly runs: Runs;
  #context: FeatureContext<SchedulerSettings>;
  #jobs: Jobs;
  #after: typeof setTimer;
  /** Job → where its mark is, as long as the journal has it at `base`: not each step of it is a record. */
  #marks = new Map<string, { readonly base: number; readonly mark: number }>();
  /** Job → the time of its schedule behind the last that was asked about. */
  #times = new Map<string, { readonly after: number; readonly time: number | null }>();
  /** Runs that are due, in their order: for a place, or for the end of the one before. */
  #waiting = new Map<string, Waiting>();
  #callOff: (() => void) | undefined;
  #stopped = false;

  constructor({ context, jobs, run = runBounded, after = setTimer }: SchedulerOptions) {
    this.#context = context;
    this.#jobs = jobs;
    this.#after = after;
    this.runs = new Runs({ context, jobs, run, onEnd: () => this.look() });
  }

  /** What no event reports: ends that are not recorded, and the first look. */
  tick(): void {
    if (this.#stopped || this.#context.isReadOnly()) return;
    this.runs.settle();
    if (this.#callOff === undefined) this.look();
  }

  async stop(restart: boolean): Promise<void> {
    this.#stopped = true;
    this.#disarm();
    await this.runs.stop(restart);
  }

  /** Begins what is due, and sets the timer. Called whenever anything of it has changed. */
  look(): void {
    if (this.#stopped) return;
    this.#disarm();
    let wakeAt = Infinity;
    const now = this.#context.clock.now();
    try {
      for (const state of this.#jobs.all()) {
        if (state.enabled) wakeAt = Math.min(wakeAt, this.#consider(state, now));
      }
      this.#beginWaiting(now);
    } catch (error) {
      if (!(error instanceof ConsoleError) || error.kind !== "read_only") throw error;
      wakeAt = now + LOOK_MS; // the journal takes nothing: all of it is still due then
    }
    if (wakeAt === Infinity) return;
    this.#callOff = this.#after(Math.min(Math.max(wakeAt - now, 0), LOOK_MS), () => this.look());
  }

  isWaiting(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** @returns the time of the run that no longer waits */
  dropWaiting(id: string): number | undefined {
    const dueAt = this.#waiting.get(id)?.dueAt;
    this.#waiting.delete(id);
    return dueAt;
  }

  /** The id may come again, as another job. */
  forget(id: string): void {
    for (const known of [this.#waiting, this.#marks, this.#times]) known.delete(id);
  }

  /** ms since the epoch; null where its schedule begins none. */
  nextRun(state: JobState): number | null {
    if (!state.enabled) return null;
    const mark = this.#markOf(state, this.#context.clock.now());
    return nextBegin(state.job, { mark, runs: state.runs, next: this.#nextOf(state) });
  }

  /** @returns when it is to be looked at again */
  #consider(state: JobState, now: number): number {
    const { job, runs, lastEndedAt } = state;
    const next = this.#nextOf(state);
    if (this.#waiting.has(job.id)) return this.#goOn(state, now); // that run stands for what comes meanwhile
    const facts = {
      mark: this.#markOf(state, now),
      runs,
      isRunning: runningOf(state) !== undefined,
      lastEndedAt,
      isQuiet: this.#isQuiet(job, now),
      next,
    };
    const decision = decideRun(job, facts, now);
    switch (decision.kind) {
      case "wait":
        return decision.at;
      case "over":
        return Infinity;
      case "start":
      case "queue":
        this.#waiting.set(job.id, { dueAt: decision.dueAt, missed: decision.missed });
        break;
      case "skip":
        this.#skip(state, decision.dueAt, decision.why);
    }
    return this.#goOn(state, now);
  }

  #isQuiet({ timezone }: Job, now: number): boolean {
    const hours = this.#context.settings.current.quiet_hours;
    return hours !== null && isQuiet(hours, minuteOfDay(now, timezone));
  }

  /** All times up to now are dealt with. */
  #goOn(state: JobState, now: number): number {
    const { job, runs } = state;
    this.#marks.set(job.id, { base: this.#jobs.get(job.id)?.mark ?? 0, mark: now });
    return nextBegin(job, { mark: now, runs, next: this.#nextOf(state) }) ?? Infinity;
  }

  /** One record for a row of them: a night of quiet hours is not hundreds. */
  #skip({ job, skipped }: JobState, dueAt: number, why: SkippedWhy): void {
    if (skipped?.why === why) return;
    const data = { jobId: job.id, dueAt: new Date(dueAt).toISOString(), why };
    this.#context.store.commit({ type: "job.skipped", data }, DAEMON);
  }

  #beginWaiting(now: number): void {
    for (const [id, { dueAt, missed }] of this.#waiting) {
      if (this.runs.size >= this.#context.settings.current.max_concurrent) return;
      const state = this.#jobs.get(id);
      if (state !== undefined && runningOf(state) !== undefined) continue;
      this.#waiting.delete(id);
      if (!state?.enabled) continue;
      const held = heldBack(state.job, { isQuiet: this.#isQuiet(state.job, now), lastEndedAt: state.lastEndedAt }, now);
      if (held === undefined) this.runs.begin(state.job, { dueAt, missed, actor: DAEMON });
      else this.#skip(state, dueAt, held);
    }
  }

  #markOf({ job, mark: base }: JobState, now: number): number {
    const held = this.#marks.get(job.id);
    const mark = held?.base === base ? held.mark : base;
    const usable = usableMark(mark, now);
    if (usable !== mark) this.#marks.set(job.id, { base, mark: usable });
    return usable;
  }

  #nextOf({ job }: JobState): (after: number) => number | null {
    return (after) => {
      const held = this.#times.get(job.id);
      if (held?.after === after) return held.time;
      const time = nextTime(job, after);
      this.#times.set(job.id, { after, time });
      return time;
    };
  }

  #disarm(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
