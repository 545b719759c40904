/** A projection with a bug harms neither the state beside it nor the next start. */
import { assertEquals, assertThrows } from "@std/assert";
import type { Projection } from "../../src/core/projection.ts";
import { Projections } from "../../src/core/projections.ts";
import { Store } from "../../src/core/store.ts";
import { decideUpdate } from "../../src/domain/decide.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { testBus } from "../support/bus.ts";
import { FakeJournal } from "../support/fake_journal.ts";

const NOW = "2026-11-20T10:00:00.000Z";

/** Counts events, and fails where it is told to. */
class Counter implements Projection {
  readonly layout = 1;
  count = 0;
  constructor(readonly name: string, readonly fails: Partial<Record<"apply" | "save" | "restore", boolean>> = {}) {}

  #mayFail(what: "apply" | "save" | "restore"): void {
    if (this.fails[what]) throw new Error(`${this.name} cannot ${what}`);
  }
  apply(_event: NewEvent): void {
    this.#mayFail("apply");
    this.count++;
  }
  save(): unknown {
    this.#mayFail("save");
    return this.count;
  }
  restore(saved: unknown): void {
    this.#mayFail("restore");
    this.count = saved as number;
  }
}

function build(makers: readonly (() => Projection)[], journal = new FakeJournal()) {
  const told: string[] = [];
  const projections = new Projections(
    makers,
    (_name, what, error) => told.push(`${what}: ${(error as Error).message}`),
  );
  const clock = { now: () => Date.parse(NOW), steady: () => 0 };
  const bus = testBus();
  const store = new Store({ clock, bus, idempotencyKeys: 10, staleAfterMs: () => 1e9, projections });
  return { store, projections, journal, bus, told };
}

function update(store: Store, title: string): void {
  store.commit(
    decideUpdate(store.get("s"), { id: "s", agent: "test" }, { title }, NOW) as NewEvent,
    "cli:admin",
  );
}

Deno.test("F4 a projection that throws is set aside: rows, subscribers and the others go on, and it is told once", async () => {
  const [bad, good] = [() => new Counter("bad", { apply: true }), () => new Counter("good")];
  const { store, projections, journal, bus, told } = build([bad, good]);
  store.attach(journal);
  const seen: number[] = [];
  const subscription = bus.subscribe({
    after: 0,
    wake: () => {
      for (let next = subscription.next(); next !== undefined; next = subscription.next()) seen.push(next.seq);
    },
    lagged: () => seen.push(-1),
  });
  update(store, "one");
  update(store, "two");
  await Promise.resolve();
  assertEquals([store.get("s")?.title, seen, projections.of(good).count], ["two", [1, 2], 2]);
  assertEquals(told, ["apply: bad cannot apply"]);
  assertEquals([projections.isSetAside(projections.of(bad)), projections.isSetAside(projections.of(good))], [
    true,
    false,
  ]);
});

Deno.test("F4 a snapshot has nothing of a projection with a bug: the next start replays, and all is there", () => {
  for (const bug of ["apply", "save"] as const) {
    const { store, journal } = build([() => new Counter("a", { [bug]: true }), () => new Counter("b")]);
    store.attach(journal);
    update(store, "one");
    const saved = JSON.parse(JSON.stringify(store.save()));
    const mended = [() => new Counter("a"), () => new Counter("b")] as const;
    const next = build(mended, journal);
    assertEquals(next.store.restore(saved), false, bug);
    for (const record of journal.records) next.store.replay(record);
    assertEquals(mended.map((maker) => next.projections.of(maker).count), [1, 1], bug);
    assertEquals(next.store.get("s")?.title, "one", bug);
  }
});

Deno.test("F4 a projection that cannot take its snapshot ends no start: all begin empty, and the journal is replayed", () => {
  const { store, journal } = build([() => new Counter("a"), () => new Counter("b")]);
  store.attach(journal);
  update(store, "one");
  const saved = JSON.parse(JSON.stringify(store.save()));
  const makers = [() => new Counter("a"), () => new Counter("b", { restore: true })] as const;
  const { store: next, projections, told } = build(makers, journal);
  assertEquals(next.restore(saved), false);
  assertEquals(makers.map((maker) => projections.of(maker).count), [0, 0]);
  for (const record of journal.records) next.replay(record);
  assertEquals([makers.map((maker) => projections.of(maker).count), told], [[1, 1], ["restore: b cannot restore"]]);
});

Deno.test("C5 a new feature's projection begins empty where the journal was pruned, and the others keep what only the snapshot holds", () => {
  const maker = () => new Counter("a");
  const old = new Projections([maker], () => {});
  old.of(maker).count = 1;
  const saved = old.save();
  const makers = [() => new Counter("a"), () => new Counter("b")] as const;
  const count = (projections: Projections) => makers.map((maker) => projections.of(maker).count);
  const pruned = new Projections(makers, () => {});
  assertEquals([pruned.restore(saved, false), count(pruned)], [true, [1, 0]]);
  const bug = new Projections(makers, () => {});
  const damaged = { ...saved, b: { layout: -1, state: null } };
  assertEquals([bug.restore(damaged, false), count(bug)], [true, [1, 0]]);
  const whole = new Projections(makers, () => {});
  assertEquals([whole.restore(saved, true), count(whole)], [false, [0, 0]]);
});

Deno.test("projections: two of one name are refused, for each would be restored from the other's state", () => {
  assertThrows(() => build([() => new Counter("a"), () => new Counter("a")]), TypeError, "two projections are named a");
});

Deno.test("C1 a projection sees the same events live and in a replay, the journal's own too", () => {
  const maker = () => new Counter("a");
  const journal = new FakeJournal();
  const { store, projections } = build([maker], journal);
  store.attach(journal);
  const append = journal.append.bind(journal);
  journal.append = (event) => [...append({ type: "journal.segment", actor: "daemon", data: {} }), ...append(event)];
  update(store, "one");
  update(store, "two");
  const next = build([maker], journal);
  for (const record of journal.records) next.store.replay(record);
  assertEquals([projections.of(maker).count, next.projections.of(maker).count], [4, 4]);
});
