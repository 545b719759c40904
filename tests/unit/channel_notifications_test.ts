/** When channels notify, with a fake clock and fake programs. */
import { assertEquals } from "@std/assert";
import { Notifications } from "../../src/channel/notifications.ts";
import type { NotificationContent, OpenChannel } from "../../src/channel/kind.ts";
import { isQuiet } from "../../src/domain/quiet_hours.ts";
import type { JobOutcome } from "../../src/domain/job_outcome.ts";
import type { NeedKind } from "../../src/domain/need_kinds.ts";
import type { RunOutcome } from "../../src/platform/bounded_run.ts";
import type { Need } from "../../src/view/need_words.ts";
import { event, openRequest, YES } from "../support/claude_request.ts";
import { Desk } from "../support/desk.ts";
import { pause } from "../support/harness_wait.ts";

const ENDED: RunOutcome = { kind: "ended", code: 0, stdout: "", stderr: "" };

class Room {
  readonly desk = new Desk();
  readonly said: string[] = [];
  readonly logged: string[] = [];
  kinds: readonly NeedKind[] = ["question", "failure"];
  silent = false;
  inFront: (need: Need) => boolean = () => false;
  /** How the channel's program ends. */
  outcome: Promise<RunOutcome> | RunOutcome = ENDED;
  #timers: { at: number; action: () => void }[] = [];
  readonly notifications: Notifications;

  constructor() {
    const { desk } = this;
    const channel: OpenChannel = { target: "/bin/notify", notify: (content) => this.#say(content) };
    const note = (level: string) => (message: string) => void this.logged.push(`${level} ${message}`);
    this.notifications = new Notifications({
      clock: desk.clock,
      log: { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") },
      after: (ms, action) => {
        const timer = { at: desk.clock.now() + ms, action };
        this.#timers.push(timer);
        return () => this.#timers = this.#timers.filter((other) => other !== timer);
      },
      channels: () => [{ name: "command", channel }],
      kinds: () => this.kinds,
      sessions: () => desk.store.sessions(),
      isSilent: () => this.silent,
      visible: (needs) => Promise.resolve(new Set(needs.filter(this.inFront))),
    });
    desk.bus.listen(desk.store.seq, new Set(["session", "approval"]), ({ event }) => this.notifications.hear(event));
  }

  get timers(): number {
    return this.#timers.length;
  }

  async pass(ms: number): Promise<void> {
    await pause(0);
    this.desk.pass(ms);
    const due = this.#timers.filter(({ at }) => at <= this.desk.clock.now());
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const { action } of due) action();
    await pause(0);
  }

  async #say({ message }: NotificationContent): Promise<RunOutcome> {
    this.said.push(message.text);
    return await this.outcome;
  }
}

const prompt = (session_id: string) =>
  event("UserPromptSubmit", {
    session_id,
    cwd: `/home/u/${session_id}`,
    prompt: `go ${session_id}`,
    prompt_id: session_id,
  });
const waits = (session_id: string) =>
  event("Notification", {
    session_id,
    cwd: `/home/u/${session_id}`,
    notification_type: "permission_prompt",
    message: `${session_id} needs you`,
  });

async function ask(room: Room, ...sessions: readonly string[]): Promise<void> {
  for (const session of sessions) {
    await room.desk.report(prompt(session));
    await room.desk.report(waits(session));
  }
}

Deno.test("first hour 5: what comes within 2 s is one notification, and no timer runs before and after", async () => {
  const room = new Room();
  assertEquals(room.timers, 0);
  await ask(room, "web");
  await room.pass(1000);
  await ask(room, "shop", "docs");
  await room.pass(900);
  assertEquals([room.said, room.timers], [[], 1]);
  await room.pass(100);
  assertEquals([room.said, room.timers], [["3 wait: web, shop, docs"], 0]);
  await ask(room, "infra");
  await room.pass(2000);
  assertEquals(room.said.slice(1), ["infra waits: infra needs you"]);
});

Deno.test("first hour 5: who answered meanwhile is not notified", async () => {
  const room = new Room();
  const { id } = await openRequest("make", room.desk);
  await room.pass(1000);
  await room.desk.broker.decide({ id, ...YES }, "cli:admin");
  await room.pass(1000);
  assertEquals([room.said, room.timers], [[], 0]);
});

