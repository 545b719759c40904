/** Rules that have ended stay ended: the clock may go back, the daemon may be started anew. */
import { assertEquals } from "@std/assert";
import { Desk } from "../support/desk.ts";
import { manual, openRequest, YES } from "../support/claude_request.ts";

const HOUR_MS = 3_600_000;

async function deskWithRule(expiresInSecs?: number): Promise<Desk> {
  const desk = manual();
  const { id } = await openRequest("make test", desk);
  const ends = expiresInSecs === undefined ? {} : { expiresInSecs };
  await desk.broker.decide({ id, ...YES, scope: "always", ...ends }, "tui:admin");
  assertEquals(desk.policy.rules().length, 1);
  return desk;
}

/** Another daemon on the same journal, whose clock is that of the desk's start. */
const rulesOf = (journal: Desk["journal"]) => new Desk({}, journal).policy.rules().length;

Deno.test("C9 a rule that has expired stays so when the clock goes back, because a record says so", async () => {
  const desk = await deskWithRule(60);
  desk.service.tick?.();
  desk.pass(61_000);
  desk.service.tick?.();
  assertEquals(desk.events.at(-1), "approval.rule_revoked");
  desk.pass(-HOUR_MS);
  assertEquals(desk.policy.rules(), []);
  assertEquals(rulesOf(desk.journal), 0);
  const count = desk.journal.records.length;
  desk.service.tick?.();
  assertEquals(desk.journal.records.length, count, "told once");
});

Deno.test("C9 the end is recorded at its time, not at the next look", async () => {
  const desk = await deskWithRule(5);
  desk.service.tick?.();
  desk.pass(5000); // a timer on the steady clock
  desk.pass(-HOUR_MS);
  assertEquals(desk.policy.rules(), []);
  assertEquals(rulesOf(desk.journal), 0);
});

Deno.test("C9 any record behind its time ends a rule for good, and a rule that is made after a clock was put right lives", async () => {
  const desk = await deskWithRule(60);
  desk.pass(10 * 365 * 24 * HOUR_MS); // a clock that is wrong for an instant
  await openRequest("make other", desk);
  desk.pass(-10 * 365 * 24 * HOUR_MS);
  assertEquals(desk.policy.rules(), []);
  const { id } = await openRequest("make again", desk);
  await desk.broker.decide({ id, ...YES, scope: "always", expiresInSecs: 60 }, "tui:admin");
  assertEquals(desk.policy.rules().length, 1);
  assertEquals(rulesOf(desk.journal), 1);
});

Deno.test("C9 a stop records what has ended, and a rule that was revoked stays so", async () => {
  const desk = await deskWithRule(60);
  desk.pass(61_000);
  desk.service.stop?.({ reason: "", force: false, restart: false });
  desk.pass(-HOUR_MS);
  assertEquals(rulesOf(desk.journal), 0);
  const other = await deskWithRule();
  await other.revoke({ id: other.policy.rules()[0]!.id }, "cli:admin");
  other.pass(-HOUR_MS);
  assertEquals([other.policy.rules(), rulesOf(other.journal)], [[], 0]);
});
