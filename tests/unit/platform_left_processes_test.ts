/** Which processes of the table are what an earlier daemon left. */
import { assertEquals } from "@std/assert";
import { isLeft } from "../../src/platform/left_processes.ts";

const NOTED = { pid: 100, startedAt: "Sun Nov 29 13:00:00 2026" };
const UNTIL = "2026-11-29T13:10:00.000Z";
const at = (pid: number, group: number, time: string) => ({ pid, group, startedAt: `Sun Nov 29 ${time} 2026` });

Deno.test("R4 C1 of a group whose leader has ended only what began while the daemon lived is ended, in any time zone", () => {
  const before = Deno.env.get("TZ");
  try {
    for (const zone of ["UTC", "Asia/Tokyo", "America/Los_Angeles"]) {
      Deno.env.set("TZ", zone);
      assertEquals(isLeft(NOTED, [at(100, 100, "13:00:00")], undefined), true, "itself");
      assertEquals(isLeft(NOTED, [at(100, 100, "13:20:00"), at(101, 100, "13:05:00")], UNTIL), false, "another one");
      assertEquals(isLeft(NOTED, [at(101, 100, "13:05:00")], UNTIL), true, "a child");
      assertEquals(isLeft(NOTED, [at(101, 100, "13:10:04")], UNTIL), true, "a child of its last moment");
      assertEquals(isLeft(NOTED, [at(101, 100, "13:11:00")], UNTIL), false, "one that began later");
      assertEquals(isLeft(NOTED, [at(101, 100, "12:59:00")], UNTIL), false, "one that began before");
      assertEquals(isLeft(NOTED, [at(101, 7, "13:05:00")], UNTIL), false, "one of another group");
      assertEquals(isLeft(NOTED, [at(101, 100, "13:05:00")], undefined), false, "nothing is known of the daemon");
    }
  } finally {
    if (before === undefined) Deno.env.delete("TZ");
    else Deno.env.set("TZ", before);
  }
});