Deno.test("first hour 5: nobody is notified who is muted, in quiet hours or looks at the pane", async () => {
  const room = new Room();
  room.silent = true;
  await ask(room, "web");
  await room.pass(2000);
  room.silent = false;
  room.inFront = ({ name }) => name === "shop";
  await ask(room, "shop", "docs");
  await room.pass(2000);
  assertEquals(room.said, ["docs waits: docs needs you"]);
  await ask(room, "shop");
  await room.pass(2000);
  assertEquals(room.said.length, 1);
});

Deno.test("first hour 5: channels.on leaves out questions or failures", async () => {
  const room = new Room();
  room.kinds = ["failure"];
  await ask(room, "web");
  await room.desk.report(prompt("shop"));
  await room.desk.report(event("StopFailure", { session_id: "shop", cwd: "/home/u/shop", error: "overloaded" }));
  await room.pass(2000);
  assertEquals(room.said, ["shop failed: overloaded"]);
});

Deno.test("first hour 5: one program of a channel at a time; what comes meanwhile and still waits is its next notification", async () => {
  const room = new Room();
  const { promise, resolve } = Promise.withResolvers<RunOutcome>();
  room.outcome = promise;
  await ask(room, "web");
  await room.pass(2000);
  await ask(room, "shop");
  await room.pass(2000);
  await ask(room, "docs");
  await room.pass(2000);
  assertEquals(room.said.length, 1);
  await room.desk.report(prompt("shop")); // its question was answered in the terminal
  room.outcome = ENDED;
  resolve(ENDED);
  await room.pass(0);
  assertEquals(room.said.slice(1), ["docs waits: docs needs you"]);
});

Deno.test("first hour 5: a channel that fails is told of once, and once when it works again", async () => {
  const room = new Room();
  for (
    const outcome of [
      { kind: "ended", code: 3, stdout: "", stderr: "no display\n" },
      { kind: "killed", stdout: "", stderr: "" },
      ENDED,
      ENDED,
    ] as const
  ) {
    room.outcome = outcome;
    await ask(room, `web${room.said.length}`);
    await room.pass(2000);
  }
  assertEquals(room.said.length, 4);
  assertEquals(room.logged, ["warn a channel did not notify", "info a channel notifies again"]);
  assertEquals(room.notifications.last.get("command")?.ok, true);
});

Deno.test("first hour 5: after a stop nobody is notified", async () => {
  const room = new Room();
  await ask(room, "web");
  await room.pass(500);
  room.notifications.stop();
  assertEquals(room.timers, 0);
  await ask(room, "shop");
  await room.pass(5000);
  assertEquals(room.said, []);
});

Deno.test("first hour 5: quiet hours, over midnight too", () => {
  const at = (hours: number, minutes: number) => hours * 60 + minutes;
  const quiet = (hours: string | null) =>
    [at(21, 59), at(22, 0), at(0, 0), at(6, 59), at(7, 0)].map((time) => isQuiet(hours, time));
  assertEquals(quiet("22:00-07:00"), [false, true, true, true, false]);
  assertEquals(quiet("00:00-07:00"), [false, false, true, true, false]);
  assertEquals(quiet("21:59-22:00"), [true, false, false, false, false]);
  assertEquals(quiet("08:00-08:00"), [true, true, true, true, true]);
  assertEquals(quiet(null), [false, false, false, false, false]);
});

Deno.test("J2 a job that fails notifies once in a row, under its name, and not where it has succeeded by then", async () => {
  const room = new Room();
  const ended = (jobId: string, runId: string, more: { outcome: JobOutcome; again?: true; problem?: string }) =>
    room.notifications.hear({ type: "job.ended", data: { jobId, runId, ...more } });
  ended("tidy", "r1", { outcome: "timed_out", problem: "it did not end\x1b[2J, password=hunter2secret" });
  ended("tidy", "r2", { outcome: "failed", again: true });
  ended("short", "r3", { outcome: "failed" });
  ended("short", "r4", { outcome: "succeeded" });
  ended("by-hand", "r5", { outcome: "cancelled" });
  await room.pass(2000);
  assertEquals(room.said, ["job tidy failed: it did not end\\x1b[2J, password=***"]);
  room.kinds = ["question"];
  ended("other", "r6", { outcome: "failed" });
  await room.pass(2000);
  assertEquals([room.said.length, room.timers], [1, 0]);
});
