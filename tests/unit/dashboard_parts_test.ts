/** The small pure parts of the dashboard: which ended sessions it shows, when its times change next, a line that is typed. */
import { assert, assertEquals } from "@std/assert";
import { listedSessions } from "../../src/view/ended.ts";
import { plainText } from "../../src/dashboard/rows.ts";
import { TextField } from "../../src/dashboard/text_field.ts";
import { untilNextChange } from "../../src/dashboard/ticks.ts";
import type { SessionView } from "../../src/domain/query.ts";
import type { SessionItem } from "../../src/view/session_items.ts";

const NOW = Date.parse("2026-11-20T10:00:00.000Z");

function session(id: string, status: string, minutes: number): SessionView {
  return { id, status, since: new Date(NOW - minutes * 60_000).toISOString() } as unknown as SessionView;
}

Deno.test("V2 the dashboard shows five of those that ended in the last hour, the newest, and all of them on request", () => {
  const ended = [70, 6, 5, 4, 3, 2, 1].map((minutes) => session(`e${minutes}`, "closed", minutes));
  const all = [session("open", "idle", 500), ...ended];
  const ids = (text: string) => listedSessions(all, text, NOW).map(({ id }) => id);
  assertEquals(ids(""), ["open", "e5", "e4", "e3", "e2", "e1"]);
  assertEquals(ids("web status:cl").length, all.length);
});

Deno.test("V2 the dashboard draws once a second only while seconds are shown, and once a minute where nothing changes sooner", () => {
  const item = (age: string, left?: string) =>
    ({ age, ...(left === undefined ? {} : { asks: { left } }) }) as unknown as SessionItem;
  assertEquals(untilNextChange([item("3m"), item("9s")], NOW + 250), 750);
  assertEquals(untilNextChange([item("3m", "41s left")], NOW), 1000);
  assertEquals(untilNextChange([item("3m", "9m left")], NOW + 1000), 29_000);
  assertEquals(untilNextChange([item("2h05m"), item("4d")], NOW + 1000), 59_000);
  assertEquals(untilNextChange([], NOW), 60_000);
});

Deno.test("V2 the dashboard's line takes words and pastes, moves in them, and shows what is around the caret", () => {
  const field = new TextField("name:", "web");
  const type = (...keys: readonly string[]) => keys.map((key) => field.key({ key, alone: true })).at(-1);
  type("Space", "日", "本", "Home", "x", "Right", "Delete", "End");
  assertEquals(field.text, "xwb 日本");
  field.insert("a\nb\u001b[2Jc");
  assertEquals(field.text, "xwb 日本a b [2Jc");
  assertEquals([type("Ctrl+W"), field.text], ["taken", "xwb 日本a b "]);
  assertEquals(plainText(field.row(40)), " name: xwb 日本a b ▏");
  assertEquals(plainText(field.row(14)), " name: 本a b ▏");
  type("Ctrl+A");
  assert(plainText(field.row(14)).startsWith(" name: ▏xwb"));
  type("Ctrl+E", "Ctrl+U");
  assertEquals([field.text, type("Escape"), type("Enter"), field.key({ key: "Enter", alone: false })], [
    "",
    "back",
    "enter",
    "taken",
  ]);
});
