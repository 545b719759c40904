/** What the keys of the page do: move, open, answer, choose, go back; and why they do not. */
import { assertEquals } from "@std/assert";
import { GOES_ON_BELOW } from "../../src/page/answers.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { KeyMeaning } from "../../src/page/keys.ts";
import type { ListRow } from "../../src/page/list_rows.ts";
import { pressKey } from "../../src/page/page_actions.ts";
import type { PageStore } from "../../src/page/page_store.ts";
import { answering, APPROVAL, StubWire } from "./stub_store.ts";
import { SEEN, stubBrowser } from "./stubs.ts";

const ROWS: readonly ListRow[] = [
  { id: "s1", session: "s1" },
  { id: "k2", session: "s2", request: "k2" },
  { id: "s3", session: "s3" },
];
/** Long after what is shown appeared, ms. */
const LATE = 10_000;

/** A list with its cursor, and where the focus went. */
class Screen {
  readonly focused: string[] = [];

  constructor(readonly store: PageStore, public current: string | undefined = "s1", readonly rows = ROWS) {}

  press(meaning: KeyMeaning): this {
    pressKey(this.store, meaning, LATE, {
      list: () => ({ rows: this.rows, current: this.current }),
      focusRow: ({ id }) => {
        this.focused.push(id);
        this.current = id;
      },
      focusFilter: () => void this.focused.push("filter"),
      focusPrompt: () => void this.focused.push("prompt"),
      press: (does) => this.focused.push(does) > 0,
    });
    return this;
  }

  move(...by: (1 | -1)[]): this {
    for (const one of by) this.press({ kind: "move", by: one });
    return this;
  }
}

function withWire(approval: Approval = APPROVAL): { store: PageStore; wire: StubWire } {
  const store = answering(approval);
  const wire = new StubWire();
  store.set({ wire: wire.page });
  return { store, wire };
}

Deno.test("V3 the cursor moves by the rows of the list and stops at its ends; beside the list the detail goes along", () => {
  stubBrowser();
  const screen = new Screen(answering()).move(1, 1, 1, -1);
  assertEquals(screen.focused, ["k2", "s3", "s3", "k2"]);
  assertEquals(SEEN.routes, [
    "/#session=s2&request=k2",
    "/#session=s3",
    "/#session=s3",
    "/#session=s2&request=k2",
  ]);
  // From a row that the filter has taken away, and in an empty list.
  assertEquals(new Screen(screen.store, "gone").move(-1).focused, ["s1"]);
  assertEquals(new Screen(screen.store, "gone", []).move(1).focused, []);
});

Deno.test("V3 on a phone the cursor moves alone, and Enter or v opens its row", () => {
  stubBrowser({ wide: false });
  const screen = new Screen(answering()).move(1);
  assertEquals([screen.focused, SEEN.routes], [["k2"], []]);
  screen.press({ kind: "detail" });
  assertEquals(SEEN.routes, ["/#session=s2&request=k2"]);
  new Screen(screen.store, "gone").press({ kind: "detail" });
  assertEquals(SEEN.routes.length, 1);
});

Deno.test("V3 a key answers only where it may: connected, with a token that may, a request that has been read", () => {
  stubBrowser();
  const { store, wire } = withWire();
  const screen = new Screen(store);
  const said = (kind: "yes" | "no" | "yes_for" | "no_because") => {
    store.toast = undefined;
    screen.press({ kind });
    return store.toast as PageStore["toast"];
  };
  for (const kind of ["yes", "no", "yes_for", "no_because"] as const) {
    store.set({ link: { kind: "lost", at: 0, why: "stopped" } });
    assertEquals(said(kind), { text: "no connection: nothing can be answered now", isBad: true }, kind);
    store.set({ link: { kind: "live" }, scope: "read" });
    assertEquals(said(kind)?.text.startsWith("this token may only read"), true, kind);
    store.set({ scope: "approve" });
    store.guard.again(LATE - 399);
    assertEquals(said(kind)?.text, "it has only just appeared: press again", kind);
    store.guard.again(0);
  }
  assertEquals([wire.calls.length, store.answering.kind], [0, "none"]);
  store.asked = undefined;
  assertEquals(said("yes"), undefined);
});

