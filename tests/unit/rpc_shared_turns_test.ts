/** Turns that connections share: one by itself never waits, several leave the others their time. */
import { assertEquals } from "@std/assert";
import { SharedTurns } from "../../src/rpc/shared_turns.ts";

class Clock {
  now = 0;
  pauses: (() => void)[] = [];
  readonly turns = new SharedTurns({
    steady: () => this.now,
    pause: () => new Promise((resolve) => this.pauses.push(resolve)),
  });
  readonly log: string[] = [];

  /** Work of `ms` for `who`. */
  work(who: { readonly name: string }, ms: number): void {
    void this.turns.run(who, () => {
      this.now += ms;
      this.log.push(who.name);
    });
  }

  async pause(): Promise<void> {
    this.pauses.shift()?.();
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }
}

const [a, b, c] = [{ name: "a" }, { name: "b" }, { name: "c" }];

Deno.test("L6 one connection by itself never waits", () => {
  const clock = new Clock();
  for (let i = 0; i < 20; i++) clock.work(a, 3);
  assertEquals([clock.log.length, clock.pauses.length], [20, 0]);
});

Deno.test("L6 several that have used their share wait in line, and go on in its order after others had their turn", async () => {
  const clock = new Clock();
  clock.work(a, 3);
  clock.work(b, 3);
  assertEquals(clock.log, ["a", "b"]);
  clock.work(c, 3);
  clock.work(a, 3);
  clock.work(b, 3);
  assertEquals([clock.log, clock.pauses.length], [["a", "b"], 1]);
  await clock.pause();
  assertEquals([clock.log, clock.pauses.length], [["a", "b", "c", "a"], 1]);
  await clock.pause();
  assertEquals(clock.log, ["a", "b", "c", "a", "b"]);
  clock.now += 100;
  clock.work(b, 1);
  assertEquals(clock.log.length, 6);
});

Deno.test("L6 work that throws gives its turn on", async () => {
  const clock = new Clock();
  clock.work(a, 3);
  clock.work(b, 3);
  const failing = Promise.resolve(clock.turns.run(c, () => {
    throw new RangeError("too long");
  })).catch((error: Error) => clock.log.push(error.message));
  clock.work(a, 1);
  await clock.pause();
  await failing;
  assertEquals(clock.log.sort(), ["a", "a", "b", "too long"]);
});
