/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { OUTCOMES } from "../domain/job_outcome.ts";
import { MAX_NEXT, MAX_RUNS_TOLD } from "../protocol/limits.ts";
import { committed, count, id as sessionIdOf, idempotencyKey, text } from "../protocol/schemas.ts";
import { MAINTENANCE_TASKS, MISSED, OVERLAP, SKIPPED_WHY } from "./job.ts";

const id = v.pipe(text(32), v.minLength(1));
/** Of a prompt or a line of the console: it stands in the journal and in each snapshot of it. */
const MAX_TEXT = 16_384;
const secs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(31_536_000));
const action = v.variant("kind", [
  v.strictObject({ kind: v.literal("program"), program: id }),
  v.strictObject({
    kind: v.literal("prompt"),
    text: v.pipe(text(MAX_TEXT), v.regex(/\S/)),
    agent: v.exactOptional(id),
    sessionId: v.exactOptional(sessionIdOf),
    cwd: v.exactOptional(v.pipe(text(1024), v.startsWith("/"))),
    timeoutSecs: v.exactOptional(v.pipe(secs, v.minValue(1), v.maxValue(86_400))),
  }),
  v.strictObject({ kind: v.literal("command"), command: v.pipe(text(MAX_TEXT), v.startsWith("/")) }),
  v.strictObject({ kind: v.literal("maintenance"), task: v.picklist(MAINTENANCE_TASKS) }),
]);

const run = v.object({
  runId: v.string(),
  /** The time of the schedule; null: a person began it. */
  dueAt: v.nullable(v.string()),
  /** It stands for times that were missed. */
  missed: v.exactOptional(v.literal(true)),
  startedAt: v.string(),
  endedAt: v.exactOptional(v.string()),
  /** Absent while it goes on. */
  outcome: v.exactOptional(v.picklist(OUTCOMES)),
  /** Of a prompt: its session, and its turn. */
  sessionId: v.exactOptional(v.string()),
  turnId: v.exactOptional(v.string()),
  code: v.exactOptional(v.number()),
  problem: v.exactOptional(v.string()),
  stdout: v.exactOptional(v.string()),
  stderr: v.exactOptional(v.string()),
});

const job = v.object({
  id: v.string(),
  schedule: v.string(),
  timezone: v.string(),
  action,
  /** What it may call; absent for a program. */
  scope: v.exactOptional(v.string()),
  /** The kind of the client that added it. */
  source: v.exactOptional(v.string()),
  missed: v.picklist(MISSED),
  overlap: v.picklist(OVERLAP),
  cooldownSecs: v.number(),
  jitterSecs: v.number(),
  maxRuns: v.nullable(v.number()),
  enabled: v.boolean(),
  /** Begun by the schedule. */
  runs: count,
  running: v.boolean(),
  /** The run that goes on waits for a person, as its session does. */
  waiting: v.exactOptional(v.literal(true)),
  /** A run of it waits for a place, or for the end of the one before. */
  queued: v.boolean(),
  /** When the schedule begins the next run; null: never. Quiet hours and a cooldown may still keep it from that. */
  nextRun: v.nullable(v.string()),
  lastRun: v.exactOptional(run),
  /** The first time that was passed over since the last run, and why. */
  skipped: v.exactOptional(v.object({ dueAt: v.string(), why: v.picklist(SKIPPED_WHY) })),
  /** Why it cannot run now. */
  trouble: v.exactOptional(v.string()),
});

const target = v.strictObject({ id, idempotencyKey });
const change = { aliases: [], scope: "admin", mutates: true, params: target, result: committed } as const;

export const jobMethods = {
  "job.add": {
    aliases: [],
    scope: "admin",
    mutates: true,
    params: v.strictObject({
      id,
      schedule: v.pipe(text(200), v.minLength(1)),
      timezone: v.exactOptional(text(64)),
      action,
      missed: v.exactOptional(v.picklist(MISSED)),
      overlap: v.exactOptional(v.picklist(OVERLAP)),
      cooldownSecs: v.exactOptional(secs),
      jitterSecs: v.exactOptional(v.pipe(secs, v.maxValue(86_400))),
      maxRuns: v.exactOptional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1)))),
      // So many of its next times are told.
      next: v.exactOptional(v.pipe(count, v.maxValue(MAX_NEXT))),
      // Checks all of it and adds nothing.
      dryRun: v.exactOptional(v.boolean()),
      idempotencyKey,
    }),
    result: v.object({ ...committed.entries, timezone: v.string(), next: v.array(v.string()) }),
    doc: "Adds a job with its schedule, a line of cron; with dryRun it only checks it and tells its next times.",
  },
  "job.cancel": { ...change, doc: "Ends the run that goes on, with all that it has started, or one that waits." },
  "job.disable": { ...change, doc: "The schedule of a job does not count until it is enabled." },
  "job.enable": { ...change, doc: "The schedule of a job counts again, from now on." },
  "job.history": {
    aliases: [],
    scope: "read",
    mutates: false,
    params: v.strictObject({
      id: v.exactOptional(id),
      limit: v.exactOptional(v.pipe(count, v.maxValue(MAX_RUNS_TOLD))),
    }),
    result: v.object({ runs: v.array(v.object({ jobId: v.string(), ...run.entries })) }),
    doc: "The last runs of a job, or of all, newest first.",
  },
  "job.list": {
    aliases: [],
    scope: "read",
    mutates: false,
    params: v.strictObject({ id: v.exactOptional(id) }),
    result: v.object({ jobs: v.array(job) }),
    doc: "The jobs, or one of them, each with its next and its last run.",
  },
  "job.remove": { ...change, doc: "Takes a job away, its history too; refused while it runs." },
  "job.run": { ...change, doc: "Begins a run now, whatever the schedule, quiet hours and a cooldown say." },
} as const satisfies FeatureRows;

type Rows = typeof jobMethods;

declare module "../protocol/method_schemas.ts" {
  interface FeatureMethods extends Rows {}
  interface FeatureStatus {
    /** Absent where there is no job. */
    readonly jobs?: {
      readonly total: number;
      readonly running: number;
      /** Of those that run: they wait for a person. */
      readonly waiting: number;
      readonly nextRun: string | null;
    };
  }
}
