/** C9: the clock may jump; order, lengths and waits stay right. */
import { assert, assertEquals } from "@std/assert";
import { decideReport } from "../../src/domain/decide.ts";
import { evolve, type SessionEntry } from "../../src/domain/evolve.ts";
import { byUrgency, isStale } from "../../src/domain/query.ts";
import type { Report } from "../../src/domain/report.ts";
import { duration } from "../../src/view/times.ts";
import { IdleExit } from "../../src/daemon/idle_exit.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-20T10:00:00.000Z");

function step(row: SessionEntry | undefined, at: number, event: Report["event"]): SessionEntry {
  const report: Report = { agent: "claude", sessionId: "a", facts: {}, event };
  const next = evolve(row, decideReport(row?.session, report, new Date(at).toISOString()));
  assert(next !== undefined);
  return next;
}

Deno.test("C9 a clock set back an hour, or forward ten years: no negative length, no since after the last event", () => {
  for (const jump of [-HOUR, 10 * 365 * 24 * HOUR, 6 * HOUR]) {
    let row = step(undefined, START, { kind: "prompt", byUser: true });
    row = step(row, START + jump, { kind: "requested", for: "permission", text: "Bash: ls" });
    row = step(row, START + jump + 1000, { kind: "progress" });
    for (const { durationMs } of row.history) assert(durationMs >= 0, String(durationMs));
    assert(row.session.since <= row.session.lastEventAt);
    assertEquals(row.session.status, "working");
    assertEquals(duration(START - HOUR - Date.parse(row.session.since)), "0s");
  }
});

Deno.test("C9 stale is told by the distance, and a clock that stands before the last event makes nothing stale", () => {
  const { session } = step(undefined, START, { kind: "prompt", byUser: true });
  assertEquals(isStale(session, START - HOUR, HOUR), false);
  assertEquals(isStale(session, START + HOUR, HOUR), true);
});

Deno.test("C9 daylight saving: times are UTC, so the hour that local time repeats keeps its order", () => {
  // In Berlin 2026-10-25 02:30 happens twice: at 00:30 and at 01:30 UTC.
  const first = step(undefined, Date.parse("2026-10-25T00:30:00.000Z"), { kind: "prompt", byUser: true }).session;
  const second = { ...first, id: "b", since: "2026-10-25T01:30:00.000Z" };
  assert(byUrgency(first, second) < 0, "longer in its state comes first");
});

Deno.test("C9 waits are measured on the steady clock: a wall clock ten years on ends no idle time", () => {
  let left = false;
  const idle = new IdleExit({
    ephemeral: false,
    idleMins: () => 5,
    steady: () => 1000,
    isPending: () => false,
    leave: () => left = true,
  });
  idle.tick();
  assertEquals([left, idle.status().idleInSecs], [false, 300]);
});
