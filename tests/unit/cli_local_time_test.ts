import { assertEquals } from "@std/assert";
import { localTime } from "../../src/cli/local_time.ts";

Deno.test("a time in a log has its day and its zone, and is the same instant; other text stays", () => {
  const iso = "2026-03-04T05:06:07.891Z";
  const shown = localTime(iso);
  assertEquals(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d$/.test(shown), true, shown);
  assertEquals(new Date(shown.replace(" ", "T")).toISOString(), "2026-03-04T05:06:07.000Z");
  assertEquals(localTime("soon"), "soon");
});
