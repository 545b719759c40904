/** The time in lines that are kept. */
import { assertEquals } from "@std/assert";
import { localTime } from "../../src/view/times.ts";

Deno.test("a time in a log has its day and its zone, and is the same instant; other text stays", () => {
  const shown = localTime("2026-03-04T05:06:07.891Z");
  assertEquals(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/.test(shown), true, shown);
  const [day, time, zone] = shown.split(" ");
  assertEquals(new Date(`${day}T${time}${zone}`).toISOString(), "2026-03-04T05:06:07.000Z");
  assertEquals(localTime("soon"), "soon");
});
