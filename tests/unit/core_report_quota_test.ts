/** The limits on clients without a token: what counts, what is given back, and whom they leave alone. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Bucket } from "../../src/core/bucket.ts";
import { ReportQuota } from "../../src/core/report_quota.ts";
import { ReportRefusals } from "../../src/core/report_refusals.ts";
import { Store } from "../../src/core/store.ts";
import { UnrecognizedEvents } from "../../src/core/unrecognized_events.ts";
import { decideClose, decideSeen, decideUpdate, isRefusal } from "../../src/domain/decide.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { LIMITS, type Limits } from "../../src/protocol/limits.ts";
import { testBus } from "../support/bus.ts";
import { FakeCaller } from "../support/desk.ts";
import { FakeJournal } from "../support/fake_journal.ts";

const AT = "2026-11-20T10:00:00.000Z";

class Home {
  now = 0;
  readonly asking = new Set<string>();
  readonly warned: unknown[] = [];
  readonly refusals = new ReportRefusals({ warn: (_, fields) => this.warned.push(fields) }, () => this.now);
  readonly journal = new FakeJournal();
  readonly quota: ReportQuota;
  readonly store: Store;

  constructor(limits: Partial<Limits>) {
    const steady = () => this.now;
    const clock = { now: () => Date.parse(AT) + this.now, steady };
    this.quota = new ReportQuota({
      limits: { ...LIMITS, ...limits },
      ...clock,
      asking: () => this.asking,
      refusals: this.refusals,
    });
    this.store = new Store({
      clock,
      bus: testBus(),
      idempotencyKeys: 10,
      staleAfterMs: () => 1e9,
      quota: this.quota,
    });
    this.store.attach(this.journal);
  }

  set(id: string, peer: FakeCaller, title = id): void {
    const at = new Date(Date.parse(AT) + this.now).toISOString();
    const event = decideUpdate(this.store.get(id), { id, agent: "claude" }, { title }, at);
    this.commit(event as NewEvent, peer);
  }

  close(id: string, peer: FakeCaller): void {
    const event = decideClose(this.store.get(id), id, "done", AT);
    if (!isRefusal(event)) this.commit(event, peer);
  }

  /** What the daemon owes, and comes to it in a call of `peer`. */
  owe(event: NewEvent, peer: FakeCaller): void {
    this.quota.run(peer, {}, () => this.store.owed.add(() => void this.store.commit(event, "daemon")));
  }

  commit(event: NewEvent, peer: FakeCaller): void {
    this.quota.run(peer, {}, () => this.store.commit(event, peer.actor));
  }
}

const stranger = () => new FakeCaller("hook", "report");
const refused = (action: () => void, says: string) => {
  assertEquals(assertThrows(action, ConsoleError, says).kind, "busy");
};

Deno.test("L6 sessions: a limit for each connection and one in all; closed ones give way, an admin has none", () => {
  const home = new Home({ reportSessions: 6, reportSessionsEach: 4 });
  const [a, b, admin] = [stranger(), stranger(), new FakeCaller("cli", "admin")];
  for (const id of ["a1", "a2", "a3", "a4"]) home.set(id, a);
  refused(() => home.set("a5", a), "this connection has 4 sessions");
  home.set("a1", a, "what is there goes on");
  home.set("b1", b);
  home.set("b2", b);
  refused(() => home.set("b3", b), "there are 6 sessions");
  home.set("own", admin);
  home.close("a2", a);
  refused(() => home.set("b3", b), "there are 6 sessions"); // no look for closed ones at each refusal
  home.now += 1000;
  home.set("b3", b);
  assertEquals([...home.store.sessions()].map(({ id }) => id).sort(), ["a1", "a3", "a4", "b1", "b2", "b3", "own"]);
});

