/** The text that a person types, in the chat and in the dashboard: the same keys make the same text, by whole characters. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LineEditor } from "../../src/chat/line_editor.ts";
import { TextField } from "../../src/dashboard/text_field.ts";
import { EditedText } from "../../src/lib/edited_text.ts";
import { graphemes } from "../../src/lib/graphemes.ts";

const FAMILY = "👨‍👩‍👧";

/** A text after these keys. The caret is `|`. */
function pressed(text: string, keys: readonly string[]): string {
  const line = new EditedText(text);
  for (const key of keys) assert(line.press(key), `${key} does not edit`);
  return `${line.text.slice(0, line.caret)}|${line.text.slice(line.caret)}`;
}

Deno.test("V2 typed text: keys move and cut by whole characters and words", () => {
  const cases: readonly [string, readonly string[], string][] = [
    [`a${FAMILY}e\u0301`, ["Left", "Left"], `a|${FAMILY}e\u0301`],
    [`a${FAMILY}e\u0301`, ["Backspace", "Backspace"], "a|"],
    [`a${FAMILY}b`, ["Home", "Right", "Delete"], "a|b"],
    ["one two", ["Ctrl+Left", "Alt+b"], "|one two"],
    ["one two", ["Home", "Ctrl+Right"], "one| two"],
    ["one two ", ["Ctrl+W"], "one |"],
    ["one two", ["Ctrl+A", "Alt+d"], "| two"],
    ["one two", ["Alt+Left", "Ctrl+U"], "|two"],
    ["one two", ["Alt+b", "Ctrl+K"], "one |"],
    ["a\nb", ["Ctrl+B", "Ctrl+U"], "a\n|b"],
  ];
  for (const [text, keys, expected] of cases) assertEquals(pressed(text, keys), expected, keys.join(" "));
  const line = new EditedText("x");
  for (const key of ["Enter", "Up", "q", "constructor", "Ctrl+C"]) assertEquals(line.press(key), false, key);
  assertEquals(line.text, "x");
});

/** Keys by their names, and as a terminal sends them. */
const KEYS: readonly (readonly [name: string, sent: string])[] = [
  ["Left", "\x1b[D"],
  ["Right", "\x06"],
  ["Home", "\x1b[1~"],
  ["End", "\x05"],
  ["Ctrl+Left", "\x1b[1;5D"],
  ["Alt+f", "\x1bf"],
  ["Backspace", "\x7f"],
  ["Delete", "\x1b[3~"],
  ["Ctrl+W", "\x17"],
  ["Alt+d", "\x1bd"],
  ["Ctrl+U", "\x15"],
  ["Ctrl+K", "\x0b"],
  ["Ctrl+Y", "\x19"],
  ["Space", " "],
  ...["a", "日", "👍", "-"].map((typed) => [typed, typed] as const),
];

Deno.test("V2 typed text: the same keys make the same text in the chat and in the dashboard, with the caret between characters", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...KEYS), { maxLength: 60 }), (keys) => {
    const chat = new LineEditor();
    const dashboard = new TextField("name:");
    for (const [name, sent] of keys) {
      chat.press(sent);
      assertEquals(dashboard.key({ key: name, alone: true }), "taken");
    }
    assertEquals(dashboard.text, chat.text);
    const places = [...graphemes(chat.text)].reduce((all, one) => [...all, all.at(-1)! + one.length], [0]);
    assert(places.includes(chat.caret), `${chat.caret} of ${JSON.stringify(chat.text)}`);
  }));
});

Deno.test("V2 typed text: the dashboard's line takes no more than its most, and leaves no half of a pair", () => {
  const field = new TextField("name:", "x".repeat(3999));
  field.insert("👍");
  assertEquals(field.text, "x".repeat(3999));
  field.insert("yz");
  assertEquals(field.text, `${"x".repeat(3999)}y`);
});
