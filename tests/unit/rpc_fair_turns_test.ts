/** Readers share the event loop: who always has something to read lets the others have their turn. */
import { assert, assertEquals } from "@std/assert";
import type { Socket } from "../../src/platform/sockets.ts";
import { daemonTurns } from "../../src/platform/clock.ts";
import { FairReader, FairTurns } from "../../src/rpc/fair_turns.ts";
import { JsonRpcPeer } from "../../src/rpc/json_rpc_peer.ts";
import { LineChannel } from "../../src/rpc/line_channel.ts";

class Clock {
  now = 0;
  pauses: (() => void)[] = [];
  readonly turns = new FairTurns({
    steady: () => this.now,
    pause: () => new Promise((resolve) => this.pauses.push(resolve)),
  });

  /** `ms` of work in one go. @returns whether it has to wait then */
  work(reader: FairReader, ms: number): Promise<void> | undefined {
    reader.begin();
    this.now += ms;
    reader.end();
    return reader.rest();
  }

  async turn(): Promise<void> {
    this.pauses.shift()?.();
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }
}

Deno.test("L6 readers wait once they have used a turn together, in line, and who used little does not", async () => {
  const clock = new Clock();
  const [a, b, small] = [1, 2, 3].map(() => new FairReader(clock.turns)) as [FairReader, FairReader, FairReader];
  assertEquals(clock.work(a, 1), undefined);
  assertEquals(clock.pauses.length, 0, "a little work costs no timer");
  assertEquals(clock.work(a, 9), undefined);
  assertEquals(clock.pauses.length, 1);
  const log: string[] = [];
  void clock.work(b, 7)?.then(() => log.push("b"));
  void clock.work(a, 1)?.then(() => log.push("a"));
  assertEquals(clock.work(small, 0.5), undefined);
  await clock.turn();
  assertEquals(log, ["b"], "one at a time");
  clock.work(b, 2);
  await clock.turn();
  assertEquals(log, ["b", "a"], "its end calls the next");
});

Deno.test("L6 what was used is forgotten with each turn of the loop: a busy reader that waits for its peer never rests", async () => {
  const clock = new Clock();
  const reader = new FairReader(clock.turns);
  for (let i = 0; i < 50; i++) {
    assertEquals(clock.work(reader, 9), undefined);
    await clock.turn();
  }
});

/** A socket with bytes at every read, up to so many reads. */
function flooding(text: string, reads: number): Socket {
  const bytes = new TextEncoder().encode(text);
  return {
    read: (buffer) => {
      if (reads-- <= 0) return Promise.resolve(null);
      buffer.set(bytes);
      return Promise.resolve(bytes.length);
    },
    write: (bytes) => Promise.resolve(bytes.length),
    close: () => {},
  };
}

Deno.test("L6 a peer that sends without a pause lets a timer and another reader have their turn, within 5000 of its messages", async () => {
  const LINES = 400;
  const MOST = 40_000;
  let taken = 0;
  const fair = new FairTurns(daemonTurns);
  const ended = Promise.withResolvers<void>();
  new JsonRpcPeer({
    channel: new LineChannel({
      socket: flooding('{"id":1,"method":"x"}\n'.repeat(LINES), MOST / LINES),
      maxBytes: 1000,
      fair,
    }),
    otherEnd: "the flood",
    handle: () => {
      taken++;
      for (const end = performance.now() + 0.01; performance.now() < end;);
      return {};
    },
    onInvalid: () => {},
    onEnd: () => ended.resolve(),
    onHangUp: () => ended.resolve(),
  });
  await daemonTurns.pause();
  assert(taken < 5000, `a timer came behind ${taken} messages`);
  const before = taken;
  for (let i = 0; i < 5; i++) await daemonTurns.pause();
  assert(taken > before, "it goes on");
  assert(taken < MOST, "and was not over");
  await ended.promise;
  assertEquals(taken, MOST);
});
