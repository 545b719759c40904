import { assertEquals } from "@std/assert";
import { decideReport } from "../../src/domain/decide.ts";
import type { Report } from "../../src/domain/report.ts";
import type { Session } from "../../src/domain/session.ts";

const NOW = "2026-11-20T10:00:00.000Z";

/** The pid after each event; a number is an event under that parent, `start` announces a new process. */
function pids(...events: readonly (number | { readonly start: number })[]): (number | undefined)[] {
  let session: Session | undefined;
  return events.map((event) => {
    const parentPid = typeof event === "number" ? event : event.start;
    const agentEvent: Report["event"] = typeof event === "number"
      ? { kind: "noted" }
      : { kind: "announced", resumed: true };
    const made = decideReport(
      session,
      { agent: "codex", sessionId: "s", facts: { parentPid }, event: agentEvent },
      NOW,
    );
    if (made.type !== "session.deleted" && "session" in made.data) session = made.data.session;
    return session?.pid;
  });
}

Deno.test("H2 the parent of a hook is the agent's pid only where two events in a row name it", () => {
  assertEquals(pids({ start: 5 }, 5, 5), [undefined, 5, 5]);
  assertEquals(pids(5, 6, 7, 8), [undefined, undefined, undefined, undefined], "a shell for each hook");
  assertEquals(pids(5, 6, 5, 6), [undefined, undefined, undefined, undefined]);
});

Deno.test("H2 a believed pid outlives one odd hook, and ends with a new process", () => {
  assertEquals(pids(5, 5, 9, 5), [undefined, 5, 5, 5]);
  assertEquals(pids(5, 5, { start: 9 }, 9), [undefined, 5, undefined, 9]);
  assertEquals(pids(5, 5, { start: 5 }), [undefined, 5, 5], "cleared in the same process");
  assertEquals(pids(5, 5, 9, 9), [undefined, 5, 5, 9]);
});

Deno.test("H2 a pid that the agent tells itself is believed at once", () => {
  const report: Report = { agent: "x", sessionId: "s", facts: { parentPid: 5, pid: 7 }, event: { kind: "noted" } };
  const made = decideReport(undefined, report, NOW);
  assertEquals("session" in made.data && made.data.session.pid, 7);
});
