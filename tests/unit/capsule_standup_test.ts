/** The example capsule standup: what it counts of events, what it keeps, and what it says. */
import { assert, assertEquals } from "@std/assert";
import type {
  ApprovalData,
  CapsuleEvent,
  CapsuleSession,
  SessionData,
} from "../../install/capsules/agent-console.d.ts";
import { type Day, Tallies } from "../../install/capsules/standup/tallies.ts";
import type { Tally } from "../../install/capsules/standup/tally.ts";
import { textOf } from "../../install/capsules/standup/text.ts";

const MINUTE = 60_000;
const BEGUN = Date.parse("2026-11-29T09:00:00Z");
const DATE = "2026-11-29";
/** As its manifest asks for. */
const KV_BYTES = 1_000_000;

/** Events of one daemon, in their order. */
class Told {
  #seq = 0;

  session(minute: number, status: CapsuleSession["status"], more: Partial<CapsuleSession> = {}, type = "updated") {
    const session: CapsuleSession = { id: "s1", agent: "demo", status, since: "", turnCount: 0, ...more };
    return this.#event(`session.${type}`, minute, { session });
  }

  decided(minute: number, status: string, sessionId = "s1", type = "decided") {
    const approval = { id: "a", sessionId, agent: "demo", cwd: "/w/shop", status };
    return this.#event(`approval.${type}`, minute, { approval } as unknown as ApprovalData);
  }

  #event(type: string, minute: number, data: SessionData | ApprovalData): CapsuleEvent<SessionData | ApprovalData> {
    return { seq: ++this.#seq, ts: new Date(BEGUN + minute * MINUTE).toISOString(), type, data };
  }
}

const kept = (tallies: Tallies, date = DATE) => JSON.parse(JSON.stringify(tallies.day(date))) as Day;
const sessionsOf = (day: Day) => new Map<string, Tally>(day.sessions);
const said = (days: readonly Day[], minute: number) =>
  textOf(days.map(sessionsOf), "yesterday", BEGUN + minute * MINUTE, days.some(({ isCut }) => isCut)).split("\n");

Deno.test("X1 standup counts turns, working and waiting, answers of every kind, dollars and the last prompt of a session", () => {
  const [told, tallies] = [new Told(), new Tallies(new Map())];
  const about = { cwd: "/w/web/", lastPrompt: "fix the login test" };
  const events = [
    told.session(0, "idle", about, "created"),
    told.session(1, "working", { ...about, turnCount: 1 }),
    told.session(11, "waiting", { ...about, turnCount: 1, cost: { usd: 0.5 } }),
    told.decided(11, "pending", "s1", "requested"),
    told.decided(16, "approved"),
    told.session(16, "working", { ...about, turnCount: 1, cost: { usd: 1.25 } }),
    told.decided(17, "elsewhere"),
    told.decided(18, "denied"),
    told.decided(18, "dismissed"),
    told.decided(18, "cancelled"),
    told.decided(19, "elsewhere", "s1", "corrected"),
    told.session(20, "idle", { ...about, turnCount: 1, cost: { usd: 1.25 } }),
    told.session(21, "idle", { ...about, turnCount: 1, cost: { usd: 0.25 } }), // resumed: it counts anew
  ];
  for (const event of events) tallies.count(event, DATE);
  const lines = said([kept(tallies)], 600);
  assertEquals(lines, [
    "Since yesterday",
    "web (demo): 1 turn, worked 14m, waited for you 5m, 2 allowed, 2 denied, $1.50",
    "    fix the login test",
  ]);
  const again = events.map((event) => tallies.count(event, DATE));
  assertEquals([new Set(again), said([kept(tallies)], 600)], [new Set([false]), lines], "each event counts once");
  const next = new Tallies(new Map([[DATE, kept(tallies)]]));
  assertEquals(events.some((event) => next.count(event, DATE)), false, "also by the next process");
});

Deno.test("X1 standup counts what goes on up to now, an hour at most of an agent that says nothing, and days by their ends", () => {
  const [told, tallies] = [new Told(), new Tallies(new Map())];
  tallies.count(told.session(0, "working", { title: "night", turnCount: 7, cost: { usd: 9 } }), DATE);
  assertEquals(said([kept(tallies)], 10)[1], "night (demo): 0 turns, worked 10m", "what was before is not known");
  assertEquals(said([kept(tallies)], 500)[1], "night (demo): 0 turns, worked 1h00m");
  tallies.count(told.session(30, "waiting", { title: "night", turnCount: 8 }), DATE);
  assertEquals(said([kept(tallies)], 500)[1], "night (demo): 1 turn, worked 30m, waited for you 7h50m");
  // Over midnight.
  tallies.count(told.session(930, "idle", { title: "night", turnCount: 8 }), "2026-11-30");
  assertEquals(said([kept(tallies, "2026-11-30")], 930)[1], "night (demo): 0 turns, worked 0s, waited for you 15h00m");
  const both = [kept(tallies), kept(tallies, "2026-11-30")];
  assertEquals(said(both, 930)[1], "night (demo): 1 turn, worked 30m, waited for you 15h00m");
  assertEquals(textOf([], "today", 0), "No agent has done anything since today.");
});

