/** What becomes of a job at each moment, however the clock jumps. */
import { assert, assertEquals } from "@std/assert";
import {
  decideRun,
  type JobFacts,
  LOOK_MS,
  nextBegin,
  type RunDecision,
  usableMark,
} from "../../src/job/decide_run.ts";
import type { Job } from "../../src/job/job.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const T = Date.parse("2026-11-20T10:00:00Z");
const YEARS = 10 * 365 * 24 * HOUR;

const job: Job = {
  id: "j",
  schedule: "* * * * *",
  timezone: "UTC",
  action: { kind: "program", program: "j" },
  missed: "skip",
  overlap: "skip",
  cooldownSecs: 0,
  jitterSecs: 0,
  maxRuns: null,
};

/** Each `ms`, on the whole. */
const every = (ms: number) => (after: number) => (Math.floor(after / ms) + 1) * ms;

const facts: JobFacts = {
  mark: T,
  runs: 0,
  isRunning: false,
  lastEndedAt: null,
  isQuiet: false,
  next: every(HOUR),
};

const start = (dueAt: number, missed = false): RunDecision => ({ kind: "start", dueAt, missed });

const TABLE: readonly (readonly [string, Partial<Job>, Partial<JobFacts>, number, RunDecision])[] = [
  ["before its time", {}, {}, T + 59 * MINUTE, { kind: "wait", at: T + HOUR }],
  ["at its time", {}, {}, T + HOUR, start(T + HOUR)],
  ["a late timer", {}, {}, T + HOUR + 90_000, start(T + HOUR)],
  ["no time left", {}, { next: () => null }, T + HOUR, { kind: "over" }],
  ["often enough", { maxRuns: 3 }, { runs: 3 }, T + HOUR, { kind: "over" }],
  ["once more", { maxRuns: 3 }, { runs: 2 }, T + HOUR, start(T + HOUR)],
  ["suspended for 6 h, skip", {}, {}, T + 6.5 * HOUR, { kind: "skip", dueAt: T + HOUR, why: "missed" }],
  ["suspended for 6 h, once", { missed: "once" }, {}, T + 6.5 * HOUR, start(T + HOUR, true)],
  ["suspended until a time of it: that one, whatever was missed", {}, {}, T + 6 * HOUR + 5000, start(T + 6 * HOUR)],
  ["ten years ahead", { missed: "once" }, {}, T + YEARS + MINUTE * 30, start(T + HOUR, true)],
  ["an hour back: nothing twice", {}, { mark: T }, T - HOUR, { kind: "wait", at: T + HOUR }],
  ["each second, a minute late: one run", {}, { next: every(1000) }, T + MINUTE, start(T + 1000)],
  ["it still runs, skip", {}, { isRunning: true }, T + HOUR, { kind: "skip", dueAt: T + HOUR, why: "overlap" }],
  ["it still runs, queue", { overlap: "queue" }, { isRunning: true }, T + HOUR, {
    kind: "queue",
    dueAt: T + HOUR,
    missed: false,
  }],
  ["quiet, skip", {}, { isQuiet: true }, T + HOUR, { kind: "skip", dueAt: T + HOUR, why: "quiet_hours" }],
  ["quiet, once: when they are over", { missed: "once" }, { isQuiet: true }, T + HOUR, {
    kind: "wait",
    at: T + HOUR + LOOK_MS,
  }],
  ["they are over", { missed: "once" }, {}, T + HOUR + 30 * MINUTE, start(T + HOUR, true)],
  ["too soon after the last", { cooldownSecs: 600 }, { lastEndedAt: T + HOUR - 599_000 }, T + HOUR, {
    kind: "skip",
    dueAt: T + HOUR,
    why: "cooldown",
  }],
  ["long enough after the last", { cooldownSecs: 600 }, { lastEndedAt: T + HOUR - 600_000 }, T + HOUR, start(T + HOUR)],
  [
    "the last ended in a future that was none",
    { cooldownSecs: 600 },
    { lastEndedAt: T + YEARS },
    T + HOUR,
    start(T + HOUR),
  ],
];

Deno.test("C9 what becomes of a job: missed times, overlap, quiet hours, cooldown, most runs, clocks that jump", () => {
  for (const [what, policy, more, now, decision] of TABLE) {
    assertEquals(decideRun({ ...job, ...policy }, { ...facts, ...more }, now), decision, what);
  }
});

Deno.test("C9 a clock that is set back by hours begins the schedule anew, by less repeats nothing", () => {
  assertEquals([usableMark(T, T - HOUR), usableMark(T + YEARS, T), usableMark(T, T + YEARS)], [T, T, T]);
});

Deno.test("C9 jitter is within its bound, spread, and the same after a restart", () => {
  const spread = new Set<number>();
  for (let i = 0; i < 100; i++) {
    const jittered = { ...job, jitterSecs: 600 };
    const at = { ...facts, mark: T + i * HOUR };
    const offset = (nextBegin(jittered, at) ?? 0) - at.mark - HOUR;
    assert(offset >= 0 && offset <= 600_000, `${offset}`);
    assertEquals(nextBegin(jittered, at), nextBegin(jittered, at));
    spread.add(Math.floor(offset / 100_000));
  }
  assert(spread.size >= 6, `${[...spread]}`);
});
