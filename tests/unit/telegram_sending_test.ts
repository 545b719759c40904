/** What the bot sends, with a Telegram that fails: buttons stay good, questions are sent, and nobody's press waits. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { BotContext } from "../../src/channel/telegram/bot_context.ts";
import type { BotFailure } from "../../src/channel/telegram/bot_api.ts";
import { Buttons } from "../../src/channel/telegram/buttons.ts";
import { inTime } from "../../src/channel/telegram/channel.ts";
import { firstChoices } from "../../src/channel/telegram/choices.ts";
import { Commands } from "../../src/channel/telegram/commands.ts";
import type { KeptMessage } from "../../src/channel/telegram/kept.ts";
import { Outgoing } from "../../src/channel/telegram/outgoing.ts";
import { onPress } from "../../src/channel/telegram/presses.ts";
import { AskedRequests } from "../../src/channel/telegram/questions.ts";
import { ShownRequests } from "../../src/channel/telegram/shown.ts";
import { BegunTurns } from "../../src/channel/telegram/turns.ts";
import type { CallOutcome } from "../../src/channel/kind.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { Need } from "../../src/view/need_words.ts";
import { eventually } from "../support/harness_wait.ts";
import { OPEN_CALL } from "../support/open_call.ts";

const PRESSED = { kind: "press", id: "p", chat: 7, message: 3, text: "t" } as const;

type Failure = BotFailure["kind"] | undefined;

/** A bot's parts beside a Telegram and a daemon that are played. */
class Room {
  approval: Approval = OPEN_CALL;
  readonly edits: string[] = [];
  readonly sent: string[] = [];
  readonly toasts: string[] = [];
  readonly called: string[] = [];
  readonly later: CallOutcome[] = [];
  /** What the next edit is replied; none: it is taken. */
  edit: () => Promise<Failure> | Failure = () => undefined;
  send: () => Promise<void> | void = () => {};
  call: (method: string) => unknown = () => ({});
  messages: KeptMessage[] = [];
  readonly stop = new AbortController();
  readonly buttons = new Buttons();
  readonly context: BotContext;

  constructor() {
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    this.context = {
      host: {
        log,
        clock: { now: () => 0 },
        bus: { listen: () => () => {} },
        store: { seq: 0, sessions: () => [] },
        approvals: { approvalOf: () => this.approval },
        commands: () => [],
      },
      sender: {
        edit: async ({ text }: { text: string }) => {
          this.edits.push(text);
          return await this.edit();
        },
        send: async ({ text }: { text: string }) => {
          await this.send();
          return { ok: true, result: this.sent.push(text) };
        },
        toast: (_: string, text: string) => Promise.resolve(void this.toasts.push(text)),
      },
      kept: this,
      outgoing: new Outgoing(log, this.stop.signal),
      buttons: this.buttons,
      shown: new ShownRequests(),
      caller: {
        call: async (method: string) => {
          this.called.push(method);
          return await this.call(method);
        },
      },
      chats: [7],
      botId: "1",
      calls: { isWanted: () => true, endedLater: (outcome: CallOutcome) => this.later.push(outcome) },
      unsent: new Set(),
      // A retry's wait ends when it is woken.
      sleep: (_: number, signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener("abort", () => resolve(), { once: true });
        }),
      after: () => () => {},
      signal: this.stop.signal,
    } as unknown as BotContext;
  }

  /** As Kept does. */
  add(one: KeptMessage): void {
    this.messages = [...this.messages, one];
  }

  remove(gone: readonly KeptMessage[]): void {
    this.messages = this.messages.filter((one) => !gone.includes(one));
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.context.outgoing.ended();
  }

  /** As they stand below the message 3. */
  offered(): readonly string[] {
    const presses = firstChoices(this.approval, true).flat().map(({ press }) => press);
    const words = this.buttons.offer(7, "k1", presses);
    this.buttons.bind(words, 7, 3);
    return words;
  }
}

const need: Need = { key: "k", kind: "question", sessionId: "s", name: "n", what: "w", approval: OPEN_CALL };
const content = { needs: [need], message: { sign: "?", text: "x" } } as unknown as Parameters<AskedRequests["ask"]>[0];

Deno.test("V4 an edit that fails leaves the buttons that stand there as good as they were", async () => {
  const room = new Room();
  const questions = new AskedRequests(room.context);
  const [yes = "", , more = ""] = room.offered();
  room.edit = () => "unreachable";
  for (let press = 0; press < 2; press++) {
    await onPress(room.context, questions, { ...PRESSED, data: more });
    await eventually(() => room.edits.length === press + 1, 2000, "the edit");
  }
  await onPress(room.context, questions, { ...PRESSED, data: yes });
  assertEquals(room.called, ["approval.text", "approval.text", "approval.decide"]);
  await room.end();
});

Deno.test("V4 an answer that the daemon could not take may be pressed again", async () => {
  const room = new Room();
  const questions = new AskedRequests(room.context);
  const [, no = ""] = room.offered();
  room.call = () => {
    throw new ConsoleError("timeout", "it took long");
  };
  await onPress(room.context, questions, { ...PRESSED, data: no });
  room.call = () => ({});
  await onPress(room.context, questions, { ...PRESSED, data: no });
  await onPress(room.context, questions, { ...PRESSED, data: no });
  assertEquals(room.called, ["approval.decide", "approval.decide"]);
  assertEquals(room.toasts.slice(0, 2), ["it took long", "denied"]);
  await room.end();
});

Deno.test("V4 the buttons of an earlier bot are renewed until Telegram has taken them", async () => {
  const room = new Room();
  room.messages = [{ about: "approval", id: "k1", chat: 7, message: 3 }];
  const questions = new AskedRequests(room.context);
  room.edit = () => "unreachable";
  questions.reconcile();
  await eventually(() => room.edits.length === 1, 2000, "the first try");
  room.edit = () => undefined;
  questions.reconcile();
  await eventually(() => room.edits.length === 2, 2000, "the second try");
  await room.end();
});

