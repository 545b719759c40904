/** The activity that windows keep: bounded, held still, and honest about what came meanwhile. */
import { assertEquals } from "@std/assert";
import { ActivityLog } from "../../src/view/activity_log.ts";
import type { ChangeLine } from "../../src/view/change_lines.ts";

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ name: `s${from + i}` }) as ChangeLine);

Deno.test("V1 activity that is held still counts what came, also once it is full, and goes on with the newest", () => {
  const log = new ActivityLog();
  log.add(lines(0, 499));
  assertEquals([log.lines.length, log.waiting, log.isPaused], [499, 0, false]);
  log.add(lines(499, 510));
  assertEquals([log.lines.length, log.lines[0]?.name, log.lines.at(-1)?.name], [500, "s10", "s509"]);
  log.pause();
  const held = log.lines;
  for (let at = 510; at < 1110; at += 10) log.add(lines(at, at + 10));
  log.pause(); // once more is nothing
  assertEquals([log.waiting, log.lines === held, log.isPaused], [600, true, true]);
  log.goOn();
  assertEquals([log.waiting, log.isPaused, log.lines.length], [0, false, 500]);
  assertEquals([log.lines[0]?.name, log.lines.at(-1)?.name], ["s610", "s1109"]);
});
