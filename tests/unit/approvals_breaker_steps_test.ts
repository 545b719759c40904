import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Breaker,
  type BreakerEvent,
  CLOSED,
  LIMIT,
  modeUnder,
  stepBreaker,
  WINDOW_MS,
} from "../../src/approvals/breaker.ts";

function after(...events: readonly (readonly [BreakerEvent, number])[]): Breaker {
  return events.reduce((breaker, [event, at]) => stepBreaker(breaker, event, at), CLOSED);
}
const failures = (count: number, every: number) =>
  Array.from({ length: count }, (_, i) => ["failed", i * every] as const);
const isOpen = (breaker: Breaker) => breaker.openedAt !== undefined;

Deno.test("the breaker opens at the fifth failure in a row, however long that takes", () => {
  assertEquals(isOpen(after(...failures(LIMIT - 1, WINDOW_MS))), false);
  assertEquals(after(...failures(LIMIT, WINDOW_MS)).openedAt, (LIMIT - 1) * WINDOW_MS);
});

Deno.test("the breaker opens at the fifth failure within ten minutes, whatever succeeded between", () => {
  const mixed = (every: number) => failures(LIMIT, every).flatMap((each) => [each, ["succeeded", each[1]] as const]);
  assertEquals(isOpen(after(...mixed(WINDOW_MS / LIMIT))), true);
  assertEquals(isOpen(after(...mixed(WINDOW_MS / 4))), false);
});

Deno.test("the breaker closes when a human decides or the configuration is loaded anew, never by time or success", () => {
  const open = after(...failures(LIMIT, 1));
  assertEquals(stepBreaker(open, "decided_by_hand", 9), CLOSED);
  assertEquals(stepBreaker(open, "reloaded", 9), CLOSED);
  assertEquals(stepBreaker(open, "succeeded", 1e12), open);
  assertEquals(stepBreaker(open, "failed", 1e12), open);
  assertEquals(stepBreaker(after(...failures(4, 1)), "decided_by_hand", 9), CLOSED);
});

Deno.test("an open breaker means manual", () => {
  assertEquals(modeUnder(CLOSED, "autonomous"), "autonomous");
  assertEquals(modeUnder(after(...failures(LIMIT, 1)), "autonomous"), "manual");
});

Deno.test("C9 a clock that goes back never keeps the breaker closed", () => {
  assertEquals(isOpen(after(...failures(LIMIT, -3_600_000))), true);
  const event = fc.tuple(fc.constantFrom<BreakerEvent>("failed", "succeeded"), fc.integer());
  fc.assert(fc.property(fc.array(event), (events) => {
    const { failures, openedAt } = after(...events);
    assertEquals(failures.length <= LIMIT && (openedAt !== undefined || failures.length < LIMIT), true);
  }));
});
