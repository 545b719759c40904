/** When the page is drawn: at once where nothing was a moment ago, and then within a tenth of a second. */
import { assertEquals } from "@std/assert";
import { Redraw } from "../../src/page/redraw.ts";
import { stubBrowser } from "./stubs.ts";

/** A clock that a test moves: its timers run when they are due, frames at once. */
class Clock {
  now = 1000;
  readonly #due = new Map<number, { readonly at: number; readonly run: () => void }>();
  #id = 0;

  readonly setTimeout = (run: () => void, ms: number): number => {
    this.#due.set(++this.#id, { at: this.now + ms, run });
    return this.#id;
  };
  readonly clearTimeout = (id: number): void => void this.#due.delete(id);

  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.#due].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      const [id, { at, run }] = next;
      this.#due.delete(id);
      this.now = at;
      run();
    }
    this.now = end;
  }
}

Deno.test("V1 what sessions do is drawn at once, then within a tenth of a second, and once for all that came in it", () => {
  stubBrowser();
  const clock = new Clock();
  const real = { setTimeout, clearTimeout };
  const { now } = performance;
  const drawn: number[] = [];
  performance.now = () => clock.now;
  Object.assign(globalThis, {
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    requestAnimationFrame: (run: () => void) => clock.setTimeout(run, 0),
  });
  try {
    const redraw = new Redraw({ draw: () => void drawn.push(clock.now), tell: () => {} });
    redraw.heard();
    clock.pass(0);
    assertEquals(drawn, [1000]);
    clock.pass(10);
    for (let i = 0; i < 5; i++) redraw.heard();
    clock.pass(500);
    assertEquals(drawn, [1000, 1100]);
    // Who waits is not held up by it.
    redraw.heard();
    clock.pass(10);
    redraw.heard();
    redraw.soon();
    clock.pass(0);
    assertEquals(drawn, [1000, 1100, 1510, 1520]);
  } finally {
    performance.now = now;
    Object.assign(globalThis, real);
  }
});
