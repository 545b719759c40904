import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { writePreview } from "../../src/agents/shared/write_preview.ts";
import { editDiff } from "../../src/cli/edit_diff.ts";

const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
const edit = (old_string: string, new_string: string, more = {}) =>
  writePreview({ old_string, new_string, ...more }) ?? "";

Deno.test("first hour 3: an edit shows as a diff the lines that change and three around them; --full all of them", () => {
  const old = lines(1, 12).join("\n");
  const now = old.replace("line 6", "LINE 6");
  assertEquals(editDiff("a.ts", edit(old, now), false), [
    "--- a.ts",
    "+++ a.ts",
    "@@",
    " line 3",
    " line 4",
    " line 5",
    "-line 6",
    "+LINE 6",
    " line 7",
    " line 8",
    " line 9",
  ]);
  assertEquals(editDiff("a.ts", edit(old, now), true)?.length, 3 + 13);
});

Deno.test("first hour 3: several edits, one at every place, an insertion and a deletion", () => {
  const edits = [{ old_string: "a", new_string: "b" }, { old_string: "x", new_string: "y", replace_all: true }];
  const more = writePreview({ edits }) ?? "";
  assertEquals(editDiff("a", more, false)?.slice(2), [
    "@@ 1 of 2 @@",
    "-a",
    "+b",
    "@@ 2 of 2 at every place @@",
    "-x",
    "+y",
  ]);
  assertEquals(editDiff("a", edit("", "new"), false)?.slice(2), ["@@", "+new"]);
  assertEquals(editDiff("a", edit("old", ""), false)?.slice(2), ["@@", "-old"]);
  assertEquals(editDiff("a", edit("same", "same"), false)?.slice(2), ["@@ changes nothing @@"]);
});

Deno.test("A4 what is not wholly old and new lines is no diff, and the note on masked text stays", () => {
  assertEquals(editDiff("a", "- a\n+ TOKEN=***\nb", false), undefined);
  const note = "[*** stands for text with line breaks or shell syntax]";
  assertEquals(editDiff("a", `- a\n+ b=***\n${note}`, false)?.slice(2), ["@@", "-a", "+b=***", note]);
});

Deno.test("A4 with all lines a diff keeps every old and every new line, in their order", () => {
  const text = fc.array(fc.constantFrom("a", "b", "", "- a", "+ b", "at every place:", "@@"), {
    minLength: 1,
    maxLength: 8,
  })
    .map((some) => some.join("\n")).filter((one) => one !== "");
  fc.assert(fc.property(text, text, (old, now) => {
    const shown = editDiff("f", edit(old, now), true)?.slice(2) ?? [];
    assert(shown.length > 0);
    if (old === now) return assertEquals(shown, ["@@ changes nothing @@"]);
    const side = (sign: string) =>
      shown.slice(1).filter((line) => line[0] === " " || line[0] === sign).map((line) => line.slice(1));
    assertEquals([side("-").join("\n"), side("+").join("\n")], [old, now]);
  }));
});