Deno.test("X1 standup counts what a sub-agent asks for its session, and neither its time nor its turns", () => {
  const [told, tallies] = [new Told(), new Tallies(new Map())];
  tallies.count(told.session(0, "working", { title: "main" }, "created"), DATE);
  tallies.count(told.session(0, "working", { id: "sub", parentId: "s1", turnCount: 3 }, "created"), DATE);
  tallies.count(told.decided(1, "approved", "sub"), DATE);
  tallies.count(told.session(5, "idle", { id: "sub", parentId: "s1", turnCount: 4 }), DATE);
  tallies.count(told.session(5, "idle", { title: "main" }), DATE);
  assertEquals(said([kept(tallies)], 60).slice(1), ["main (demo): 0 turns, worked 5m, 1 allowed"]);
  tallies.count(told.decided(6, "denied", "unheard"), DATE);
  assertEquals(said([kept(tallies)], 60)[2], "shop (demo): 0 turns, worked 0s, 1 denied", "a session never heard of");
});

Deno.test("X1 standup knows whose sub-agent one is after a restart, and of a hundred", () => {
  const [told, tallies] = [new Told(), new Tallies(new Map())];
  const sub = (id: string, parentId: string) => told.session(0, "working", { id, parentId });
  tallies.count(told.session(0, "working", { title: "main" }, "created"), DATE);
  tallies.count(sub("sub", "s1"), DATE);
  const { parents } = tallies;
  tallies.count(sub("sub", "s1"), DATE);
  assertEquals(parents, [["sub", "s1"]]);
  assert(tallies.parents === parents, "it is known, and not written again");
  tallies.count(sub("below", "sub"), DATE);
  tallies.count(told.session(5, "idle", { title: "main" }), DATE);

  const next = new Tallies(new Map([[DATE, kept(tallies)]]), tallies.parents);
  next.count(told.decided(6, "approved", "sub"), DATE);
  next.count(told.decided(7, "denied", "below"), DATE);
  assertEquals(said([kept(next)], 60).slice(1), ["main (demo): 0 turns, worked 5m, 1 allowed, 1 denied"]);
  next.count(told.decided(8, "approved", "sub"), "2026-11-30");
  assertEquals(sessionsOf(kept(next, "2026-11-30")).get("s1")?.allowed, 1, "over midnight");

  for (let at = 0; at < 150; at++) next.count(sub(`sub${at}`, "s1"), "2026-11-30");
  assertEquals([next.parents.length, next.parents[0]], [100, ["sub50", "s1"]]);
});

Deno.test("X1 standup keeps forty sessions of a day, those heard of last, in less than it may, and shows thirty", () => {
  const [told, tallies] = [new Told(), new Tallies(new Map())];
  const long = { title: "\u4e16".repeat(200), lastPrompt: '"\u4e16'.repeat(200) };
  for (let at = 0; at < 50; at++) {
    const id = `${at}`.padEnd(200, "x");
    tallies.count(told.session(0, "working", { ...long, id }), DATE);
    tallies.count(told.session(at / 10, "idle", { ...long, id }), DATE);
  }
  for (let at = 0; at < 150; at++) {
    tallies.count(
      told.session(5, "working", { id: `sub${at}`.padEnd(200, "x"), parentId: "0".padEnd(200, "x") }),
      DATE,
    );
  }
  const day = kept(tallies);
  assertEquals([day.sessions.length, day.sessions[0]?.[0].slice(0, 3)], [40, "10x"]);
  const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
  const bytes = bytesOf(day) * 31 + bytesOf(tallies.parents);
  assert(bytes < KV_BYTES, `31 days are ${bytes} bytes`);
  const lines = said([day], 10).filter((line) => !line.startsWith("    "));
  assertEquals([lines.length, ...lines.slice(-2)], [
    33,
    "and 10 more",
    "Of a day the 40 sessions that were heard of last are kept: there were more.",
  ]);
  assert(lines[1]?.includes("worked 4m"), lines[1]);
  assertEquals([tallies.forget("2026-11-29"), tallies.forget("2026-11-30")], [[], [DATE]]);
  assertEquals(kept(tallies).sessions, []);
});

Deno.test("X1 standup counts in one line the sessions that only started or ended, and says that others were not kept only then", () => {
  const [told, tallies] = [new Told(), new Tallies(new Map())];
  const start = (at: number) => {
    for (const type of ["created", "updated"]) tallies.count(told.session(0, "idle", { id: `idle${at}` }, type), DATE);
  };
  start(0);
  assertEquals(said([kept(tallies)], 60), ["Since yesterday", "1 session only started or ended"]);
  for (let at = 1; at < 40; at++) start(at);
  assertEquals(said([kept(tallies)], 60), ["Since yesterday", "40 sessions only started or ended"]);
  tallies.count(told.session(0, "working", { title: "web" }, "created"), DATE);
  tallies.count(told.session(5, "idle", { title: "web", turnCount: 1 }), DATE);
  const lines = [
    "Since yesterday",
    "web (demo): 1 turn, worked 5m",
    "39 more sessions only started or ended",
    "Of a day the 40 sessions that were heard of last are kept: there were more.",
  ];
  assertEquals(said([kept(tallies)], 60), lines);
  const next = new Tallies(new Map([[DATE, kept(tallies)]]));
  next.count(told.session(5, "idle", { title: "web", turnCount: 1 }), DATE);
  assertEquals(said([kept(next)], 60), lines, "also after a restart");
});
