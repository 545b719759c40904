/** The jobs and their runs, made from the journal's events. What has started is here before its program runs. */
import type { Projection } from "../core/projection.ts";
import type { Store } from "../core/store.ts";
import { isFailure } from "../domain/job_outcome.ts";
import type { EventData, NewEvent } from "../domain/event.ts";
import type { LeftProcess } from "../platform/left_processes.ts";
import { CRON } from "../protocol/actor.ts";
import { type Job, type RunEnd, runKey, type SkippedWhy } from "./job.ts";

/** A run that goes on, or, with its end, went on. Times are ISO 8601 UTC. */
export interface JobRun {
  readonly runId: string;
  readonly dueAt: string | null;
  readonly missed?: true;
  readonly startedAt: string;
  /** Of a program: it, should the daemon be killed. */
  readonly process?: LeftProcess;
  /** Of a prompt: the turn that it is, and its session, once the agent has it. */
  readonly turnId?: string;
  readonly sessionId?: string;
  readonly endedAt?: string;
  readonly end?: RunEnd;
}

/** Replaced by each event, never changed: a snapshot holds it while events go on. */
export interface JobState {
  readonly job: Job;
  readonly enabled: boolean;
  /** Times of the schedule up to this one are dealt with, ms since the epoch. */
  readonly mark: number;
  /** Begun by the schedule. */
  readonly runs: number;
  /** The last ones, oldest first; one that goes on is the last. */
  readonly history: readonly JobRun[];
  readonly lastEndedAt: number | null;
  /** Why times were passed over since the last run by the schedule. */
  readonly skipped?: { readonly dueAt: string; readonly why: SkippedWhy };
}

/** Runs of a job that are kept. */
const KEPT = 20;

export class Jobs implements Projection {
  readonly name = "job";
  readonly layout = 1;
  #states = new Map<string, JobState>();

  apply(event: NewEvent, at: string): void {
    if (event.type === "job.added") {
      const { job } = event.data;
      const state = { job, enabled: true, mark: Date.parse(at), runs: 0, history: [], lastEndedAt: null };
      this.#states.set(job.id, state);
      return;
    }
    if (event.type === "turn.submitted") return this.#prompted(event.data);
    if (event.type === "turn.started") return this.#placed(event.data);
    if (!isOfJob(event)) return;
    const state = this.#states.get(event.data.jobId);
    if (state === undefined) return;
    if (event.type === "job.removed") this.#states.delete(state.job.id);
    else this.#states.set(state.job.id, after(state, event, at));
  }

  /** The turn of a run names it by its key; no client may say that it is a job. */
  #prompted({ turn, idempotencyKey }: TurnSubmitted): void {
    if (turn.source !== CRON || idempotencyKey === undefined) return;
    for (const state of this.#states.values()) {
      const run = runningOf(state);
      if (run === undefined || runKey(state.job.id, run.runId) !== idempotencyKey) continue;
      this.#states.set(state.job.id, withRun(state, run.runId, { turnId: turn.id }));
    }
  }

  #placed({ turnId, sessionId }: EventData["turn.started"]): void {
    for (const state of this.#states.values()) {
      const run = runningOf(state);
      if (run?.turnId === turnId) this.#states.set(state.job.id, withRun(state, run.runId, { sessionId }));
    }
  }

  save(): readonly JobState[] {
    return [...this.#states.values()];
  }

  restore(saved: unknown): void {
    this.#states = new Map((saved as ReturnType<Jobs["save"]>).map((state) => [state.job.id, state]));
  }

  get size(): number {
    return this.#states.size;
  }

  all(): Iterable<JobState> {
    return this.#states.values();
  }

  get(id: string): JobState | undefined {
    return this.#states.get(id);
  }
}

/** The run that goes on, as far as the journal knows. */
export function runningOf({ history }: JobState): JobRun | undefined {
  const last = history.at(-1);
  return last?.end === undefined ? last : undefined;
}

/** Whether the run that goes on waits for a person, as its session does. */
export function isWaiting(state: JobState, sessions: Pick<Store, "get">): boolean {
  const { sessionId } = runningOf(state) ?? {};
  return sessionId !== undefined && sessions.get(sessionId)?.status === "waiting";
}

/** Whether the last run that nobody cancelled failed by itself: behind an interrupted one a failure is news. */
export function hasFailed({ history }: JobState): boolean {
  const last = history.findLast(({ end }) => end !== undefined && end.outcome !== "cancelled")?.end?.outcome;
  return isFailure(last) && last !== "interrupted";
}

type TurnSubmitted = Extract<NewEvent, { type: "turn.submitted" }>["data"];

type JobEvent = Exclude<Extract<NewEvent, { type: `job.${string}` }>, { type: "job.added" }>;

function isOfJob(event: NewEvent): event is JobEvent {
  return event.type.startsWith("job.");
}

function after(state: JobState, event: JobEvent, at: string): JobState {
  const now = Date.parse(at);
  switch (event.type) {
    case "job.enabled":
      return { ...state, enabled: true, mark: now };
    case "job.disabled":
      return { ...state, enabled: false };
    case "job.skipped": {
      const { dueAt, why } = event.data;
      return { ...state, mark: now, skipped: { dueAt, why } };
    }
    case "job.started": {
      const { runId, dueAt, missed } = event.data;
      const run = { runId, dueAt, startedAt: at, ...(missed === undefined ? {} : { missed }) };
      const history = [...state.history, run].slice(-KEPT);
      if (dueAt === null) return { ...state, history };
      const { skipped: _, ...rest } = state;
      return { ...rest, history, mark: now, runs: state.runs + 1 };
    }
    case "job.spawned": {
      const { runId, pid, startedAt } = event.data;
      return withRun(state, runId, { process: { pid, startedAt } });
    }
    case "job.prompted": {
      const { runId, turnId } = event.data;
      return withRun(state, runId, { turnId });
    }
    case "job.ended": {
      const { runId, outcome, sessionId, code, problem, stdout, stderr } = event.data;
      const end = Object.fromEntries(
        Object.entries({ outcome, sessionId, code, problem, stdout, stderr }).filter(([, value]) =>
          value !== undefined
        ),
      ) as unknown as RunEnd; // its own members, without those of the event
      return { ...withRun(state, runId, { endedAt: at, end }), lastEndedAt: now };
    }
    default: // what changes no state of a job
      return state;
  }
}

function withRun(state: JobState, runId: string, change: Partial<JobRun>): JobState {
  return { ...state, history: state.history.map((run) => run.runId === runId ? { ...run, ...change } : run) };
}
