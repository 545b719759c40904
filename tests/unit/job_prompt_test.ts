/** Which turn a run of a prompt is, on a journal in memory: wherever its records are cut off, and who else gives turns. */
import { assertEquals, assertThrows } from "@std/assert";
import type { FeatureContext } from "../../src/core/service.ts";
import { OpenWork } from "../../src/core/open_work.ts";
import type { Job } from "../../src/job/job.ts";
import { Jobs, type JobState } from "../../src/job/jobs.ts";
import { Scheduler } from "../../src/job/scheduler.ts";
import type { SchedulerSettings } from "../../src/job/section.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { ParamsOf } from "../../src/protocol/method_schemas.ts";
import { RecentTurns } from "../../src/turn/recent_turns.ts";
import { Desk } from "../support/desk.ts";
import { FakeJournal } from "../support/fake_journal.ts";
import { eventually } from "../support/harness_wait.ts";

const JOB: Job = {
  id: "p",
  schedule: "@yearly",
  timezone: "UTC",
  action: { kind: "prompt", agent: "mine", text: "say hello" },
  scope: "admin",
  missed: "skip",
  overlap: "skip",
  cooldownSecs: 0,
  jitterSecs: 0,
  maxRuns: null,
};

/** A daemon with one job, which gives prompts to an agent that never ends by itself. */
class Room {
  readonly jobs = new Jobs();
  readonly turns = new RecentTurns();
  readonly desk: Desk;
  readonly scheduler: Scheduler;
  submitted = 0;
  cancelled = 0;
  /** Looks at the turn: who waits for its end listens before. */
  looks = 0;

  constructor(readonly journal = new FakeJournal()) {
    const desk = this.desk = new Desk({}, journal, [() => this.jobs, () => this.turns]);
    const call = (method: string, params: unknown) => Promise.resolve(this.#answers[method]?.(params));
    const settings = { max_concurrent: 2, timezone: "UTC", quiet_hours: null, programs: {} };
    const context = {
      ...desk.deps,
      bus: desk.bus,
      clock: desk.clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      isReadOnly: () => false,
      methods: { as: ({ kind }: { kind: string }) => ({ kind, call }) },
      work: new OpenWork(),
      settings: { current: settings, booted: settings },
    } as unknown as FeatureContext<SchedulerSettings>; // what jobs use of it
    this.scheduler = new Scheduler({ context, jobs: this.jobs, after: () => () => {} });
    if (this.jobs.size > 0) this.scheduler.tick();
    else this.desk.store.commit({ type: "job.added", data: { job: JOB } }, "cli:admin");
  }

  readonly #answers: Record<string, (params: unknown) => unknown> = {
    "turn.submit": (params) => {
      this.submitted++;
      return { turnId: this.submit("cron", params as ParamsOf<"turn.submit">) };
    },
    "turn.recent": (params) => {
      this.looks++;
      return { turns: [this.turns.get((params as { turnId: string }).turnId)].filter(Boolean) };
    },
    "turn.cancel": () => void this.cancelled++,
  };

  submit(source: string, { text, idempotencyKey: key }: Pick<ParamsOf<"turn.submit">, "text" | "idempotencyKey">) {
    const id = `t${this.journal.records.length}`;
    const turn = {
      id,
      agent: "mine",
      sessionId: null,
      cwd: "/",
      source,
      prompt: text,
      priority: 0,
      reply: "",
      tools: [],
    };
    const data = { id, turn: { ...turn, status: "queued", submittedAt: "" } as const, sessionId: null };
    this.desk.store.commit({ type: "turn.submitted", data }, `${source}:admin`, { key, change: "turn.submit mine" });
    return id;
  }

  /** Begins a run, up to its turn. */
  async begin(): Promise<void> {
    this.scheduler.runs.begin(JOB, { dueAt: null, missed: false, actor: "cli:admin" });
    await eventually(() => this.looks > 0, 5000, "its turn");
  }

  end(turnId: string): void {
    this.desk.store.commit({ type: "turn.ended", data: { turnId, sessionId: null, status: "finished" } }, "daemon");
  }

  get state(): JobState {
    return this.jobs.get("p") as JobState;
  }

  get last() {
    const { turnId, end } = this.state.history.at(-1) ?? {};
    return { turnId, outcome: end?.outcome };
  }

  get types(): string[] {
    return this.journal.records.map(({ type }) => type);
  }

  /** The daemon that starts where this one was killed behind so many records. */
  killed(records = Infinity): Room {
    const journal = new FakeJournal();
    journal.records = this.journal.records.slice(0, records);
    return new Room(journal);
  }
}

