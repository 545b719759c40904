/** Long work in slices: how many of them others wait for. */
import { assertEquals } from "@std/assert";
import { oneAtATime, Slices, sortInSlices, type Turns } from "../../src/lib/slices.ts";
import { FakeTurns } from "../support/turns.ts";

/** Turns that come one by one, when they are asked for. */
class StepTurns implements Turns {
  #waiting: (() => void)[] = [];
  steady(): number {
    return 0;
  }
  pause(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  /** All who wait for the next turn have it. */
  async next(): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve();
    await new Promise((resolve) => setTimeout(resolve, 0)); // whatever follows from it
  }
}

Deno.test("B8 of works that are under way at once each turn is one's alone, and each has its own in order", async () => {
  const own = new StepTurns();
  const turns = oneAtATime(own);
  let slices: string[] = [];
  const work = async (name: string, count: number) => {
    for (let at = 0; at < count; at++) {
      await turns.pause();
      slices.push(name);
    }
  };
  const all = Promise.all([work("list", 3), work("snapshot", 4), work("tick", 2)]);
  await own.next(); // until then nobody waits
  const perTurn: string[][] = [];
  for (let turn = 0; turn < 9; turn++) {
    slices = [];
    await own.next();
    perTurn.push(slices);
  }
  await all;
  assertEquals(perTurn.flat(), "list snapshot tick list snapshot tick list snapshot snapshot".split(" "));
  assertEquals(perTurn.map(({ length }) => length), Array(9).fill(1));
});

Deno.test("B8 what is sorted in slices is what is sorted at once, equal ones in their order", async () => {
  for (const length of [0, 1, 255, 256, 257, 3000]) {
    const items = Array.from({ length }, (_, at) => ({ at, key: (at * 7919) % 97 }));
    const compare = (a: { key: number }, b: { key: number }) => a.key - b.key;
    assertEquals(await sortInSlices(items, compare, new Slices(new FakeTurns())), items.toSorted(compare));
  }
});
