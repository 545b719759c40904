/** What the page says while it has no connection. */
import { assertEquals, assertMatch } from "@std/assert";
import { type LostReason, lostText } from "../../src/page/lost_text.ts";

const said = (why: LostReason) => lostText({ at: 0, why });

Deno.test("V3 a page without a daemon says how that is started, and one that needs nobody does not", () => {
  for (const why of ["away", "stopped"] as const) {
    assertMatch(
      said(why).text,
      /^No connection: the daemon .*\. The picture is of \d\d:\d\d:\d\d\. This page comes back by itself\. To start the daemon:$/,
    );
    assertEquals(said(why).command, "agent-console daemon start");
  }
  for (const why of ["restarts", "slow", "too_many"] as const) {
    assertMatch(said(why).text, /This page comes back by itself\.$/);
    assertEquals(said(why).command, undefined);
  }
});