Deno.test("C1 J1 a prompt's run and its turn are one record: no kill leaves the one without the other", async () => {
  const room = new Room();
  await room.begin();
  assertEquals(room.types, ["job.added", "job.started", "turn.submitted"]);
  const next = room.killed();
  assertEquals(next.last, { turnId: "t2", outcome: undefined });
  await eventually(() => next.looks > 0, 5000, "the wait for its turn");
  next.end("t2");
  await eventually(() => next.last.outcome !== undefined, 5000, "its end");
  assertEquals([next.last.outcome, next.submitted], ["succeeded", 0]);

  // No turn, no prompt: the run is over, and is not begun again.
  const early = room.killed(2);
  assertEquals([early.last, early.submitted], [{ turnId: undefined, outcome: "interrupted" }, 0]);
});

Deno.test("J1 A1 no turn but that of the run itself is taken for it, whatever key a client gives", () => {
  const room = new Room();
  const key = () => `job p ${room.state.history.at(-1)?.runId}`;
  room.desk.store.commit({ type: "job.started", data: { jobId: "p", runId: "r", dueAt: null } }, "cli:admin");
  room.submit("cli", { text: "x", idempotencyKey: key() });
  room.submit("cron", { text: "x", idempotencyKey: "job p other" });
  room.submit("cron", { text: "x" });
  assertEquals(room.last.turnId, undefined);
  const own = room.submit("cron", { text: "x", idempotencyKey: key() });
  assertEquals(room.last.turnId, own);
});

Deno.test("J1 F2 a restart leaves a prompt to the next daemon, as its turn; a stop ends both", async () => {
  const restarted = new Room();
  await restarted.begin();
  await restarted.scheduler.stop(true);
  assertEquals([restarted.types.at(-1), restarted.cancelled], ["turn.submitted", 0]);
  const next = restarted.killed();
  assertEquals(next.last, { turnId: "t2", outcome: undefined });
  await eventually(() => next.looks > 0, 5000, "the wait for its turn");
  next.end("t2");
  await eventually(() => next.last.outcome === "succeeded", 5000, "its end");

  const stopped = new Room();
  await stopped.begin();
  await stopped.scheduler.stop(false);
  assertEquals([stopped.last.outcome, stopped.cancelled], ["interrupted", 0]);
});

Deno.test("C8 J1 the journal of a version that told the turn of a run by a record of its own: the run goes on with its turn", async () => {
  const old = new Room();
  const { store } = old.desk;
  store.commit({ type: "job.started", data: { jobId: "p", runId: "r", dueAt: null } }, "cli:admin");
  const turnId = old.submit("cron", { text: "say hello" });
  store.commit({ type: "job.prompted", data: { jobId: "p", runId: "r", turnId } }, "daemon");
  const next = old.killed();
  assertEquals([next.last, next.types.length], [{ turnId: "t2", outcome: undefined }, 4]);
  await eventually(() => next.looks > 0, 5000, "the wait for its turn");
  next.end(turnId);
  await eventually(() => next.last.outcome !== undefined, 5000, "its end");
  assertEquals([next.last.outcome, next.submitted], ["succeeded", 0]);
});

Deno.test("J1 F1 a run that is cancelled, or whose daemon stops, before its prompt is submitted: no agent gets it", async () => {
  const cancelled = new Room();
  cancelled.scheduler.runs.begin(JOB, { dueAt: null, missed: false, actor: "cli:admin" });
  await cancelled.scheduler.runs.cancel("p", "cli:admin", { key: undefined, change: "job.cancel" });
  assertEquals(cancelled.types, ["job.added", "job.started", "job.cancel_requested", "job.ended"]);
  assertEquals([cancelled.last.outcome, cancelled.submitted], ["cancelled", 0]);

  for (const restart of [false, true]) {
    const stopped = new Room();
    stopped.scheduler.runs.begin(JOB, { dueAt: null, missed: false, actor: "cli:admin" });
    await stopped.scheduler.stop(restart);
    assertEquals([stopped.last.outcome, stopped.submitted], ["interrupted", 0]);
    const begin = () => stopped.scheduler.runs.begin(JOB, { dueAt: null, missed: false, actor: "cli:admin" });
    assertThrows(begin, ConsoleError, "the daemon is stopping");
    assertEquals(stopped.types.length, 3);
  }
});

Deno.test("J1 a run that goes on behind a crash is cancelled with its turn", async () => {
  const room = new Room();
  await room.begin();
  const next = room.killed();
  const cancelling = next.scheduler.runs.cancel("p", "cli:admin", { key: undefined, change: "job.cancel" });
  await eventually(() => next.cancelled > 0, 5000, "the cancel of its turn");
  next.end("t2");
  await cancelling;
  assertEquals(next.submitted, 0);
});
