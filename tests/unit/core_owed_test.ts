/** Changes that are due, where the journal cannot be written yet. */
import { assertEquals, assertThrows } from "@std/assert";
import { Store } from "../../src/core/store.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { testBus } from "../support/bus.ts";
import { FakeJournal } from "../support/fake_journal.ts";

const rejected = (problem: string): NewEvent => ({ type: "daemon.config_rejected", data: { problem } });

function fullStore(): { store: Store; journal: FakeJournal } {
  const journal = new FakeJournal();
  const clock = { now: () => 0, steady: () => 0 };
  const store = new Store({ clock, bus: testBus(), idempotencyKeys: 10, staleAfterMs: () => 0 });
  store.attach(journal);
  journal.room = 0;
  return { store, journal };
}

const said = ({ records }: FakeJournal) => records.map(({ data }) => (data as { problem: string }).problem);

Deno.test("C6 what a start owes comes before any other record, in order and once, as soon as one can be written", () => {
  const { store, journal } = fullStore();
  for (const text of ["first", "second"]) store.owed.add(() => void store.commit(rejected(text), "daemon"));
  for (let time = 0; time < 3; time++) {
    assertThrows(() => store.commit(rejected("third"), "daemon"), ConsoleError, "full");
    assertThrows(() => store.owed.make(), ConsoleError, "full");
  }
  journal.room = 1; // for one of them
  assertThrows(() => store.commit(rejected("third"), "daemon"), ConsoleError, "full");
  assertEquals(said(journal), ["first"]);
  journal.room = Infinity;
  store.commit(rejected("third"), "daemon");
  store.commit(rejected("fourth"), "daemon");
  assertEquals(said(journal), ["first", "second", "third", "fourth"]);
});

Deno.test("C6 what a start owes is written at once where the journal can be written, and a bug in it is no full disk", () => {
  const { store, journal } = fullStore();
  journal.room = Infinity;
  store.owed.add(() => void store.commit(rejected("first"), "daemon"));
  assertEquals(said(journal), ["first"]);
  assertThrows(
    () =>
      store.owed.add(() => {
        throw new TypeError("a bug");
      }),
    TypeError,
  );
  store.commit(rejected("second"), "daemon");
  assertEquals(said(journal), ["first", "second"], "and keeps no other change back");
});

Deno.test("C6 a bug in what is owed is told also where the journal refuses what comes behind it", () => {
  const { store, journal } = fullStore();
  const bug = () => {
    throw new TypeError("a bug");
  };
  store.owed.add(() => void store.commit(rejected("first"), "daemon")); // refused, and waits
  store.owed.add(bug);
  store.owed.add(() => void store.commit(rejected("second"), "daemon"));
  journal.room = 1;
  assertThrows(() => store.owed.make(), TypeError);
  assertEquals(said(journal), ["first"]);
  journal.room = Infinity;
  store.owed.make();
  assertEquals(said(journal), ["first", "second"]);
});
