/** Jobs in a daemon: what is recorded and run, and when, on a clock and a journal in memory. */
import { assertEquals, assertRejects } from "@std/assert";
import type { FeatureContext } from "../../src/core/service.ts";
import { OpenWork } from "../../src/core/open_work.ts";
import { jobHandlers } from "../../src/job/handlers.ts";
import { Jobs } from "../../src/job/jobs.ts";
import { Scheduler } from "../../src/job/scheduler.ts";
import type { SchedulerSettings } from "../../src/job/section.ts";
import type { RunOutcome } from "../../src/platform/bounded_run.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { ParamsOf } from "../../src/protocol/method_schemas.ts";
import { callOf, Desk, FakeCaller } from "../support/desk.ts";
import { FakeJournal } from "../support/fake_journal.ts";

const ENDED: RunOutcome = { kind: "ended", code: 0, stdout: "done, password=hunter2secret\n", stderr: "" };

const program = { argv: ["/bin/true"], timeout_mins: 1 };
const SETTINGS: SchedulerSettings = {
  max_concurrent: 2,
  timezone: "UTC",
  quiet_hours: null,
  programs: { a: program, b: program, c: program },
};

/** A daemon's jobs; those of an earlier one where its journal is given. It begins at 10:00. */
class Room {
  readonly jobs = new Jobs();
  readonly work = new OpenWork();
  readonly desk: Desk;
  readonly scheduler: Scheduler;
  readonly handlers: ReturnType<typeof jobHandlers>;
  settings = SETTINGS;
  /** Programs that run, each with the way to end it. */
  readonly running: { readonly end: (outcome: RunOutcome) => void; readonly env: Readonly<Record<string, string>> }[] =
    [];
  timers: { readonly ms: number; readonly action: () => void }[] = [];
  readonly home = Deno.makeTempDirSync({ prefix: "ac-jobs-" });

  constructor(journal = new FakeJournal()) {
    const desk = this.desk = new Desk({}, journal, [() => this.jobs]);
    const settings = () => this.settings;
    const context = {
      ...desk.deps,
      clock: desk.clock,
      paths: homePaths(this.home),
      log: { debug() {}, info() {}, warn() {}, error() {} },
      isReadOnly: () => journal.room <= 0,
      work: this.work,
      settings: {
        get current() {
          return settings();
        },
        booted: SETTINGS,
      },
    } as unknown as FeatureContext<SchedulerSettings>; // what jobs use of it
    this.scheduler = new Scheduler({
      context,
      jobs: this.jobs,
      run: (_argv, { env, signal }) =>
        new Promise((end) => {
          signal?.addEventListener("abort", () => end({ kind: "killed", stdout: "", stderr: "" }));
          this.running.push({ end, env });
        }),
      after: (ms, action) => {
        const timer = { ms, action };
        this.timers.push(timer);
        return () => this.timers = this.timers.filter((one) => one !== timer);
      },
    });
    this.handlers = jobHandlers({ context, jobs: this.jobs, scheduler: this.scheduler });
    if (this.jobs.size > 0) this.scheduler.tick();
  }

  async call<M extends keyof Room["handlers"]>(method: M, params: ParamsOf<M>, kind = "cli") {
    const handler = this.handlers[method] as (...args: unknown[]) => unknown;
    return await handler(params, callOf(new FakeCaller(kind, "admin")));
  }

  add(id: string, schedule: string, more: Partial<ParamsOf<"job.add">> = {}) {
    return this.call("job.add", { id, schedule, action: { kind: "program", program: id }, ...more });
  }

  /** Lets the time go on, as far as the timer is set at each step. */
  async pass(ms: number): Promise<void> {
    const until = this.desk.clock.now() + ms;
    for (;;) {
      const [timer] = this.timers;
      const left = until - this.desk.clock.now();
      if (timer === undefined || timer.ms > left) return this.desk.pass(left);
      this.timers = [];
      this.desk.pass(timer.ms);
      timer.action();
      await turn();
    }
  }

  async endFirst(outcome: RunOutcome = ENDED): Promise<void> {
    this.running.shift()?.end(outcome);
    await turn();
  }

