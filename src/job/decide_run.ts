/**
 * What becomes of a job now: wait, run, or pass a time of its schedule over. Pure: times are ms since the epoch by the
 * wall clock, which may jump either way, and the timer may come late by any time (the machine was suspended).
 *
 * A mark goes along the schedule: all times up to it are dealt with. It is set to now whenever one of them is, so what
 * has passed is one run at most, and a job whose times are closer together than its runs makes no row of them.
 */
import type { Job, SkippedWhy } from "./job.ts";

export interface JobFacts {
  readonly mark: number;
  /** Runs by the schedule so far. */
  readonly runs: number;
  readonly isRunning: boolean;
  readonly lastEndedAt: number | null;
  /** Whether now is in the quiet hours. */
  readonly isQuiet: boolean;
  /** The first time of the schedule behind `after`; null where there is none. */
  readonly next: (after: number) => number | null;
}

export type RunDecision =
  /** Look again at that time; nothing is due before. */
  | { readonly kind: "wait"; readonly at: number }
  /** Its schedule has no time left, or it has run often enough. */
  | { readonly kind: "over" }
  | { readonly kind: "start" | "queue"; readonly dueAt: number; readonly missed: boolean }
  | { readonly kind: "skip"; readonly dueAt: number; readonly why: SkippedWhy };

/** The timer looks at the wall clock at least so often, ms: it may have jumped, and timers stand still in a suspend. */
export const LOOK_MS = 60_000;
/** A time that passed no longer ago is not missed, ms: the timer, a suspend just before it, a restart. */
const LATE_MS = 2 * LOOK_MS;
/** A clock that was set back by less repeats no run, as with Vixie cron; by more, the schedule begins anew, ms. */
const SET_BACK_MS = 3 * 3_600_000;

/** The mark to go on with: one that a wrong clock left far in the future would keep the job from running. */
export function usableMark(mark: number, now: number): number {
  return mark - now > SET_BACK_MS ? now : mark;
}

export function decideRun(job: Job, facts: JobFacts, now: number): RunDecision {
  const { mark, runs, isRunning } = facts;
  if (job.maxRuns !== null && runs >= job.maxRuns) return { kind: "over" };
  const first = facts.next(mark);
  if (first === null) return { kind: "over" };
  const beginsAt = first + jitter(job, first);
  if (beginsAt > now) return { kind: "wait", at: beginsAt };
  const recent = now - beginsAt <= LATE_MS ? first : recentTime(job, facts, now);
  const dueAt = recent ?? first;
  const missed = recent === undefined;
  if (missed && job.missed === "skip") return { kind: "skip", dueAt, why: "missed" };
  const held = heldBack(job, facts, now);
  if (held === "quiet_hours") {
    // One that makes up for what it missed does so when they are over: the mark stays.
    if (job.missed === "once") return { kind: "wait", at: now + LOOK_MS };
  }
  if (held !== undefined) return { kind: "skip", dueAt, why: held };
  if (!isRunning) return { kind: "start", dueAt, missed };
  return job.overlap === "queue" ? { kind: "queue", dueAt, missed } : { kind: "skip", dueAt, why: "overlap" };
}

/** What keeps a run from its begin now, whether it is due or has waited. */
export function heldBack(
  job: Job,
  { isQuiet, lastEndedAt }: Pick<JobFacts, "isQuiet" | "lastEndedAt">,
  now: number,
): "quiet_hours" | "cooldown" | undefined {
  if (isQuiet) return "quiet_hours";
  const rested = lastEndedAt === null ? Infinity : now - lastEndedAt;
  // Negative where the clock was set back: then nothing is known of how long it was.
  return rested >= 0 && rested < job.cooldownSecs * 1000 ? "cooldown" : undefined;
}

/** A time that is due and not missed, where others before it are. */
function recentTime(job: Job, { mark, next }: JobFacts, now: number): number | undefined {
  const time = next(Math.max(mark, now - LATE_MS - job.jitterSecs * 1000));
  return time !== null && time + jitter(job, time) <= now ? time : undefined;
}

/** When the next run begins by the schedule alone. */
export function nextBegin(job: Job, { mark, runs, next }: Pick<JobFacts, "mark" | "runs" | "next">): number | null {
  const first = job.maxRuns !== null && runs >= job.maxRuns ? null : next(mark);
  return first === null ? null : first + jitter(job, first);
}

/** By the job and the time alone, so that a restart moves no run. FNV-1a: spread is all that it needs. */
function jitter({ id, jitterSecs }: Job, time: number): number {
  if (jitterSecs === 0) return 0;
  let hash = 0x811c9dc5;
  for (const char of `${id} ${time}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  // Its last digits are the least spread ones.
  return Math.floor(((hash >>> 8) / 0x1000000) * (jitterSecs * 1000 + 1));
}
