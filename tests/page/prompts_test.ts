/** Prompts of the page: each goes once, whatever becomes of the connection, and none that was typed is lost. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { PageStore } from "../../src/page/page_store.ts";
import { NEW_SESSION, PromptDesk } from "../../src/page/prompt_desk.ts";
import { sendAgain, sendPrompt } from "../../src/page/prompts.ts";
import { answering, StubWire } from "./stub_store.ts";
import { settle, stubBrowser } from "./stubs.ts";

const KEPT = "agent-console.prompts";

function typed(text: string): { store: PageStore; wire: StubWire } {
  sessionStorage.clear();
  stubBrowser();
  const store = answering();
  const wire = new StubWire();
  store.set({ wire: wire.page, scope: "admin" });
  store.prompts.type("s1", text);
  return { store, wire };
}

function keyOf({ calls }: StubWire): unknown {
  return (calls[0]?.params as { readonly idempotencyKey?: string }).idempotencyKey;
}

Deno.test("R1 what is typed is kept in the tab until the daemon has it; a page that is loaded anew sends it with the same key", async () => {
  const { store, wire } = typed("mend it");
  assertEquals(new PromptDesk().draft("s1"), "mend it");
  sendPrompt(store, "s1");
  sendPrompt(store, "s1"); // nothing is typed any more
  assertEquals(JSON.parse(JSON.stringify(wire.calls.map(({ params }) => params))), [{
    sessionId: "s1",
    text: "mend it",
    idempotencyKey: keyOf(wire),
  }]);
  assertEquals([store.prompts.draft("s1"), store.prompts.sent.length], ["", 1]);

  const again = answering();
  const later = new StubWire();
  again.set({ wire: later.page, scope: "admin" });
  sendAgain(again);
  assertEquals(keyOf(later), keyOf(wire));
  later.answer("turn.submit", { turnId: "t1" });
  await settle();
  assertEquals([again.prompts.sent, sessionStorage.getItem(KEPT)], [[], null]);
});

Deno.test("R1 a prompt whose answer was lost goes again by the next connection; two of the same words are two prompts", async () => {
  const { store, wire } = typed("go on");
  sendPrompt(store, "s1");
  const key = keyOf(wire);
  wire.refuse("turn.submit", "disconnected");
  await settle();
  assertEquals([store.prompts.draft("s1"), store.prompts.sent.length], ["", 1]);
  const next = new StubWire();
  store.set({ wire: next.page });
  sendAgain(store);
  assertEquals(keyOf(next), key);
  next.answer("turn.submit", { turnId: "t1" });
  await settle();
  sendAgain(store);
  assertEquals(next.calls, []);
  store.prompts.type("s1", "go on");
  sendPrompt(store, "s1");
  assertNotEquals(keyOf(next), key);
});

Deno.test("R1 a prompt that is refused stands where it was typed, before what was typed since, and the page says why", async () => {
  const { store, wire } = typed("first");
  sendPrompt(store, "s1");
  store.prompts.type("s1", "second");
  wire.refuse("turn.submit", "conflict");
  await settle();
  assertEquals([store.prompts.draft("s1"), store.prompts.sent], ["first\nsecond", []]);
  assertEquals(store.toast, { text: "it is refused", isBad: true });
  store.set({ link: { kind: "lost", at: 0, why: "away" } });
  sendPrompt(store, "s1");
  assertEquals([wire.calls.length, store.prompts.draft("s1")], [0, "first\nsecond"]);
});

Deno.test("R1 what was on its way too long is sent by the person alone, and a tab that keeps nonsense keeps nothing", () => {
  const { store } = typed("of yesterday");
  store.prompts.send("s1");
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "");
  kept.sent[0].at -= 2 * 3_600_000;
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
  const later = new PromptDesk();
  assertEquals([later.sent, later.draft("s1")], [[], "of yesterday"]);
  sessionStorage.setItem(KEPT, "{");
  assertEquals(new PromptDesk().draft("s1"), "");
  assert(new PromptDesk().send(NEW_SESSION, "mine") === undefined);
  sessionStorage.clear();
});
