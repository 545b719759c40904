import { viewsOf } from "../support/many_sessions.ts";
import { delivered, testBus } from "../support/bus.ts";
import { FakeJournal } from "../support/fake_journal.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Store } from "../../src/core/store.ts";
import { decideReport } from "../../src/domain/decide.ts";
import type { Report } from "../../src/domain/report.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const NOW = "2026-11-20T10:00:00.000Z";

function build(journal = new FakeJournal()) {
  const bus = testBus();
  const clock = { now: () => Date.parse(NOW), steady: () => 0 };
  const store = new Store({ clock, bus, idempotencyKeys: 3, staleAfterMs: () => 60_000 });
  store.attach(journal);
  const seen: { seq: number; line: string; journaled: number }[] = [];
  const subscription = bus.subscribe({
    after: store.seq,
    wake: () => {
      for (let event = subscription.next(); event !== undefined; event = subscription.next()) {
        const line = new TextDecoder().decode(event.line("s1"));
        seen.push({ seq: event.seq, line, journaled: journal.records.length });
      }
    },
    lagged: () => {},
  });
  return { store, bus, journal, seen };
}

function report(sessionId: string, agentEvent: Report["event"]): Report {
  return { agent: "claude", sessionId, facts: {}, event: agentEvent };
}

const ofKey = (key: string | undefined) => ({ key, change: "session.report" });

function prompt(store: Store, id: string, key?: string) {
  const event = decideReport(store.get(id), report(id, { kind: "prompt", text: "go", byUser: true }), NOW);
  return store.commit(event, "hook:report", ofKey(key));
}

Deno.test("store: an event is in the journal before anybody hears of it, and reaches all in one sequence", async () => {
  const { store, seen } = build();
  for (const id of ["a", "b", "a"]) prompt(store, id);
  assertEquals(seen, []); // no subscriber runs inside a commit
  await delivered();
  assertEquals(seen.map(({ seq }) => seq), [1, 2, 3]);
  for (const { seq, journaled } of seen) assert(journaled >= seq);
  const last = JSON.parse(seen[2]?.line ?? "");
  assertEquals([last.method, last.params.subscription, last.params.type], ["event", "s1", "session.updated"]);
  assertEquals(last.params.data.session.turnCount, 2);
});

Deno.test("C6 a journal that cannot be written leaves the state where it was and tells nobody", async () => {
  const { store, journal, seen } = build();
  prompt(store, "a");
  journal.room = 0;
  const error = assertThrows(() => prompt(store, "a"), ConsoleError);
  assertEquals(error.kind, "read_only");
  await delivered();
  assertEquals([store.get("a")?.turnCount, seen.length], [1, 1]);
  journal.room = Infinity;
  prompt(store, "a");
  assertEquals(store.get("a")?.turnCount, 2);
});

Deno.test("P6 a key gives the same answer again, also after a replay of the journal or from a snapshot", () => {
  const { store, journal } = build();
  const first = prompt(store, "a", "key-1");
  assertEquals(store.repeated(ofKey("key-1")), first);
  const replayed = build(journal).store;
  for (const record of journal.records) replayed.replay(record);
  assertEquals(replayed.repeated(ofKey("key-1")), first);
  const restored = build(journal).store;
  assert(restored.restore(JSON.parse(JSON.stringify(store.save()))));
  assertEquals(restored.repeated(ofKey("key-1")), first);
  assertEquals(viewsOf(restored.freeze()), viewsOf(store.freeze()));
});

Deno.test("store: the oldest keys are forgotten first", () => {
  const { store } = build();
  for (const key of ["1", "2", "3", "4"]) prompt(store, "a", key);
  assertEquals(["1", "2", "3", "4"].map((key) => store.repeated(ofKey(key)) !== undefined), [false, true, true, true]);
});

Deno.test("store: replaying the journal gives the rows that were live, history and all", () => {
  const { store, journal } = build();
  prompt(store, "a");
  const asked = report("a", { kind: "requested", for: "permission", text: "Bash: ls" });
  store.commit(decideReport(store.get("a"), asked, "2026-11-20T10:00:05.000Z"), "hook:report");
  const again = build(journal).store;
  for (const record of journal.records) again.replay(record);
  assertEquals(again.row("a"), store.row("a"));
  assertEquals(store.row("a")?.history, [{ status: "working", from: NOW, durationMs: 5000 }]);
});

Deno.test("store: lost is published with the row and never kept in it", async () => {
  const { store, journal, seen } = build();
  prompt(store, "a");
  store.setLost("a", "daemon");
  store.setLost("a", "daemon");
  await delivered();
  assertEquals(seen.length, 2);
  assertEquals(JSON.parse(seen[1]?.line ?? "").params.data.session.lost, true);
  assertEquals([viewsOf(store.freeze())[0]?.lost, "lost" in (store.get("a") ?? {})], [true, false]);
  const again = build(journal).store;
  for (const record of journal.records) again.replay(record);
  assertEquals(viewsOf(again.freeze())[0]?.lost, undefined);
});

Deno.test("store: a late event of a dead process leaves its row lost; another pid or an announcement finds it", async () => {
  const { store, seen } = build();
  const tell = async (pid: number) => {
    const told = { ...report("a", { kind: "progress" }), facts: { pid } };
    store.commit(decideReport(store.get("a"), told, NOW), "hook:report");
    await delivered();
    return JSON.parse(seen.at(-1)?.line ?? "").params.data.session.lost === true;
  };
  await tell(7);
  store.setLost("a", "daemon");
  assertEquals([await tell(7), store.isLost("a"), viewsOf(store.freeze())[0]?.lost], [true, true, true]);
  assertEquals([await tell(8), store.isLost("a"), viewsOf(store.freeze())[0]?.lost], [false, false, undefined]);
  store.setLost("a", "daemon");
  store.renewed("a");
  assertEquals(await tell(8), false);
});

Deno.test("C6 a row whose loss could not be written is not lost: the next look tells it again", () => {
  const { store, journal } = build();
  prompt(store, "a");
  journal.room = 0;
  assertThrows(() => store.setLost("a", "daemon"), ConsoleError);
  assertEquals(store.isLost("a"), false);
});

Deno.test("store: another layout of a snapshot is not taken", () => {
  const { store } = build();
  assertEquals(store.restore({ layout: 0, rows: [], keys: [] }), false);
});

Deno.test("C5 a snapshot whose digest is right and whose members are not is not taken, and leaves nothing behind", () => {
  const { store, journal } = build();
  prompt(store, "a", "key-1");
  const saved = JSON.parse(JSON.stringify(store.save()));
  const wrong: Record<string, readonly unknown[]> = {
    rows: [undefined, null, 5, {}, [null], [{}], [saved.rows[0], null]],
    keys: [undefined, null, 5, {}, [null], [5]],
    layout: [undefined, "4"],
  };
  for (const [member, values] of Object.entries(wrong)) {
    for (const value of values) {
      const next = build(journal).store;
      const altered = { ...saved, [member]: value };
      assertEquals([next.restore(altered), next.size], [false, 0], `${member}: ${JSON.stringify(value)}`);
      for (const record of journal.records) next.replay(record);
      assertEquals(next.get("a")?.turnCount, 1);
    }
  }
  for (const nothing of [undefined, null, 5, "x", []]) assertEquals(build(journal).store.restore(nothing), false);
});
