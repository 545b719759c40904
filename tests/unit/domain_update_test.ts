import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decideClose, decideDelete, decideReopen, decideUpdate, isRefusal } from "../../src/domain/decide.ts";
import { isSessionEvent, type NewEvent } from "../../src/domain/event.ts";
import { evolve } from "../../src/domain/evolve.ts";
import {
  byUrgency,
  forgettable,
  isStale,
  mostUrgent,
  SessionCounter,
  type SessionView,
} from "../../src/domain/query.ts";
import { type Session, STATUSES } from "../../src/domain/session.ts";
import { displayStatus, SHOWN_STATES } from "../../src/domain/state_words.ts";

const T0 = "2026-11-20T10:00:00.000Z";
const T1 = "2026-11-20T10:01:00.000Z";

function sessionOf(event: NewEvent | { refused: string; why: string }): Session {
  assert(!("refused" in event) && isSessionEvent(event));
  return event.data.session;
}

function row(id: string, change: Parameters<typeof decideUpdate>[2] = {}, now = T0): Session {
  return sessionOf(decideUpdate(undefined, { id, agent: "x" }, change, now));
}

Deno.test("update sets what is given and leaves the rest", () => {
  const first = row("s", { title: "one", cwd: "/a", status: "waiting", text: "which?" });
  const next = sessionOf(decideUpdate(first, { id: "s" }, { title: "two", priority: 3 }, T1));
  assertEquals([next.title, next.cwd, next.priority, next.status], ["two", "/a", 3, "waiting"]);
  assertEquals([next.since, next.lastEventAt], [T0, T1]);
  assert(next.status === "waiting" && next.waiting.text === "which?");
  const failed = sessionOf(decideUpdate(next, { id: "s" }, { status: "error", text: "boom" }, T1));
  assert(failed.status === "error" && failed.error.text === "boom" && failed.since === T1);
  assert(!Object.hasOwn(failed, "waiting"));
});

Deno.test("close, reopen and delete refuse what makes no sense, and name it", () => {
  const open = row("s");
  const closed = sessionOf(decideClose(open, "s", "done", T1));
  assert(closed.status === "closed" && closed.closed.reason === "done");
  const refusals = [
    decideUpdate(undefined, { id: "s" }, {}, T0),
    decideClose(undefined, "s", "", T0),
    decideClose(closed, "s", "", T0),
    decideReopen(open, "s", T0),
    decideDelete(undefined, "s"),
  ];
  for (const refusal of refusals) assert(isRefusal(refusal as never), JSON.stringify(refusal));
  assertEquals(sessionOf(decideReopen(closed, "s", T1)).status, "idle");
  const gone = decideDelete(closed, "s");
  assert(!isRefusal(gone) && evolve({ session: closed, history: [] }, gone) === undefined);
});

Deno.test("waiting stands first, closed last, and what is lost waits for nobody", () => {
  const waiting = row("w", { status: "waiting" });
  const urgent = row("u", { status: "waiting", priority: 1 }, T1);
  const lost = { ...row("l", { status: "waiting" }), lost: true };
  const closed = sessionOf(decideClose(row("c"), "c", "", T1));
  const unseen = { ...row("v", { status: "waiting", priority: 2 }), unproven: true as const };
  const all = [closed, lost, row("i", { status: "idle" }), row("k", { status: "working" }), unseen, waiting, urgent];
  assertEquals([...all].sort(byUrgency).map((s) => s.id), ["u", "w", "v", "k", "i", "l", "c"]);
  assertEquals(mostUrgent(all)?.id, "u");
  assertEquals(mostUrgent([lost, closed]), undefined);
  const counter = new SessionCounter();
  for (const one of all) counter.add(one);
  const { total, waiting: waits, lost: losts, closed: closes } = counter.counts;
  assertEquals([total, waits, losts, closes], [7, 3, 1, 1]);
});

Deno.test("first hour 7: status counts each session in the one state that lists show, and the states are the total", () => {
  const flag = fc.constantFrom(undefined, true);
  const view = fc.record({ status: fc.constantFrom(...STATUSES), stale: flag, lost: flag, unproven: flag });
  fc.assert(fc.property(fc.array(view), (all) => {
    const sessions = all as unknown as SessionView[];
    const counter = new SessionCounter();
    for (const session of sessions) counter.add(session);
    const { total, stale, ...states } = counter.counts;
    assertEquals([total, Object.values(states).reduce((sum, count) => sum + count, 0)], [all.length, all.length]);
    assert(stale <= total - states.lost);
    for (const state of SHOWN_STATES) {
      assertEquals(states[state], sessions.filter((session) => displayStatus(session) === state).length, state);
    }
  }));
});

Deno.test("a row is stale where it works or asks and is silent for the configured time", () => {
  const now = Date.parse(T1);
  assert(isStale(row("w", { status: "working" }), now, 60_000));
  assert(!isStale(row("w", { status: "working" }), now, 60_001));
  assert(!isStale(row("i", { status: "idle" }), now, 1));
});

Deno.test("closed sessions beyond the newest are forgettable, oldest first; open ones never", () => {
  const at = (id: string, status: string, since: string) => ({ id, status, since }) as unknown as Session;
  const rows = [
    at("new", "closed", "2026-11-20T10:00:03Z"),
    at("old", "closed", "2026-11-20T10:00:01Z"),
    at("open", "idle", "2026-11-20T10:00:00Z"),
    at("mid", "closed", "2026-11-20T10:00:02Z"),
  ];
  assertEquals(forgettable(rows, 1, 10).map(({ id }) => id), ["old", "mid"]);
  assertEquals(forgettable(rows, 1, 1).map(({ id }) => id), ["old"]);
  assertEquals(forgettable(rows, 3, 10), []);
  const many = Array.from({ length: 1000 }, (_, n) => at(`s${n}`, "closed", `2026-11-20T${1000 + (n * 619) % 1000}`));
  const sorted = many.toSorted((a, b) => a.since < b.since ? -1 : 1);
  for (const atMost of [1, 7, 400, 990, 5000]) {
    assertEquals(forgettable(many, 10, atMost), sorted.slice(0, Math.min(atMost, 990)));
  }
});