Deno.test("L6 C6 what the daemon owes is no stranger's: their limits refuse none of it, and charge them with none", () => {
  const home = new Home({ reportJournalBytesEach: 400, reportJournalRefill: 1e-9 });
  const peer = stranger();
  const rejected = (problem: string): NewEvent => ({ type: "daemon.config_rejected", data: { problem } });
  const said = () => home.journal.records.flatMap(({ data }) => (data as { problem?: string }).problem ?? []);
  const spend = () => {
    for (let at = 0; at < 20; at++) home.set("a", peer, `${at}`);
  };
  refused(spend, "this connection has 400 bytes");
  home.owe(rejected("with room"), peer);
  assertEquals(said(), ["with room"]);
  home.journal.room = 0;
  home.owe(rejected("on a full disk"), peer);
  assertThrows(() => home.set("a", peer, "more"), ConsoleError, "full");
  home.journal.room = Infinity;
  refused(() => home.set("a", peer, "more"), "this connection has 400 bytes");
  assertEquals(said(), ["with room", "on a full disk"]);
});

Deno.test("L6 silent rows that belong to nobody give way to a new session, the longest silent first, and their end is told", () => {
  const home = new Home({ reportSessions: 5, reportSilentMs: 600_000 });
  const peer = stranger();
  for (const [i, id] of ["seen", "asks", "old", "older", "heard"].entries()) {
    home.now = id === "older" ? 0 : i + 1;
    home.set(id, peer);
  }
  home.commit(decideSeen({ ...home.store.get("seen")!, pid: 42 }, 42, undefined)!, peer);
  home.asking.add("asks");
  home.now = 599_000;
  home.set("heard", peer, "again");
  refused(() => home.set("new 1", peer), "there are 5 sessions");
  home.now = 601_000;
  home.set("new 1", peer);
  assertEquals([...home.store.sessions()].map(({ id }) => id).sort(), ["asks", "heard", "new 1", "seen"]);
  const told = home.journal.records.slice(-5).map((
    { type, data },
  ) => [type, (data as { readonly session: { readonly id: string } }).session.id]);
  assertEquals(told, [
    ["session.closed", "older"],
    ["session.deleted", "older"],
    ["session.closed", "old"],
    ["session.deleted", "old"],
    ["session.created", "new 1"],
  ]);
  home.set("new 2", peer);
  refused(() => home.set("new 3", peer), "there are 5 sessions");
  // A process that was seen and is gone keeps no row any more.
  home.now = 602_000;
  home.store.setLost("seen", "daemon");
  home.set("new 3", peer);
  assertEquals(home.store.get("seen"), undefined);
});

Deno.test("L6 refusals are in the log, once a minute at most and with their number, and in status while they last", () => {
  const home = new Home({ reportSessionsEach: 1 });
  const peer = stranger();
  home.set("a", peer);
  const why = "this connection has 1 sessions";
  for (let i = 0; i < 3; i++) refused(() => home.set("b", peer), why);
  assertEquals(home.warned, [{ why }]);
  assertEquals(home.refusals.status(), { count: 3, why });
  home.now = 59_999;
  home.refusals.tell();
  assertEquals(home.warned.length, 1);
  home.now = 60_000;
  home.refusals.tell();
  home.refusals.tell();
  assertEquals(home.warned.slice(1), [{ why, times: 2 }]);
  assertEquals(home.refusals.status(), undefined);
});

Deno.test("L6 the journal: each connection has an allowance that comes back with time", () => {
  const home = new Home({ reportJournalBytes: 3000, reportJournalBytesEach: 1000, reportJournalRefill: 100 });
  const [a, b, admin] = [stranger(), stranger(), new FakeCaller("cli", "admin")];
  const fill = (peer: FakeCaller) => {
    for (let i = 0; i < 100; i++) home.set("s", peer, `title ${i}`);
  };
  refused(() => fill(a), "this connection has 1000 bytes of the journal");
  refused(() => fill(b), "this connection has 1000 bytes");
  refused(() => fill(stranger()), "this connection has 1000 bytes");
  refused(() => fill(stranger()), "clients without a token have 3000 bytes");
  fill(admin);
  home.now += 30_000;
  home.set("s", a, "again");
});

