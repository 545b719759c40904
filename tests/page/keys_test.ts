/** The keys of the page: what each means, where the focus is and while it is held down. */
import { assertEquals } from "@std/assert";
import { meaningOf, pressesAgain } from "../../src/page/keys.ts";
import { FakeElement, stubBrowser } from "./stubs.ts";

function pressed(key: string, more: Record<string, unknown> = {}): KeyboardEvent {
  return { key, target: new FakeElement(), ...more } as unknown as KeyboardEvent;
}

Deno.test("V3 a key that is held down answers once; only the cursor goes on moving", () => {
  stubBrowser();
  for (const key of ["a", "y", "A", "d", "n", "D", "1", "9", "Enter", "v", "/", "?", "Escape"]) {
    assertEquals(meaningOf(pressed(key)) === undefined, false, key);
    assertEquals(meaningOf(pressed(key, { repeat: true })), undefined, `${key}, held`);
  }
  assertEquals(meaningOf(pressed("j", { repeat: true })), { kind: "move", by: 1 });
  assertEquals(meaningOf(pressed("ArrowUp", { repeat: true })), { kind: "move", by: -1 });
});

Deno.test("V3 Enter held down presses a button once, and goes on in a text", () => {
  stubBrowser();
  const held = (key: string, inside: string, repeat = true) =>
    pressesAgain(pressed(key, { target: new FakeElement(inside), repeat }));
  assertEquals([held("Enter", "button"), held("Enter", "a")], [true, true]);
  assertEquals([held("Enter", "button", false), held("Enter", "textarea"), held("j", "button")], [false, false, false]);
});

Deno.test("V3 keys with Ctrl, Alt or Meta, of a composition, in a dialog or a text are not the page's", () => {
  stubBrowser();
  for (const one of ["ctrlKey", "metaKey", "altKey", "isComposing"]) {
    assertEquals(meaningOf(pressed("a", { [one]: true })), undefined, one);
  }
  const within = (key: string, ...inside: string[]) => meaningOf(pressed(key, { target: new FakeElement(...inside) }));
  // Also where what had the focus in it is gone.
  const { querySelector } = document;
  document.querySelector = () => new FakeElement() as unknown as Element;
  assertEquals([within("a"), within("Escape", "dialog")], [undefined, undefined]);
  document.querySelector = querySelector;
  assertEquals([within("a", "textarea"), within("Escape", "textarea")], [undefined, { kind: "back" }]);
  assertEquals([within("Enter", "button"), within("a", "button")], [undefined, { kind: "yes" }]);
  // Arrows belong to a choice or a long text that has the focus; letters do not.
  assertEquals([within("ArrowDown", "[data-scrolls]"), within("j", "[data-scrolls]")], [undefined, {
    kind: "move",
    by: 1,
  }]);
  assertEquals(meaningOf(pressed("q")), undefined);
});
