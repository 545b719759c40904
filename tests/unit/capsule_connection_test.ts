/** The daemon's end of a capsule's connection, by parts and with a scripted process: lines, deadlines, budgets, answers. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CapsuleProcess } from "../../src/capsule/process/capsule_process.ts";
import { Deadlines } from "../../src/capsule/process/deadlines.ts";
import { PROCESS_LIMITS } from "../../src/capsule/process/limits.ts";
import { LineReader } from "../../src/capsule/process/line_reader.ts";
import { NotAMessage, readCapsuleMessage } from "../../src/capsule/process/messages.ts";
import { SendPace } from "../../src/capsule_host/pace.ts";
import { setTimer, systemClock } from "../../src/platform/clock.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { eventually } from "../support/harness_wait.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("lines are cut where they end, also inside a character, and are bounded in length, bytes and number", () => {
  const limits = { lineBytes: 10, byteBurst: 30, bytesPerSecond: 30, messageBurst: 2, messagesPerSecond: 2 };
  let now = 0;
  const make = () => new LineReader(limits, () => now);
  const taken = (reader: LineReader, chunk: Uint8Array) => {
    const all: string[] = [];
    reader.push(chunk, (line) => void all.push(line));
    return all;
  };
  const reader = make();
  const word = bytes("aü\nb\n\nc");
  assertEquals(taken(reader, word.subarray(0, 2)), []);
  assertEquals(taken(reader, word.subarray(2)), ["aü", "b", ""]);
  assertEquals(taken(reader, bytes("d\n")), ["cd"]);
  assertThrows(() => taken(reader, bytes("x".repeat(11))), NotAMessage, "too long");
  const other = make();
  for (now of [0, 1000, 2000]) assertEquals(taken(other, bytes("123456789\n".repeat(3))).length, 3);
  assertThrows(() => taken(other, bytes("\n")), NotAMessage, "bytes");
  for (now of [3000, 3000, 4000, 5000]) other.count();
  other.count();
  assertThrows(() => other.count(), NotAMessage, "messages");
});

Deno.test("X1 a capsule at its own pace is no flood, wherever a second begins and however long the daemon was paused", () => {
  let now = 0;
  const pace = new SendPace(() => now);
  const sent = Array.from({ length: 6000 }, (_, n) => {
    if (n === 3000) now = 60_000; // it was silent, and its allowance is whole again
    return now + pace.next(1, 1000);
  });
  now = 0;
  const reader = new LineReader(PROCESS_LIMITS, () => now);
  /** The daemon stands still from the first time to the second. */
  const paused = [5000, 13_000] as const;
  for (const at of sent) {
    now = at > paused[0] && at < paused[1] ? paused[1] : at;
    reader.push(bytes("x".repeat(999) + "\n"), () => reader.count());
  }
  const large = new SendPace(() => 0);
  assertEquals([large.next(1, 2 * 1_048_576), large.next(1, 2 * 1_048_576)], [0, 1000]);
});

Deno.test("a message is one of the closed list, in its form; other words, members and depths are refused", () => {
  const read = (message: unknown) => readCapsuleMessage(JSON.stringify(message));
  const call = { jsonrpc: "2.0", id: 1, method: "kv.get", params: { key: "a" } };
  assertEquals(read(call), { kind: "call", id: 1, call: { method: "kv.get", params: { key: "a" } } });
  assertEquals(read({ jsonrpc: "2.0", id: 2, result: null }), { kind: "result", id: 2, result: null });
  for (
    const bad of [
      null,
      1,
      [],
      {},
      { ...call, id: 0 },
      { ...call, id: 1.5 },
      { ...call, method: "toString" },
      { ...call, params: [] },
      { ...call, params: { key: "" } },
      { ...call, params: { key: "a", more: 1 } },
      { ...call, extra: 1 },
      { jsonrpc: "1.0", id: 1, result: 1 },
      { jsonrpc: "2.0", id: 1, result: 1, error: { code: 1, message: "" } },
      { jsonrpc: "2.0", method: "log", params: { level: "fatal", text: "" } },
      { jsonrpc: "2.0", method: "secret", params: { name: "a" } },
    ]
  ) assertThrows(() => read(bad), NotAMessage);
  assertThrows(() => readCapsuleMessage("not json"), NotAMessage, "console.log");
  assertThrows(() => readCapsuleMessage("[".repeat(100)), NotAMessage, "too deep");
  assertThrows(
    () => readCapsuleMessage('{"jsonrpc":"2.0","id":1,"method":"kv.get","params":{"key":"a","\\u005f_proto__":1}}'),
    NotAMessage,
    "__proto__",
  );
});

