/** The message of a turn that was begun by Telegram: one edit at a time, retried as the turn is by then, and its whole end. */
import { assertEquals, assertMatch } from "@std/assert";
import { Commands } from "../../src/channel/telegram/commands.ts";
import { AskedRequests } from "../../src/channel/telegram/questions.ts";
import { RetryLoop } from "../../src/channel/telegram/retry_loop.ts";
import { TurnMessages } from "../../src/channel/telegram/turn_messages.ts";
import { eventually } from "../support/harness_wait.ts";
import { type Failure, TelegramRoom } from "../support/telegram_room.ts";

/** A room whose turn is as `turn` says, and who tells of it. */
function turnRoom(turn: () => object | undefined) {
  const room = new TelegramRoom();
  const told: ((one: unknown) => void)[] = [];
  Object.assign(room.context.host, { bus: { listen: (_: number, _topics: unknown, on: () => void) => told.push(on) } });
  Object.assign(room.context, {
    after: (_: number, action: () => void) => {
      action();
      return () => {};
    },
  });
  room.call = () => ({ turns: [turn()].filter((one) => one !== undefined) });
  const hear = (type: string) => told.forEach((on) => on({ event: { type, data: { turnId: "t" } } }));
  return { room, hear, turns: new TurnMessages(room.context) };
}

const first = (text: string) => text.split("\n")[0];

Deno.test("V4 a turn's message is edited by one call at a time, and one that has to wait says then how the turn is then", async () => {
  let status = "running";
  const { room, hear, turns } = turnRoom(() => ({ turnId: "t", status, agent: "a", reply: status }));
  const replies: Failure[] = ["limited", undefined];
  const { promise, resolve } = Promise.withResolvers<void>();
  room.edit = () => promise.then(() => replies.shift());
  const rest = Promise.withResolvers<void>();
  Object.assign(room.context, {
    sleep: (ms: number) => {
      room.slept.push(ms);
      return rest.promise;
    },
  });
  turns.follow("t", 7, 3);
  await eventually(() => room.edits.length === 1, 2000, "the first edit");
  status = "finished";
  hear("turn.ended");
  await new Promise((done) => setTimeout(done, 0));
  assertEquals(room.edits.length, 1, "one at a time");
  resolve();
  await eventually(() => room.slept.length === 1, 2000, "the wait");
  hear("turn.updated");
  await new Promise((done) => setTimeout(done, 0));
  assertEquals([room.slept, room.edits.length], [[9000], 1], "nothing ends a wait that Telegram asked for");
  rest.resolve();
  await eventually(() => room.messages.length === 0, 2000, "its end");
  assertEquals(room.edits.map(first), ["● a: running", "✓ a: finished"]);
  await room.end();
});

Deno.test("V4 the end of a turn is tried again until all of its messages are there", async () => {
  const reply = Array.from({ length: 900 }, (_, n) => `line ${n} of the reply`).join("\n");
  const { room, turns } = turnRoom(() => ({ turnId: "t", status: "finished", agent: "a", reply }));
  const edits: Failure[] = ["unreachable", undefined];
  const sends: Failure[] = [undefined, "unreachable", undefined, undefined, undefined];
  room.edit = () => edits.shift();
  room.send = () => sends.shift();
  Object.assign(room.context, {
    sleep: (ms: number) => {
      room.slept.push(ms);
      return Promise.resolve();
    },
  });
  turns.follow("t", 7, 3);
  await eventually(() => room.messages.length === 0, 2000, "its end");
  await room.context.outgoing.ended();
  assertEquals([room.edits.length, room.slept], [2, [5000, 10_000]]);
  assertEquals(room.sent.length, 3);
  assertEquals(new Set(room.sent).size, 3, "each once");
  assertMatch(room.sent.at(-1) ?? "", /line 899 of the reply$/);
});

Deno.test("V4 the end of a turn that did not get through is told by the next bot; one that is refused is not", async () => {
  for (const failure of ["stopped", "unauthorized", "limited", "unreachable", "refused", undefined] as const) {
    const { room, turns } = turnRoom(() => undefined);
    room.edit = () => failure;
    turns.follow("t", 7, 3);
    await eventually(() => room.edits.length === 1, 2000, "the edit");
    await new Promise((done) => setTimeout(done, 0));
    await room.end();
    const isKept = failure !== "refused" && failure !== undefined;
    assertEquals(room.messages.length, isKept ? 1 : 0, failure);
    // A message that somebody has deleted takes no edit.
    assertEquals(room.sent, failure === "refused" ? ["– This turn is over."] : [], failure);
  }
});

Deno.test("V4 a turn whose first message was not sent is followed all the same", async () => {
  let status = "running";
  const { room, hear, turns } = turnRoom(() => ({ turnId: "t", status, agent: "mine", reply: "" }));
  const sends: Failure[] = ["unreachable", "unreachable", undefined];
  room.send = () => sends.shift();
  const more = { beginTurn: () => Promise.resolve({ turnId: "t" }) } as never;
  const commands = new Commands({
    context: room.context,
    questions: new AskedRequests(room.context),
    turns,
    more,
    canRun: true,
  });
  await commands.reply(7, { kind: "command", line: "/run mine hello", isNamed: false }, 1);
  await eventually(() => sends.length === 1, 2000, "two tries");
  status = "finished";
  hear("turn.ended");
  await eventually(() => room.sent.length === 1, 2000, "a message");
  assertEquals(room.sent, ["✓ mine: finished"]);
  await room.end();
});

Deno.test("V4 whoever wakes a loop is heard, in whichever turn of its end", async () => {
  let works = 0;
  const loop = new RetryLoop({
    work: () => {
      works++;
      return Promise.resolve(false);
    },
    run: (work) => void work(),
    sleep: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
  for (let ticks = 0; ticks < 12; ticks++) {
    loop.wake();
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
    const before = works;
    loop.wake();
    await new Promise((done) => setTimeout(done, 0));
    assertEquals(works, before + 1, `${ticks} ticks`);
  }
});
