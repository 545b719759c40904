/** The times of the activity: also what was there before the page has one, and stands where it belongs. */
import { assertEquals } from "@std/assert";
import { lineTime, oldestFirst } from "../../src/page/activity_times.ts";
import { clockTime } from "../../src/view/times.ts";

const NOW = Date.parse("2026-11-29T12:00:00.000Z");
const AT = "2026-11-29T11:30:00.000Z";

Deno.test("V3 a line of the activity has the time of its event or, of what was there before, since when it is so", () => {
  assertEquals(lineTime({ ts: AT }, NOW), clockTime(AT));
  assertEquals(lineTime({ since: AT }, NOW), clockTime(AT));
  assertEquals(lineTime({ since: "2026-11-26T11:00:00.000Z" }, NOW), "3d ago");
  assertEquals(lineTime({}, NOW), "");
});

Deno.test("V3 what was there before the page stands in the order of its times", () => {
  const [early, late] = [{ since: "2026-11-29T10:00:00.000Z" }, { since: AT }];
  assertEquals(oldestFirst([late, early]), [early, late]);
});