Deno.test("deadlines ring in their order, by one timer for the next of them; what was called off never rings", () => {
  let now = 0;
  let timers: { at: number; action: () => void }[] = [];
  const clock = {
    now: () => now,
    steady: () => now,
    setTimer: (ms: number, action: () => void) => {
      const timer = { at: now + ms, action };
      timers.push(timer);
      return () => timers = timers.filter((one) => one !== timer);
    },
  };
  const rung: string[] = [];
  const deadlines = new Deadlines(clock);
  deadlines.set(30, () => rung.push("c"));
  deadlines.set(10, () => rung.push("a"));
  const callOff = deadlines.set(20, () => rung.push("b"));
  assertEquals(timers.length, 1);
  callOff();
  for (now = 0; now <= 40; now++) {
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { action } of due) action();
  }
  assertEquals(rung, ["a", "c"]);
});

/** A process that says what the test wants it to say. */
function talking(limits = {}) {
  const sent: string[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const stdout = new TransformStream<Uint8Array, Uint8Array>();
  const out = stdout.writable.getWriter();
  const empty = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
  let stdin = new WritableStream<Uint8Array>({ write: (chunk) => void sent.push(new TextDecoder().decode(chunk)) });
  const over = (how: string) => {
    void out.close().catch(() => {});
    end(how);
  };
  const process = (input = stdin) =>
    new CapsuleProcess({
      name: "fake",
      argv: ["fake"],
      open: () => ({
        pid: 1,
        stdin: input,
        stdout: stdout.readable,
        stderr: empty,
        ended,
        exitCode: Promise.resolve(undefined),
        slay: () => over("SIGKILL"),
      }),
      clock: { ...systemClock, setTimer },
      limits: { ...PROCESS_LIMITS, ...limits },
      onCall: () => new Promise(() => {}),
      onLog: () => {},
    });
  const deaf = () => process(stdin = new WritableStream({ write: () => new Promise(() => {}) }));
  return {
    sent,
    process,
    deaf,
    over,
    say: (message: unknown) => void out.write(bytes(`${JSON.stringify(message)}\n`)),
  };
}

Deno.test("a call has one answer: a late one is nothing, one to no call ends the process", async () => {
  const { process, say, sent, over } = talking({ eventMs: 30 });
  const capsule = process();
  const event = { seq: 5, topic: "turn", json: "{}" };
  const late = await assertRejects(() => capsule.event(event), ConsoleError);
  assertEquals([late.kind, late.message], ["timeout", "capsule fake did not answer event within 30 ms"]);
  assertEquals(sent.map((line) => JSON.parse(line).method), ["event", "cancel"]);
  say({ jsonrpc: "2.0", id: 1, result: {} });
  const command = capsule.command("x", []);
  say({ jsonrpc: "2.0", id: 2, result: { text: "yes" } });
  assertEquals(await command, "yes");
  const wrong = capsule.command("x", []);
  say({ jsonrpc: "2.0", id: 3, result: { text: 1 } });
  assertEquals(
    (await assertRejects(() => wrong, ConsoleError)).message,
    "capsule fake answered command in a wrong form",
  );
  say({ jsonrpc: "2.0", id: 4, result: {} });
  assertEquals(await capsule.ended, "it answered a call that was never made");
  over("");
});

Deno.test("what is in flight fails when its process ends, or when nobody waits for it", async () => {
  const { process, over, sent } = talking();
  const capsule = process();
  const caller = new AbortController();
  const aborted = capsule.command("x", [], caller.signal);
  caller.abort(new ConsoleError("failed", "the caller has gone"));
  assertEquals((await assertRejects(() => aborted, ConsoleError)).message, "the caller has gone");
  assertEquals(JSON.parse(sent.at(-1) ?? "").method, "cancel");
  const command = capsule.command("x", []);
  over("exit code 7");
  assertEquals(await capsule.ended, "it ended by itself: exit code 7");
  assertEquals(
    (await assertRejects(() => command, ConsoleError)).message,
    "capsule fake: it ended by itself: exit code 7",
  );
  await assertRejects(() => capsule.command("x", []), ConsoleError);
});

Deno.test("one that does not read, and one that answers no ping, is ended", async () => {
  const deaf = talking({ queuedBytes: 5000 }).deaf();
  for (let seq = 1; seq < 20; seq++) {
    deaf.event({ seq, topic: "turn", json: `{"a":"${"x".repeat(300)}"}` }).catch(() => {});
  }
  assertEquals(await deaf.ended, "it did not read what it was sent");
  const hung = talking({ pingEveryMs: 5, pingMs: 5 }).process();
  assertEquals(await hung.ended, "it hung: 3 times it answered nothing within 5 ms");
  const { process, say, sent, over } = talking({ pingEveryMs: 5, pingMs: 2000 });
  const alive = process();
  for (let id = 1; id < 4; id++) {
    await eventually(() => sent.length >= id, 5000, "a ping");
    say({ jsonrpc: "2.0", id, result: {} });
  }
  assertEquals(alive.isGone, false);
  over("exit code 0");
  await alive.ended;
});