Deno.test("V4 a request that cannot be opened is told as not asked, and asked later", async () => {
  const room = new Room();
  room.approval = { ...OPEN_CALL, missing: 10 };
  const questions = new AskedRequests(room.context);
  room.call = () => {
    throw new ConsoleError("timeout", "it took long");
  };
  const asked = { ...content, needs: [{ ...need, approval: room.approval }] };
  assertMatch(await questions.ask(asked) ?? "", /cannot be opened.*it took long/);
  assertEquals([...room.context.unsent], ["k1"]);
  room.call = () => ({});
  questions.reconcile();
  await eventually(() => room.later.length === 1, 2000, "the question");
  assertEquals([room.sent.length, room.context.unsent.size], [1, 0]);
  await room.end();
});

Deno.test("V4 an edit that Telegram lets wait keeps no question from anybody", async () => {
  const room = new Room();
  const questions = new AskedRequests(room.context);
  room.messages = [{ about: "approval", id: "old", chat: 7, message: 3 }];
  const find = (id: string) => id === "old" ? undefined : OPEN_CALL;
  Object.assign(room.context.host, { approvals: { approvalOf: find } });
  room.context.unsent.add("k1");
  const { promise, resolve } = Promise.withResolvers<Failure>();
  room.edit = () => promise;
  questions.reconcile();
  await eventually(() => room.sent.length === 1, 2000, "the question");
  resolve("limited");
  await room.end();
});

Deno.test("V4 an error in one run of edits does not end those behind it", async () => {
  const room = new Room();
  const questions = new AskedRequests(room.context);
  room.messages = [{ about: "approval", id: "k1", chat: 7, message: 3 }];
  Object.assign(room.context.host, { approvals: { approvalOf: () => undefined } });
  room.edit = () => {
    throw new Error("a bug");
  };
  questions.reconcile();
  await eventually(() => room.edits.length === 1, 2000, "the first try");
  await room.context.outgoing.ended();
  room.edit = () => undefined;
  questions.reconcile();
  await eventually(() => room.messages.length === 0, 2000, "the second try");
  await room.end();
});

Deno.test("V4 the end of a turn that did not get through is told by the next bot", async () => {
  for (const failure of ["stopped", "unauthorized", "limited", "unreachable", "refused", undefined] as const) {
    const room = new Room();
    room.call = () => ({ turns: [] });
    room.edit = () => failure;
    const turns = new BegunTurns(room.context);
    turns.follow("t", 7, 3);
    await room.context.outgoing.ended();
    assertEquals(room.edits.length, 1);
    const isKept = failure !== "refused" && failure !== undefined;
    assertEquals(room.messages.length, isKept ? 1 : 0, failure);
  }
});

Deno.test("V4 the end of a turn lands behind an edit that was on its way, and hides under none", async () => {
  const room = new Room();
  let hear = (_: unknown) => {};
  Object.assign(room.context.host, {
    bus: { listen: (_: number, _topics: unknown, told: typeof hear) => hear = told },
  });
  let status = "running";
  room.call = () => ({ turns: [{ status, agent: "a", reply: status }] });
  const { promise, resolve } = Promise.withResolvers<Failure>();
  room.edit = () => promise;
  const turns = new BegunTurns(room.context);
  turns.follow("t", 7, 3);
  await eventually(() => room.edits.length === 1, 2000, "the first edit");
  status = "finished";
  hear({ event: { type: "turn.ended", data: { turnId: "t" } } });
  await eventually(() => room.called.length >= 1, 2000, "a look");
  await new Promise((done) => setTimeout(done, 0));
  assertEquals(room.edits.length, 1, "one at a time");
  resolve(undefined);
  await eventually(() => room.messages.length === 0, 2000, "its end");
  assertEquals(room.edits.map((text) => text.split("\n")[0]), ["● a: running", "✓ a: finished"]);
  await room.end();
});

Deno.test("V4 what Telegram lets wait keeps no command and no press waiting, and goes out in its order", async () => {
  const room = new Room();
  const { promise, resolve } = Promise.withResolvers<void>();
  room.send = () => promise;
  const turns = new BegunTurns(room.context);
  const commands = new Commands({
    context: room.context,
    questions: new AskedRequests(room.context),
    turns,
    more: {} as never,
    canRun: false,
  });
  room.call = (method) => method === "command.execute" ? { response: `reply ${room.called.length}` } : {};
  await commands.reply(7, "/status", 1);
  await commands.reply(7, "/deny k1", 2);
  const [, no = ""] = room.offered();
  await onPress(room.context, new AskedRequests(room.context), { ...PRESSED, data: no });
  assertEquals(room.called, ["command.execute", "command.execute", "approval.decide"]);
  assertEquals(room.sent, []);
  for (let more = 0; more < 100; more++) await commands.reply(7, "/status", 3);
  resolve();
  await room.context.outgoing.ended();
  assertEquals([room.sent.slice(0, 2), room.sent.length], [["reply 1", "reply 2"], 50]);
});

Deno.test("V4 a call that took long is told as it ended", async () => {
  const later: CallOutcome[] = [];
  const { promise, resolve } = Promise.withResolvers<CallOutcome>();
  const { signal } = new AbortController();
  const first = await inTime(promise, { ms: 1, signal, endedLater: (outcome) => later.push(outcome) });
  assert(first.kind === "failed" && later.length === 0);
  resolve({ kind: "taken" });
  await eventually(() => later.length === 1, 2000, "its end");
  assertEquals(later, [{ kind: "taken" }]);
});
