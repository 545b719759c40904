/** What the page does with requests: loads them whole, answers each once, asks twice before it destroys. */
import { assertEquals, assertMatch } from "@std/assert";
import type { Approval } from "../../src/domain/approval.ts";
import { giveAnswer, readWhole, whyNoYes, yesWords } from "../../src/page/answers.ts";
import { hear } from "../../src/page/heard.ts";
import { sayYes } from "../../src/page/page_actions.ts";
import { answering, APPROVAL, denied, StubWire } from "./stub_store.ts";
import { settle, stubBrowser } from "./stubs.ts";

const LONG: Approval = { ...APPROVAL, missing: 100 };

Deno.test("V3 a text that did not come because the connection broke is loaded again, one that is refused is not", async () => {
  stubBrowser();
  const store = answering(LONG);
  for (const kind of ["disconnected", "timeout"] as const) {
    const wire = new StubWire();
    store.set({ wire: wire.page });
    const reading = readWhole(store, LONG);
    assertEquals(whyNoYes(LONG, store), "the whole of it is being loaded");
    wire.refuse("approval.text", kind);
    await reading;
    assertEquals(whyNoYes(LONG, store), "the whole of it is being loaded", kind);
  }
  const wire = new StubWire();
  store.set({ wire: wire.page });
  const reading = readWhole(store, LONG);
  await readWhole(store, LONG); // drawn again
  assertEquals(wire.calls.length, 1);
  wire.answer("approval.text", { detail: "whole" });
  await reading;
  assertEquals(whyNoYes(LONG, store), undefined);
  store.texts.clear();
  const refused = readWhole(store, LONG);
  wire.refuse("approval.text", "not_found");
  await refused;
  await readWhole(store, LONG);
  assertMatch(whyNoYes(LONG, store) ?? "", /could not be loaded/);
  assertEquals(wire.calls.length, 0);
});

Deno.test("V3 a connection that is closing is not asked, and the text of a request that has ended is not kept", async () => {
  stubBrowser();
  const store = answering(LONG);
  const closing = new StubWire(false);
  store.set({ wire: closing.page });
  await readWhole(store, LONG);
  assertEquals([closing.calls.length, store.texts.size], [0, 0]);
  const wire = new StubWire();
  store.set({ wire: wire.page });
  const reading = readWhole(store, LONG);
  hear(store, denied(LONG));
  wire.answer("approval.text", { detail: "whole" });
  await reading;
  assertEquals(store.texts.size, 0);
});

for (const first of ["the reply", "the event"] as const) {
  Deno.test(`V3 one's own answer is not told as another's, where ${first} comes first`, async () => {
    stubBrowser();
    const store = answering();
    const wire = new StubWire();
    store.set({ wire: wire.page });
    const giving = giveAnswer(store, APPROVAL, { decision: "deny" });
    const steps = [
      async () => {
        wire.answer("approval.decide", { delivered: true });
        await giving;
      },
      () => Promise.resolve(hear(store, denied())),
    ];
    const said: (string | undefined)[] = [];
    for (const step of first === "the reply" ? steps : steps.toReversed()) {
      await step();
      said.push(store.toast?.text);
    }
    assertEquals(said.filter((text) => text?.includes("elsewhere")), []);
    assertMatch(said[1] ?? "", /^denied \(.*git push/);
    assertEquals(store.given.size, 0);
  });
}

Deno.test("V3 what another window answered is told, and what was chosen and loaded for it is forgotten", () => {
  stubBrowser();
  const store = answering();
  store.texts.set(APPROVAL.id, "asked");
  store.picks.set(APPROVAL.id, []);
  hear(store, denied());
  assertMatch(store.toast?.text ?? "", /^claude: denied, by human$/);
  assertEquals([store.texts.size, store.picks.size], [0, 0]);
});

Deno.test("V3 a refused answer can be given again, an answer on its way cannot be given twice", async () => {
  stubBrowser();
  const store = answering();
  const wire = new StubWire();
  store.set({ wire: wire.page });
  const giving = giveAnswer(store, APPROVAL, { decision: "approve" });
  await giveAnswer(store, APPROVAL, { decision: "deny" });
  assertEquals(wire.calls.map(({ method }) => method), ["approval.decide"]);
  wire.refuse("approval.decide", "read_only");
  await giving;
  assertEquals([store.given.size, store.toast?.isBad], [0, true]);
  void giveAnswer(store, APPROVAL, { decision: "deny" });
  assertEquals(wire.calls.length, 1);
});

Deno.test("V3 what destroys is confirmed by a second press, which itself waits until it can have been read", () => {
  stubBrowser();
  const store = answering({ ...APPROVAL, risk: "destroys" });
  const wire = new StubWire();
  store.set({ wire: wire.page });
  store.guard.show(undefined, 0);
  store.guard.show(APPROVAL.id, 1000);
  sayYes(store, 1399);
  assertEquals([store.answering.kind, store.toast?.text], ["none", "it has only just appeared: press again"]);
  sayYes(store, 1400);
  assertEquals(store.answering, { kind: "confirming", id: APPROVAL.id });
  store.guard.show(`${APPROVAL.id} once more`, 1410);
  sayYes(store, 1500);
  assertEquals(wire.calls.length, 0);
  sayYes(store, 1810);
  assertEquals(wire.calls.map(({ params }) => params), [{ id: APPROVAL.id, decision: "approve", scope: "once" }]);
  assertEquals(store.answering, { kind: "none" });
});

Deno.test("V3 after a new snapshot nothing is kept of requests and sessions that it has not", async () => {
  stubBrowser();
  const store = answering();
  store.given.add(APPROVAL.id);
  store.texts.set(APPROVAL.id, "failed");
  store.histories.set("s1", { since: "x", entries: [] });
  store.snapshot(3, [], [APPROVAL]);
  assertEquals([store.given.size, store.texts.size, store.histories.size], [1, 0, 0]);
  store.snapshot(4, [], []);
  assertEquals(store.given.size, 0);
  await settle();
});

Deno.test("V3 the button of a yes says how far it reaches and for how long", () => {
  const words = (["once", "session", "workspace", "always"] as const).map((scope) => yesWords(scope, 8));
  assertEquals(words, [
    "Yes, once",
    "Yes, in this session, for 8 h",
    "Yes, in this folder, for 8 h",
    "Yes, everywhere, for 8 h",
  ]);
  assertEquals(yesWords("always", undefined), "Yes, everywhere, with no end");
});