Deno.test("L6 by default no stranger fills the disk: 16 MB for a connection, 64 MB for all, with what frames each record", () => {
  const home = new Home({});
  const fill = (peer: FakeCaller) => {
    for (let i = 0;; i++) {
      home.commit(
        { type: "hook.unknown", data: { agent: "x", problem: "y", raw: i % 2 ? "" : "z".repeat(4096) } },
        peer,
      );
    }
  };
  const lines = () => home.journal.records.reduce((sum, { data }) => sum + JSON.stringify(data).length + 256, 0);
  refused(() => fill(stranger()), "this connection has 16777216 bytes");
  assert(lines() < 17 * 1_048_576, `${lines()}`);
  for (let i = 0; i < 3; i++) refused(() => fill(stranger()), "bytes of the journal");
  refused(() => fill(stranger()), "clients without a token have 67108864 bytes");
  assert(lines() < 65 * 1_048_576, `${lines()}`);
});

Deno.test("L6 what nobody understands is in the log once a minute for each problem, also where each is made up", () => {
  const lines: Record<string, unknown>[] = [];
  let now = 0;
  const log = { warn: (_: string, fields: Record<string, unknown> = {}) => void lines.push(fields) };
  const unknown = new UnrecognizedEvents({ commit: () => ({ seq: 0, sessionId: null, status: null }) }, log, () => now);
  const keep = (problem: string) => unknown.keep({ agent: "x", problem, event: {} }, stranger().actor);
  for (let i = 0; i < 1000; i++) keep("no name");
  assertEquals(lines, [{ agent: "x", problem: "no name" }]);
  now = 60_000;
  unknown.tell();
  assertEquals(lines.slice(1), [{ agent: "x", problem: "no name", times: 999 }]);
  for (let i = 0; i < 100_000; i++) keep(`made up ${i}`);
  assert(lines.length < 20, `${lines.length} lines`);
  now = 120_000;
  unknown.tell();
  assertEquals(lines.at(-1)?.["times"], 100_000 - 16);
  assert(lines.length < 20);
});

Deno.test("L6 questions and their text: counted while they are open, not when they could not be put", () => {
  const { quota } = new Home({ reportQuestions: 3, reportQuestionsEach: 2, reportQuestionUnits: 1000 });
  const a = stranger();
  const ask = (peer: FakeCaller, params: unknown = {}) => quota.run(peer, params, () => quota.admitQuestion(() => {}));
  const first = ask(a);
  ask(a);
  refused(() => ask(a), "this connection has 2 open questions");
  first();
  ask(a);
  ask(stranger());
  refused(() => ask(stranger()), "clients without a token have 3 open questions");
  ask(new FakeCaller("cli", "admin"));
  const { quota: other } = new Home({ reportQuestions: 3, reportQuestionsEach: 2, reportQuestionUnits: 1000 });
  const long = { text: "x".repeat(600) };
  const put = (params: unknown, act = () => {}) => other.run(stranger(), params, () => other.admitQuestion(act));
  assertThrows(() =>
    put(long, () => {
      throw new RangeError("a full disk");
    }), RangeError);
  const held = put(long);
  refused(() => put(long), "1000 characters in open questions");
  held();
  put(long);
  let deep: unknown = "x";
  for (let i = 0; i < 100_000; i++) deep = [deep];
  refused(() => put(deep), "characters"); // of any depth, and names count
});

Deno.test("L6 an allowance is never more than it was at first", () => {
  let now = 0;
  const bucket = new Bucket(100, 10, () => now);
  now = 1e9;
  bucket.take(150);
  assert(bucket.isEmpty);
  now += 4000;
  assert(bucket.isEmpty);
  now += 2000;
  assert(!bucket.isEmpty);
});
