import { assertEquals } from "@std/assert";
import { BUDGET, RestartBudget } from "../../src/lib/restart_budget.ts";

Deno.test("R3 an agent that fails again and again is left alone for a while, whatever the clock does", () => {
  const budget = new RestartBudget();
  let now = 1_000_000;
  for (let i = 0; i < BUDGET.failures; i++) {
    assertEquals(budget.waitMs(now), 0);
    budget.failed(now);
    now += 1000;
  }
  const wait = BUDGET.withinMs - BUDGET.failures * 1000;
  assertEquals(budget.waitMs(now), wait);
  assertEquals(budget.waitMs(now + wait - 1), 1);
  assertEquals(budget.waitMs(now + wait), 0);
  // Then one failure more is one too many again, until the next of the old ones is forgiven.
  budget.failed(now + wait);
  assertEquals(budget.waitMs(now + wait), 1000);
  assertEquals(budget.waitMs(0), 0);
});
