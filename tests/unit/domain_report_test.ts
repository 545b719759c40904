import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decideReport } from "../../src/domain/decide.ts";
import { evolve, type SessionEntry } from "../../src/domain/evolve.ts";
import type { AgentEvent, Report } from "../../src/domain/report.ts";
import { routeReport, type SessionLookup } from "../../src/domain/report_routing.ts";
import { HISTORY_CAP, type Session, STATUSES, TEXT_CAPS } from "../../src/domain/session.ts";
import { rounds } from "../support/harness_wait.ts";

/** The texts are longer than any cap now and then. */
const words = fc.oneof(fc.string(), fc.string({ minLength: 2500, maxLength: 2600 }));
const tool = fc.record({ name: fc.constantFrom("Bash", "Read"), text: fc.constantFrom("a", "b") }, {
  requiredKeys: ["name"],
});
const waitFor = fc.constantFrom("permission" as const, "question" as const, "plan" as const, "elicitation" as const);
const approvalId = fc.constantFrom("a1", "a2");
const promptId = fc.constantFrom("p1", "p2", "p3");
const small = fc.integer({ min: 0, max: 3 });

const event: fc.Arbitrary<AgentEvent> = fc.oneof(
  fc.record({ kind: fc.constant("announced" as const), resumed: fc.boolean() }),
  fc.record({ kind: fc.constant("prompt" as const), promptId, byUser: fc.boolean() }),
  fc.record({ kind: fc.constant("tool" as const), tool }),
  fc.record({ kind: fc.constant("progress" as const) }),
  fc.record({ kind: fc.constant("progress" as const), tools: fc.array(tool, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant("requested" as const), for: waitFor, text: words }),
  fc.record({ kind: fc.constant("requested" as const), for: waitFor, text: words, tool }),
  fc.record({ kind: fc.constant("requested" as const), for: waitFor, text: words, approvalId }),
  fc.record({ kind: fc.constantFrom("decided" as const, "dismissed" as const), approvalId }),
  fc.record({
    kind: fc.constantFrom("decided" as const, "dismissed" as const),
    approvalId,
    next: fc.record({ for: waitFor, text: words, approvalId }),
  }),
  fc.record({ kind: fc.constant("left_to_agent" as const), approvalId }),
  fc.record({ kind: fc.constant("reminded" as const), for: waitFor, text: words }),
  fc.record({ kind: fc.constant("finished" as const), promptId, subagents: small, background: small }),
  fc.record({ kind: fc.constant("finished" as const), lastMessage: words }),
  fc.record({ kind: fc.constant("failed" as const), error: fc.constant("server" as const), text: words }),
  fc.record({ kind: fc.constant("subagent" as const), change: fc.constantFrom(1 as const, -1 as const) }),
  fc.record({ kind: fc.constant("ended" as const), reason: words }),
  fc.constantFrom(
    { kind: "rested" as const },
    { kind: "interrupted" as const },
    { kind: "noted" as const },
    { kind: "measured" as const },
  ),
);

class Store implements SessionLookup {
  readonly rows = new Map<string, SessionEntry>();
  get(id: string): Session | undefined {
    return this.rows.get(id)?.session;
  }
  children(id: string): readonly Session[] {
    return [...this.rows.values()].map((r) => r.session).filter((s) => s.parentId === id && s.status !== "closed");
  }
  report(report: Report, now: string): readonly Report[] {
    const parts = routeReport(report, this);
    for (const part of parts) {
      const row = evolve(this.rows.get(part.sessionId), decideReport(this.get(part.sessionId), part, now));
      assert(row !== undefined);
      this.rows.set(part.sessionId, row);
    }
    return parts;
  }
}

function at(minutes: number): string {
  return new Date(Date.parse("2026-11-20T10:00:00.000Z") + minutes * 60_000).toISOString();
}

function assertValid(session: Session, { history }: SessionEntry): void {
  const present = STATUSES.filter((status) => Object.hasOwn(session, status));
  assertEquals(present, [session.status]);
  assert(session.since <= session.lastEventAt, "since after the last event");
  assert(session.subagents >= 0 && session.turnCount >= 0);
  if (session.status === "working") assertEquals(session.working.subagents, session.subagents);
  if (session.status === "waiting") assert(session.waiting.text.length <= TEXT_CAPS.waiting);
  assert(history.length <= HISTORY_CAP && history.every((entry) => entry.durationMs >= 0));
}

Deno.test("any sequence of reports, under a clock that jumps, keeps every row valid", () => {
  const subagent = fc.option(fc.record({ id: fc.constantFrom("a1", "a2", "s1"), type: fc.constant("helper") }), {
    nil: undefined,
    freq: 2,
  });
  const step = fc.record({ event, subagent, minutes: fc.integer({ min: -90, max: 90 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const store = new Store();
      let minutes = 0;
      for (const { event, subagent, minutes: passed } of steps) {
        minutes += passed;
        const report = { agent: "x", sessionId: "s1", facts: {}, event, ...(subagent ? { subagent } : {}) };
        const parts = store.report(report, at(minutes));
        const opensNothing = event.kind === "ended"; // an end alone makes no row
        assert((parts.length >= 1 || opensNothing) && parts.every((part) => part.subagent === undefined));
        for (const row of store.rows.values()) assertValid(row.session, row);
      }
    }),
    { numRuns: rounds(100, 10_000) },
  );
});

Deno.test("a sub-agent's events never change its session's status", () => {
  fc.assert(fc.property(fc.array(event, { maxLength: 10 }), fc.array(event), (own, theirs) => {
    const store = new Store();
    for (const h of own) store.report({ agent: "x", sessionId: "s1", facts: {}, event: h }, at(0));
    const before = store.get("s1");
    for (const h of theirs) {
      const subagent = { id: "a1", type: "helper" };
      store.report({ agent: "x", sessionId: "s1", facts: { cwd: "/other" }, event: h, subagent }, at(1));
    }
    if (before === undefined) return;
    assertEquals(store.get("s1")?.status, before.status);
    assertEquals(store.get("s1")?.cwd, before.cwd);
  }));
});

Deno.test("a sub-agent that has the name of another row does not touch that row", () => {
  const store = new Store();
  const report = (sessionId: string, h: AgentEvent, subId?: string): readonly Report[] =>
    store.report(
      { agent: "x", sessionId, facts: {}, event: h, ...(subId ? { subagent: { id: subId, type: "" } } : {}) },
      at(0),
    );
  report("s2", { kind: "prompt", byUser: true });
  const asked: AgentEvent = { kind: "requested", for: "permission", text: "rm" };
  assertEquals(report("s1", asked, "s2").map((part) => part.sessionId), ["s1/s2"]);
  assertEquals(report("s1", asked, "s1").map((part) => part.sessionId), ["s1/s1"]);
  assertEquals(store.get("s2")?.status, "working");
});

Deno.test("an unknown session in any event is created, and every event has a result in every status", () => {
  fc.assert(fc.property(event, (h) => {
    const report = { agent: "x", sessionId: "s", facts: {}, event: h };
    assertEquals(decideReport(undefined, report, at(0)).type, "session.created");
  }));
});

Deno.test("a row that closes makes session.closed once", () => {
  const report = (h: AgentEvent): Report => ({ agent: "x", sessionId: "s", facts: {}, event: h });
  const open = evolve(undefined, decideReport(undefined, report({ kind: "rested" }), at(0)));
  const close = decideReport(open?.session, report({ kind: "ended", reason: "other" }), at(1));
  assertEquals(close.type, "session.closed");
  const again = decideReport(
    evolve(open, close)?.session,
    report({ kind: "ended", reason: "other" }),
    at(2),
  );
  assertEquals(again.type, "session.updated");
  assertEquals(evolve(open, close)?.history, [{ status: "idle", from: at(0), durationMs: 60_000 }]);
});