Deno.test("V3 a sheet, the second question and none exclude each other, and belong to one request", () => {
  stubBrowser();
  const { store, wire } = withWire({ ...APPROVAL, risk: "destroys" });
  const screen = new Screen(store).press({ kind: "yes" });
  assertEquals([store.isConfirming("k1"), store.isConfirming("k2")], [true, false]);
  store.guard.show("k1 once more", 0);
  screen.press({ kind: "yes_for" });
  assertEquals(store.answering, { kind: "sheet", name: "scope", id: "k1" });
  store.guard.show("k1", 0);
  screen.press({ kind: "no_because" });
  assertEquals(store.answering, { kind: "sheet", name: "deny", id: "k1" });
  screen.press({ kind: "yes" }).press({ kind: "no" }); // it is left
  assertEquals(store.answering, { kind: "none" });
  store.guard.show("k1", 0);
  screen.press({ kind: "yes" }).press({ kind: "back" });
  assertEquals([store.answering.kind, wire.calls.length], ["none", 0]);
});

Deno.test("V3 a yes counts once the end of what is asked was on the screen, a no at any time", () => {
  stubBrowser();
  const { store, wire } = withWire();
  store.readEnds.clear();
  new Screen(store).press({ kind: "yes" }).press({ kind: "yes_for" });
  assertEquals([store.toast?.text, store.answering.kind, wire.calls.length], [GOES_ON_BELOW, "none", 0]);
  store.readEnds.add("k1");
  new Screen(store).press({ kind: "yes" });
  assertEquals(wire.calls.length, 1);
  const { store: other, wire: line } = withWire();
  other.readEnds.clear();
  new Screen(other).press({ kind: "no" });
  assertEquals(line.calls.length, 1);
});

Deno.test("V3 a call that is asked each time has no scopes, and one that never came in whole no yes", () => {
  stubBrowser();
  const { store } = withWire();
  store.texts.set("k1", { scopes: ["once"] } as never);
  new Screen(store).press({ kind: "yes_for" });
  assertEquals([store.toast?.text, store.answering.kind], ["only once: such a call is asked each time", "none"]);
  const { store: cut, wire } = withWire({ ...APPROVAL, cutBy: "hook" } as unknown as Approval);
  new Screen(cut).press({ kind: "yes" });
  assertEquals([cut.toast?.text.startsWith("part of it never arrived"), wire.calls.length], [true, 0]);
  new Screen(cut).press({ kind: "no" });
  assertEquals(wire.calls.map(({ params }) => params), [{ id: "k1", decision: "deny" }]);
});

Deno.test("V3 a digit chooses: of one question it answers, of several it picks the first that is open, else it is a view", () => {
  stubBrowser();
  const one = { question: "Which?", options: ["red", "blue"], multiple: false };
  const single = withWire({ ...APPROVAL, for: "question", choices: [one] });
  new Screen(single.store).press({ kind: "choose", at: 2 });
  assertEquals(single.wire.calls.length, 0);
  new Screen(single.store).press({ kind: "choose", at: 1 });
  assertEquals(single.wire.calls.map(({ params }) => params), [
    { id: "k1", decision: "approve", answers: { "Which?": "blue" } },
  ]);
  const two = withWire({ ...APPROVAL, for: "question", choices: [one, { ...one, question: "And?" }] });
  const screen = new Screen(two.store).press({ kind: "choose", at: 1 }).press({ kind: "yes" });
  assertEquals(two.store.toast?.text, "some of its questions have no answer yet");
  screen.press({ kind: "choose", at: 0 }).press({ kind: "yes" });
  assertEquals(two.wire.calls.map(({ params }) => params), [
    { id: "k1", decision: "approve", answers: { "Which?": "blue", "And?": "red" } },
  ]);
  two.store.asked = undefined;
  screen.press({ kind: "choose", at: 1 }).press({ kind: "choose", at: 8 });
  assertEquals(SEEN.routes, ["/#view=inbox"]);
});

Deno.test("V3 Escape takes back one thing at a time: the filter, then the detail", () => {
  stubBrowser({ wide: false });
  const store = answering();
  store.set({ filter: "agent:x" });
  store.go({ view: "inbox", session: "s1" });
  store.route = { view: "inbox", session: "s1" };
  const screen = new Screen(store).press({ kind: "back" });
  assertEquals([store.filter, SEEN.routes.length], ["", 1]);
  screen.press({ kind: "back" }).press({ kind: "filter" }).press({ kind: "help" });
  assertEquals([SEEN.routes.at(-1), screen.focused, store.isHelp], ["/#view=inbox", ["filter"], true]);
});