  /** The events of jobs, and what of them tells them apart. */
  get events(): string[] {
    return this.desk.journal.records.map(({ type, data }) => {
      const { jobId, job, outcome, why } = data as Record<string, string> & { job?: { id: string } };
      return [type.replace("job.", ""), jobId ?? job?.id, outcome ?? why].filter((part) => part !== undefined).join(
        " ",
      );
    });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.home, { recursive: true });
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("C1 a run is recorded before its program starts, and one that a crash cut off is not run again", async () => {
  using room = new Room();
  await room.add("a", "*/5 * * * *", { missed: "once" });
  assertEquals(room.timers.map(({ ms }) => ms), [60_000]);
  await room.pass(5 * 60_000);
  assertEquals([room.events, room.running.length], [["added a", "started a"], 1]);
  assertEquals(room.running[0]?.env["AGENT_CONSOLE_JOB"], "a");

  using next = new Room(room.desk.journal);
  assertEquals(next.events.slice(2), ["ended a interrupted"]);
  await next.pass(4 * 60_000); // its clock begins at 10:00 again: the time of that run is not there twice
  assertEquals(next.running.length, 0);
  await next.pass(6 * 60_000);
  assertEquals([next.events.slice(3), next.running.length], [["started a"], 1]);
  await next.endFirst();
  const { runs } = await next.call("job.history", {}) as { runs: Record<string, unknown>[] };
  assertEquals(runs.map(({ outcome, stdout, code }) => [outcome, stdout, code]), [
    ["succeeded", "done, password=***", 0],
    ["interrupted", undefined, undefined],
  ]);
});

Deno.test("C9 overlap, places and what waits: one run behind another, in the order of their times", async () => {
  using room = new Room();
  await room.add("a", "* * * * *", { overlap: "queue" });
  await room.add("b", "* * * * *");
  await room.add("c", "* * * * *", { maxRuns: 1 });
  await room.pass(60_000);
  assertEquals(room.events.slice(3), ["started a", "started b"]);
  await room.pass(3 * 60_000);
  assertEquals(room.events.slice(5), ["skipped b overlap"]);
  await room.endFirst();
  assertEquals(room.events.slice(6), ["ended a succeeded", "started c"]);
  await room.endFirst({ ...ENDED, code: 3 });
  assertEquals(room.events.slice(8), ["ended b failed", "started a"]);
  const { jobs } = await room.call("job.list", { id: "c" }) as { jobs: Record<string, unknown>[] };
  assertEquals(jobs.map(({ runs, running, nextRun }) => [runs, running, nextRun]), [[1, true, null]]);
  await room.call("job.cancel", { id: "c" });
  assertEquals(room.events.at(-1), "ended c cancelled");
});

Deno.test("P6 C1 two who cancel a run at once are both told of its end, and the repeat of each gets its answer, also behind a crash", async () => {
  using room = new Room();
  await room.add("a", "@yearly");
  await room.call("job.run", { id: "a" });
  const cancel = (of: Room, idempotencyKey: string) => of.call("job.cancel", { id: "a", idempotencyKey });
  const cancelling = ["one", "two", "one"].map((key) => cancel(room, key));
  const told = cancelling.map((each) => each.then(() => room.events.at(-1)));
  const [one, two, again] = await Promise.all(cancelling);
  assertEquals(await Promise.all(told), Array(3).fill("ended a cancelled"));
  assertEquals(again, one);
  assertEquals(room.events.slice(2), ["cancel_requested a", "cancel_requested a", "ended a cancelled"]);
  await room.call("job.run", { id: "a" });
  using next = new Room(room.desk.journal);
  for (const  of of[room, next]) assertEquals([await cancel(of, "one"), await cancel(of, "two")], [one, two]);
  assertEquals(room.running.length, 2, "the run that has begun since goes on");
});

Deno.test("C5 a run is cancelled also where the journal takes nothing: who asked is told that", async () => {
  using room = new Room();
  await room.add("a", "@yearly");
  await room.call("job.run", { id: "a" });
  room.desk.journal.room = 0;
  await assertRejects(() => room.call("job.cancel", { id: "a" }), ConsoleError, "cannot be written");
  await turn();
  room.desk.journal.room = Infinity;
  room.scheduler.tick();
  assertEquals(room.events.at(-1), "ended a cancelled");
});

Deno.test("C9 a job each second through a night of quiet hours and a suspend makes no row of records and no storm", async () => {
  using room = new Room();
  room.settings = { ...SETTINGS, quiet_hours: "10:00-11:00" };
  await room.add("a", "* * * * * *");
  await room.pass(600_000);
  assertEquals(room.events, ["added a", "skipped a quiet_hours"]);
  room.settings = SETTINGS;
  room.desk.pass(6 * 3_600_000); // suspended: no timer has fired
  await room.pass(60_000);
  assertEquals([room.events.slice(2), room.running.length], [["started a", "skipped a overlap"], 1]);
});

Deno.test("C6 while the journal takes nothing no program starts; then what is due does, once", async () => {
  using room = new Room();
  await room.add("a", "* * * * *");
  room.desk.journal.room = 0;
  await room.pass(90_000);
  assertEquals(room.running.length, 0);
  room.desk.journal.room = Infinity;
  await room.pass(60_000);
  assertEquals([room.events, room.running.length], [["added a", "started a"], 1]);
});

Deno.test("P6 a job is added, begun and ended once by one key; what cannot be is refused with why", async () => {
  using room = new Room();
  assertEquals(room.timers.length, 0);
  const first = await room.add("a", "@daily", { idempotencyKey: "k", next: 2 });
  assertEquals(first, {
    seq: 1,
    sessionId: null,
    status: null,
    timezone: "UTC",
    next: ["2026-11-21T00:00:00.000Z", "2026-11-22T00:00:00.000Z"],
  });
  assertEquals(await room.add("a", "@daily", { idempotencyKey: "k", next: 2 }), first);
  await room.add("b", "@daily", { dryRun: true });
  await room.call("job.run", { id: "a", idempotencyKey: "r" });
  await room.call("job.run", { id: "a", idempotencyKey: "r" });
  assertEquals([room.events, room.running.length], [["added a", "started a"], 1]);
  for (
    const [kind, call] of [
      ["conflict", () => room.add("a", "@daily")],
      ["conflict", () => room.add("unknown", "@daily")],
      ["conflict", () => room.add("a", "@hourly", { idempotencyKey: "k", next: 2 })],
      ["conflict", () => room.call("job.run", { id: "b", idempotencyKey: "r" })],
      ["invalid_params", () => room.add("Upper", "@daily")],
      ["conflict", () => room.call("job.run", { id: "a" })],
      ["conflict", () => room.call("job.remove", { id: "a" })],
      ["conflict", () => room.call("job.enable", { id: "a" })],
      ["not_found", () => room.call("job.cancel", { id: "b" })],
      ["invalid_params", () => room.add("b", "0 0 31 2 *")],
      ["invalid_params", () => room.add("b", "@daily", { timezone: "Mars/Olympus" })],
    ] as const
  ) assertEquals((await assertRejects(call, ConsoleError)).kind, kind, String(call));
  await room.endFirst();
  await room.call("job.disable", { id: "a" });
  assertEquals(room.timers.length, 0);
  await room.call("job.remove", { id: "a" });
  assertEquals(room.events.slice(2), ["ended a succeeded", "disabled a", "removed a"]);
});

Deno.test("F1 F6 a run is open work until its end is recorded; a stop ends it, and records that", async () => {
  using room = new Room();
  await room.add("a", "@daily");
  assertEquals(room.work.counts, {});
  await room.call("job.run", { id: "a" });
  assertEquals(room.work.counts, { jobs: 1 });
  await room.scheduler.stop(false);
  assertEquals(room.work.total, 0);
  assertEquals([room.events.at(-1), room.timers.length], ["ended a interrupted", 0]);
});

Deno.test("M3 what agents call by MCP changes, runs and removes only jobs that were added by MCP", async () => {
  using room = new Room();
  await room.add("a", "@daily");
  await room.call("job.add", { id: "b", schedule: "@daily", action: { kind: "program", program: "b" } }, "mcp");
  const before = room.events;
  for (const method of ["job.remove", "job.disable", "job.enable", "job.run", "job.cancel"] as const) {
    const error = await assertRejects(
      () => room.call(method, { id: "a" }, "mcp"),
      ConsoleError,
      "not added by an agent",
    );
    assertEquals(error.kind, "forbidden");
  }
  assertEquals(room.events, before);
  await room.call("job.disable", { id: "b" }, "mcp");
  await room.call("job.remove", { id: "b" }, "mcp");
  await room.call("job.remove", { id: "a" });
  assertEquals(room.events.slice(2), ["disabled b", "removed b", "removed a"]);

  // One of an earlier version does not say who added it.
  const action = { kind: "program", program: "c" } as const;
  const policy = { missed: "skip", overlap: "skip", cooldownSecs: 0, jitterSecs: 0, maxRuns: null } as const;
  const job = { id: "c", schedule: "@daily", timezone: "UTC", action, ...policy };
  room.desk.store.commit({ type: "job.added", data: { job } }, "mcp:admin");
  await assertRejects(() => room.call("job.remove", { id: "c" }, "mcp"), ConsoleError, "not added by an agent");
});
