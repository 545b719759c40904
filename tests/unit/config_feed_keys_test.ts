/** Hooks turn feeds on and off: other people's text stays, and nothing is turned off that was not turned on here. */
import { assertEquals } from "@std/assert";
import { type FeedRecord, withFeedOff, withFeedOn } from "../../src/config/feed_keys.ts";
import { SCHEMA } from "../../src/daemon/features.ts";

const [CLAUDE, GEMINI] = ["feeds.claude_sessions", "feeds.gemini_chats"];
const on = (text: string | null, key: string, record?: FeedRecord) => withFeedOn(text, key, record, "jsonc", SCHEMA);
const off = (text: string | null, key: string, record: FeedRecord) => withFeedOff(text ?? "", key, record, SCHEMA);

for (const original of [null, '{\n  // mine\n  "daemon": { "log_level": "warn" }, // loud\n}\n', ""]) {
  Deno.test(`H3 two feeds on and off in either order give back ${JSON.stringify(original)} byte for byte`, () => {
    for (const [first, second] of [[CLAUDE, GEMINI], [GEMINI, CLAUDE]] as const) {
      const one = on(original, CLAUDE);
      const both = on(one.made, GEMINI, one);
      assertEquals(both.keys, [CLAUDE, GEMINI]);
      const left = off(both.made, first, both);
      assertEquals(left.keys, [second]);
      const none = off(left.made, second, left);
      assertEquals([none.keys, none.made], [[], original]);
    }
  });
}

Deno.test("H3 a file that a person changed in between keeps that change, and loses our key alone", () => {
  const one = on(null, CLAUDE);
  const edited = one.made.replace("{\n", '{\n  // mine\n  "daemon": { "log_level": "warn" },\n');
  const both = on(edited, GEMINI, one);
  assertEquals([both.keys, both.since], [[CLAUDE, GEMINI], [GEMINI]]);
  const left = off(both.made, CLAUDE, both);
  assertEquals([left.keys, left.made?.includes("claude_sessions"), left.made?.includes("// mine")], [
    [GEMINI],
    false,
    true,
  ]);
  const none = off(left.made, GEMINI, left);
  assertEquals([none.keys, none.made?.includes("gemini_chats"), none.made?.includes('"warn"')], [[], false, true]);

  const touched = off(`${both.made} // more`, GEMINI, both);
  assertEquals([touched.keys, touched.made?.endsWith(" // more")], [[CLAUDE], true]);
  const last = off(touched.made, CLAUDE, touched);
  assertEquals([last.keys, last.made?.includes("claude_sessions")], [[], false]);
});
