/** What of a capsule outlives its processes: its events, and its keys and values. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EventQueue } from "../../src/capsule/process/event_queue.ts";
import { KvStore } from "../../src/capsule/process/kv_store.ts";
import { setTimer, systemClock } from "../../src/platform/clock.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const event = (seq: number, units = 2) => ({ seq, topic: "turn", json: "x".repeat(units) });
const LIMITS = { unansweredEvents: 2, backlogEvents: 3, backlogBytes: 100, lineBytes: 1000 };

/** The numbers of what its process gets now; `lost` as a pair. */
function taken(queue: EventQueue): unknown[] {
  const all: unknown[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    all.push(next.kind === "event" ? next.event.seq : [next.lost.from, next.lost.to]);
  }
  return all;
}

Deno.test("a process has so many events to answer, and the next when it has answered one", () => {
  const queue = new EventQueue(LIMITS);
  for (const seq of [1, 2, 5]) queue.push(event(seq));
  assertEquals(taken(queue), [1, 2]);
  queue.acknowledge(2);
  queue.acknowledge(2);
  assertEquals([taken(queue), queue.unanswered], [[5], 2]);
});

Deno.test("what is too much is left out from its oldest on, and told before the next event", () => {
  const queue = new EventQueue(LIMITS);
  for (const seq of [1, 2]) queue.push(event(seq));
  assertEquals(taken(queue), [1, 2]);
  for (const seq of [3, 4, 7, 8, 9]) queue.push(event(seq));
  queue.acknowledge(1);
  queue.acknowledge(2);
  assertEquals(taken(queue), [[3, 4], 7, 8]);
  queue.push(event(10, 99));
  for (const seq of [7, 8]) queue.acknowledge(seq);
  assertEquals(taken(queue), [[9, 9], 10]);
});

Deno.test("events of a dead process come again, once; what was settled does not", () => {
  const queue = new EventQueue(LIMITS);
  for (const seq of [1, 2, 3]) queue.push(event(seq));
  assertEquals(taken(queue), [1, 2]);
  queue.acknowledge(1);
  queue.requeue();
  assertEquals(taken(queue), [2, 3]);
  queue.requeue();
  assertEquals(taken(queue), [[2, 2], 3]);
  queue.settle();
  queue.requeue();
  assertEquals(taken(queue), []);
});

Deno.test("X1 an event that is longer than a message is told as lost, in its place", () => {
  const queue = new EventQueue({ ...LIMITS, unansweredEvents: 9, backlogEvents: 9, backlogBytes: 10_000 });
  queue.push(event(1));
  queue.push(event(2, 1000));
  queue.push(event(3));
  queue.push({ ...event(4), json: "ü".repeat(500) });
  assertEquals(taken(queue), [1, [2, 2], 3, [4, 4]]);
});

function store(files: Map<string, string>, maxBytes: number, everyMs = 1) {
  let writes = 0;
  const access = {
    read: (name: string) => files.get(name),
    write: (name: string, text: string) => {
      writes++;
      if (text.includes("refuse")) throw new Error("the disk is full");
      files.set(name, text);
    },
    remove: (name: string) => void files.delete(name),
  };
  const kv = new KvStore({ name: "a", files: access, clock: { ...systemClock, setTimer }, everyMs }, maxBytes);
  return { kv, writes: () => writes };
}

Deno.test("keys and values come back with another process, whatever they are called", async () => {
  const files = new Map<string, string>();
  const { kv } = store(files, 100);
  await kv.set("__proto__", { a: [1, "ü"] });
  await kv.set("b", null);
  await kv.delete("b");
  await kv.delete("never");
  const { kv: next } = store(files, 100);
  assertEquals([next.list(""), next.get("__proto__"), next.get("constructor"), next.list("b")], [
    ["__proto__"],
    { a: [1, "ü"] },
    undefined,
    [],
  ]);
});

Deno.test("together they are bounded by bytes, a change counts by what it adds, and no bytes mean nothing at all", async () => {
  const { kv } = store(new Map(), 10);
  await kv.set("a", "1234567");
  await assertRejects(() => kv.set("b", 1), ConsoleError, "10 bytes");
  await kv.set("a", "ü");
  await kv.set("b", 1);
  assertEquals(kv.list(""), ["a", "b"]);
  kv.maxBytes = 1;
  await assertRejects(() => kv.set("c", 1), ConsoleError);
  await kv.set("b", 2);
  kv.maxBytes = 0;
  assertThrows(() => kv.get("a"), ConsoleError, "no bytes are granted");
});

Deno.test("changes that come together are one write, and each is answered when it is done or has failed", async () => {
  const files = new Map<string, string>();
  const { kv, writes } = store(files, 1000, 30);
  await kv.set("a", 0);
  await Promise.all(Array.from({ length: 20 }, (_, n) => kv.set(`k${n}`, n)));
  assertEquals(writes(), 2);
  const failed = await assertRejects(() => kv.set("a", "refuse"), ConsoleError);
  assertEquals(failed.message, "its file of keys and values cannot be written: the disk is full");
  assertEquals([kv.get("a"), kv.list("").length], [0, 21], "what was refused is not kept in memory");
  await kv.set("b", 1);
  assertEquals(JSON.parse(files.get("a") ?? "").at(-1), ["b", 1]);
  const { kv: broken } = store(new Map([["a", "{"]]), 100);
  assertThrows(() => broken.get("a"), ConsoleError, "cannot be read");
});

Deno.test("X1 a change right behind a write is in the next one, and is answered only then", async () => {
  const files = new Map<string, string>();
  const answered: unknown[] = [];
  let late: Promise<void> | undefined;
  const access = {
    read: () => undefined,
    write: (name: string, text: string) => {
      files.set(name, text);
      // The first microtask behind the write.
      late ??= Promise.resolve().then(() => kv.set("late", 2)).then(() => void answered.push(files.get("a")));
    },
    remove: () => {},
  };
  const kv = new KvStore({ name: "a", files: access, clock: { ...systemClock, setTimer }, everyMs: 1 }, 1000);
  await kv.set("first", 1);
  await late;
  assertEquals(answered, ['[["first",1],\n["late",2]]\n']);
});

Deno.test("X1 what is forgotten is neither in the file nor in memory", async () => {
  const files = new Map<string, string>();
  const { kv } = store(files, 1000);
  await kv.set("a", 1);
  await kv.close(false);
  assertEquals(kv.get("a"), 1);
  await kv.close(true);
  assertEquals([kv.get("a"), files.size], [undefined, 0]);
});
