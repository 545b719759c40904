import { assertEquals } from "@std/assert";
import { isOnlyWork } from "../../src/view/redraw_pace.ts";
import { textWidth } from "../../src/view/text_fit.ts";

Deno.test("V1 what a person waits for is drawn at once: only the work of sessions, turns and jobs may wait for the next frame", () => {
  assertEquals(isOnlyWork({ type: "session.changed", data: { session: { status: "working" } } }), true);
  assertEquals(isOnlyWork({ type: "session.changed", data: { session: { status: "idle" } } }), true);
  assertEquals(isOnlyWork({ type: "session.changed", data: { session: { status: "waiting" } } }), false);
  assertEquals(isOnlyWork({ type: "approval.resolved", data: { approval: { status: "approved" } } }), false);
  assertEquals(isOnlyWork({ type: "turn.chunk", data: { turnId: "t", kind: "text", text: "a" } }), true);
  assertEquals(isOnlyWork({ type: "job.started", data: { jobId: "links" } }), true);
  assertEquals(isOnlyWork({ type: "daemon.stopping", data: {} }), false);
});

Deno.test("V1 a text measured again is as wide as before, also after thousands of others", () => {
  const texts = ["", "a", "▸", "漢字", "👩‍👩‍👧", "plain text", "é", "x".repeat(500), "字".repeat(300)];
  const before = texts.map(textWidth);
  assertEquals(before, [0, 1, 1, 4, 2, 10, 1, 500, 600]);
  for (let i = 0; i < 5000; i++) textWidth(`other ${i}`);
  assertEquals(texts.map(textWidth), before);
});
