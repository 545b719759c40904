/** What the bot sends, with a Telegram that fails: buttons stay good, questions are sent, and nobody's press waits. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inTime } from "../../src/channel/telegram/channel.ts";
import { Commands } from "../../src/channel/telegram/commands.ts";
import { onCallbackQuery } from "../../src/channel/telegram/callback_queries.ts";
import { AskedRequests } from "../../src/channel/telegram/questions.ts";
import { readCommand } from "../../src/channel/telegram/parse_update.ts";
import { FullyShownRequests } from "../../src/channel/telegram/fully_shown_requests.ts";
import { TurnMessages } from "../../src/channel/telegram/turn_messages.ts";
import type { NotificationOutcome } from "../../src/channel/kind.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { Need } from "../../src/view/need_words.ts";
import { eventually } from "../support/harness_wait.ts";
import { OPEN_CALL } from "../support/open_call.ts";
import { type Failure, TelegramRoom } from "../support/telegram_room.ts";

const PRESSED = { kind: "callback_query", id: "p", chat: 7, message: 3, text: "t" } as const;

const STATUS = { kind: "command", line: "/status", isNamed: false } as const;
const LONG: Approval = { ...OPEN_CALL, input: Array.from({ length: 400 }, (_, n) => `echo ${n} ok`).join("\n") };
const need: Need = { key: "k", kind: "question", sessionId: "s", name: "s", what: "w", approval: OPEN_CALL };
const content = { needs: [need], message: { sign: "?", text: "x" } } as unknown as Parameters<AskedRequests["ask"]>[0];

Deno.test("V4 an edit that fails leaves the buttons that stand there as good as they were", async () => {
  const room = new TelegramRoom();
  const questions = new AskedRequests(room.context);
  assertEquals(await questions.ask(content), undefined);
  const [yes = "", , more = ""] = room.below;
  const pressed = { ...PRESSED, message: 1 };
  room.edit = () => "unreachable";
  for (let press = 0; press < 2; press++) {
    await onCallbackQuery(room.context, questions, { ...pressed, data: more });
    await eventually(() => room.edits.length === press + 1, 2000, "the edit");
  }
  await onCallbackQuery(room.context, questions, { ...pressed, data: yes });
  assertEquals(room.called, ["approval.text", "approval.text", "approval.decide"]);
  await room.end();
});

Deno.test("V4 an answer that the daemon could not take may be pressed again", async () => {
  const room = new TelegramRoom();
  const questions = new AskedRequests(room.context);
  const [, no = ""] = room.offered();
  room.call = () => {
    throw new ConsoleError("timeout", "it took long");
  };
  await onCallbackQuery(room.context, questions, { ...PRESSED, data: no });
  room.call = () => ({});
  await onCallbackQuery(room.context, questions, { ...PRESSED, data: no });
  await onCallbackQuery(room.context, questions, { ...PRESSED, data: no });
  assertEquals(room.called, ["approval.decide", "approval.decide"]);
  assertEquals(room.toasts.slice(0, 2), ["it took long", "denied"]);
  await room.end();
});

Deno.test("V4 the buttons of an earlier bot are renewed until Telegram has taken them", async () => {
  const room = new TelegramRoom();
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
  const room = new TelegramRoom();
  room.approval = { ...OPEN_CALL, missing: 10 };
  const questions = new AskedRequests(room.context);
  room.call = () => {
    throw new ConsoleError("timeout", "it took long");
  };
  const asked = { ...content, needs: [{ ...need, approval: room.approval }] };
  assertMatch(await questions.ask(asked) ?? "", /cannot be opened.*it took long/);
  assertEquals([...room.context.unsent], ["7 k1"]);
  room.call = () => ({});
  questions.reconcile();
  await eventually(() => room.later.length === 1, 2000, "the question");
  assertEquals([room.sent.length, room.context.unsent.size], [1, 0]);
  await room.end();
});

Deno.test("V4 an edit that Telegram lets wait keeps no question from anybody", async () => {
  const room = new TelegramRoom();
  const questions = new AskedRequests(room.context);
  room.messages = [{ about: "approval", id: "old", chat: 7, message: 3 }];
  const find = (id: string) => id === "old" ? undefined : OPEN_CALL;
  Object.assign(room.context.host, { approvals: { approvalOf: find } });
  room.context.unsent.add("7 k1");
  const { promise, resolve } = Promise.withResolvers<Failure>();
  room.edit = () => promise;
  questions.reconcile();
  await eventually(() => room.sent.length === 1, 2000, "the question");
  resolve("limited");
  await room.end();
});

Deno.test("V4 an error in one run of edits does not end those behind it", async () => {
  const room = new TelegramRoom();
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

Deno.test("V4 what Telegram lets wait keeps no command and no press waiting, and goes out in its order", async () => {
  const room = new TelegramRoom();
  const { promise, resolve } = Promise.withResolvers<void>();
  room.send = () => promise;
  const turns = new TurnMessages(room.context);
  const commands = new Commands({
    context: room.context,
    questions: new AskedRequests(room.context),
    turns,
    more: {} as never,
    canRun: false,
  });
  room.call = (method) => method === "command.execute" ? { response: `reply ${room.called.length}` } : {};
  await commands.reply(7, STATUS, 1);
  await commands.reply(7, { ...STATUS, line: "/deny k1" }, 2);
  const [, no = ""] = room.offered();
  await onCallbackQuery(room.context, new AskedRequests(room.context), { ...PRESSED, data: no });
  assertEquals(room.called, ["command.execute", "command.execute", "approval.decide"]);
  assertEquals(room.sent, []);
  for (let more = 0; more < 100; more++) await commands.reply(7, STATUS, 3);
  resolve();
  await room.context.outgoing.ended();
  assertEquals([room.sent.slice(0, 2), room.sent.length], [["reply 1", "reply 2"], 50]);
});

Deno.test("V4 a notification that took long is told as it ended", async () => {
  const later: NotificationOutcome[] = [];
  const { promise, resolve } = Promise.withResolvers<NotificationOutcome>();
  const { signal } = new AbortController();
  const first = await inTime(promise, { ms: 1, signal, endedLater: (outcome) => later.push(outcome) });
  assert(first.kind === "failed" && later.length === 0);
  resolve({ kind: "taken" });
  await eventually(() => later.length === 1, 2000, "its end");
  assertEquals(later, [{ kind: "taken" }]);
});

Deno.test("V4 what is sent to one chat keeps its order: a reply stands behind a question, never between its messages", async () => {
  const room = new TelegramRoom();
  const { promise, resolve } = Promise.withResolvers<void>();
  const questions = new AskedRequests(room.context);
  const asked = questions.ask({ ...content, needs: [{ ...need, approval: room.approval = LONG }] });
  room.send = () => promise;
  await new Promise((done) => setTimeout(done, 0));
  room.context.outgoing.send(7, () => room.context.sender.send({ chat: 7, text: "reply" }, room.stop.signal));
  resolve();
  assertEquals(await asked, undefined);
  await eventually(() => room.sent.includes("reply"), 2000, "the reply");
  assertEquals(room.sent.map((text) => /part \d of \d/.exec(text)?.[0] ?? text), [
    "part 1 of 2",
    "part 2 of 2",
    "reply",
  ]);
  await room.end();
});

Deno.test("V4 a chat that refuses a question is not asked again; one that was not reached is, and it alone", async () => {
  const room = new TelegramRoom();
  Object.assign(room.context, { chats: [7, 8, 9] });
  const questions = new AskedRequests(room.context);
  room.send = (chat) => chat === 8 ? "refused" : chat === 9 ? "unreachable" : undefined;
  assertEquals(await questions.ask(content), "no");
  assertEquals([room.chats, [...room.context.unsent]], [[7], ["9 k1"]]);
  room.send = (chat) => chat === 8 ? "refused" : undefined;
  questions.reconcile();
  await eventually(() => room.later.length === 1, 2000, "the question");
  assertEquals([room.chats, room.context.unsent.size], [[7, 9], 0]);
  await room.end();
});

Deno.test("V4 buttons are renewed only below what would be asked in the same words; else it can be denied, or asked again", async () => {
  const room = new TelegramRoom();
  await new AskedRequests(room.context).ask(content);
  const [message] = room.messages;
  const yes = async () => {
    const questions = new AskedRequests(room.context);
    room.edits.length = 0;
    questions.reconcile();
    await eventually(() => room.edits.length === 1, 2000, "the edit");
    return room.context.shown.has(7, "k1");
  };
  Object.assign(room.context, { shown: new FullyShownRequests() });
  Object.assign(room.context.host, { clock: { now: () => 90_000 } });
  assertEquals([await yes(), room.edits], [true, [room.sent[0]]]);
  for (const asked of ["another", undefined]) {
    Object.assign(room.context, { shown: new FullyShownRequests() });
    const { asked: _, ...older } = message ?? { id: "", about: "approval", chat: 0, message: 0 };
    room.messages = [asked === undefined ? older : { ...older, asked }];
    assertEquals(await yes(), false);
    assertMatch(room.edits[0] ?? "", /can only be denied now: \/show k1 asks it again\.$/);
  }
  await room.end();
});

Deno.test("V4 other buttons stand below what was sent, though a press of an old message comes without its text", async () => {
  const room = new TelegramRoom();
  const questions = new AskedRequests(room.context);
  await questions.ask(content);
  const [, , more = ""] = room.below;
  await onCallbackQuery(room.context, questions, { ...PRESSED, message: 1, text: "", data: more });
  await eventually(() => room.edits.length === 1, 2000, "the edit");
  assertEquals(room.edits, room.sent);
  await onCallbackQuery(room.context, questions, { ...PRESSED, message: 99, text: "", data: "unknown" });
  await eventually(() => room.edits.length === 2, 2000, "the edit of an unknown one");
  assertEquals(room.edits[1], "– this button is old: /approvals");
  await room.end();
});

Deno.test("V4 in a group only commands of ours get a reply, and nowhere those for another bot", async () => {
  const room = new TelegramRoom();
  room.call = () => ({ response: "done" });
  Object.assign(room.context.host, { commands: () => [{ name: "status", summary: "", usage: "" }] });
  const turns = new TurnMessages(room.context);
  const commands = new Commands({
    context: room.context,
    questions: new AskedRequests(room.context),
    turns,
    more: { mute: () => Promise.resolve({}) } as never,
    canRun: false,
  });
  const replies = async (chat: number, text: string) => {
    const before = room.sent.length;
    await commands.reply(chat, readCommand(text, "a_bot"), 1);
    await room.context.outgoing.ended();
    return room.sent.length - before;
  };
  for (
    const [text, inGroup, alone] of [
      ["good morning", 0, 1],
      ["/status", 1, 1],
      ["/status@a_bot", 1, 1],
      ["/status@b_bot", 0, 0],
      ["/weather", 0, 1],
      ["/weather@a_bot", 1, 1],
      ["/mute off", 1, 1],
    ] as const
  ) assertEquals([await replies(-5, text), await replies(7, text)], [inGroup, alone], text);
  room.send = () => "refused";
  await replies(7, "/status");
  assertEquals([room.context.outgoing.notSent, room.warned], [1, ["a message is not sent by Telegram"]]);
  await room.end();
});
