/** What a job is, what one run of it is, and the events that the journal has of them. */
import type { LeftProcess } from "../platform/left_processes.ts";
import type { JobOutcome } from "../domain/job_outcome.ts";
import type { Scope } from "../protocol/methods.ts";

export const MAINTENANCE_TASKS = ["verify"] as const;

/** What a job does. */
export type JobAction =
  | { readonly kind: "program"; /** Its name in `scheduler.programs`. */ readonly program: string }
  | PromptAction
  /** A line of the console, with its slash. */
  | { readonly kind: "command"; readonly command: string }
  /** `verify`: the journal is read again, and its chain checked. */
  | { readonly kind: "maintenance"; readonly task: typeof MAINTENANCE_TASKS[number] };

/** A turn of an agent, in a new session at each run, or in `sessionId`. */
export interface PromptAction {
  readonly kind: "prompt";
  readonly text: string;
  /** One of the two. */
  readonly agent?: string;
  readonly sessionId?: string;
  /** Where a new session works. */
  readonly cwd?: string;
  /** A turn that takes longer is cancelled. */
  readonly timeoutSecs?: number;
}

export const MISSED = ["skip", "once"] as const;
export const OVERLAP = ["skip", "queue"] as const;

export interface Job {
  readonly id: string;
  /** A line of cron with five to seven fields, or a nickname such as `@daily`. */
  readonly schedule: string;
  /** An IANA name. Kept with the job: its times do not move with the machine. */
  readonly timezone: string;
  readonly action: JobAction;
  /** Of who added it: what it calls is called with no more. Absent in jobs of programs, and of earlier versions. */
  readonly scope?: Scope;
  /** The kind of the client that added it. Absent in jobs of earlier versions: those count as a person's. */
  readonly source?: string;
  /** What becomes of a time that passed while nothing could run: nothing, or one run for all of them. */
  readonly missed: typeof MISSED[number];
  /** What becomes of a time at which the job still runs: nothing, or one run behind it. */
  readonly overlap: typeof OVERLAP[number];
  /** So long after the end of a run no other begins by the schedule. */
  readonly cooldownSecs: number;
  /** A run begins up to so long after its time, each by an offset of its own. */
  readonly jitterSecs: number;
  /** Runs by the schedule, at most. */
  readonly maxRuns: number | null;
}

export const SKIPPED_WHY = ["missed", "overlap", "quiet_hours", "cooldown", "cancelled"] as const;
export type SkippedWhy = typeof SKIPPED_WHY[number];

/**
 * How a run ended. `stdout` and `stderr` are the beginnings of them, secrets masked; of what is no program, stdout is what
 * was replied.
 */
export interface RunEnd {
  readonly outcome: JobOutcome;
  /** Of a prompt: where it was said. */
  readonly sessionId?: string;
  readonly code?: number;
  readonly problem?: string;
  readonly stdout?: string;
  readonly stderr?: string;
}

/**
 * The idempotency key of what a run submits. The record of its turn holds it, so that no end of a daemon comes between
 * the turn and what tells whose it is.
 */
export function runKey(jobId: string, runId: string): string {
  return `job ${jobId} ${runId}`;
}

declare module "../domain/event.ts" {
  interface EventData {
    "job.added": { readonly job: Job };
    "job.removed": { readonly jobId: string };
    "job.enabled": { readonly jobId: string };
    "job.disabled": { readonly jobId: string };
    /** `dueAt`: the time of the schedule, ISO 8601 UTC; null: a person began it. `missed`: it stands for missed times. */
    "job.started": {
      readonly jobId: string;
      readonly runId: string;
      readonly dueAt: string | null;
      readonly missed?: true;
    };
    /** Written by earlier versions, whose turns did not name the run. */
    "job.prompted": { readonly jobId: string; readonly runId: string; readonly turnId: string };
    /** Each has the key of who asked; the end has none. */
    "job.cancel_requested": { readonly jobId: string; readonly runId: string };
    "job.spawned": { readonly jobId: string; readonly runId: string } & LeftProcess;
    /** `again`: it failed as the run before did. */
    "job.ended": { readonly jobId: string; readonly runId: string; readonly again?: true } & RunEnd;
    /** `dueAt`: the first of the times that are passed over for this reason. */
    "job.skipped": { readonly jobId: string; readonly dueAt: string; readonly why: SkippedWhy };
  }
}

/** The lines of docs/protocol.md. */
export const JOB_EVENTS = {
  "job.added": "A job with its schedule.",
  "job.removed": "It was taken away, its history too.",
  "job.enabled": "Its schedule counts again, from now on.",
  "job.disabled": "Its schedule does not count; a run that goes on is not ended.",
  "job.started": "A run of it begins; recorded before the program is started, so that nothing runs twice.",
  "job.spawned": "The process of its program, for the next daemon, should this one be killed.",
  "job.prompted":
    "The turn of a run, in the journals of earlier versions; now its `turn.submitted` tells it by its key.",
  "job.cancel_requested": "A client asked for the end of a run; `job.ended` follows.",
  "job.ended": "How a run ended; `interrupted`: the daemon ended before it; `again`: the run before failed as well.",
  "job.skipped": "A time of its schedule was passed over; told once for a row of the same reason.",
} as const;
