/** Paths as people write them. */
import { assertEquals } from "@std/assert";
import { tildePath } from "../../src/view/names.ts";

Deno.test("a path in the user's own folder begins with ~, and no other does; controls in it are made visible", () => {
  for (const home of ["/home/u", "/home/u/", "/home/u//"]) {
    assertEquals(["/home/u", "/home/u/a", "/home/ua", "/x/home/u"].map((path) => tildePath(path, home)), [
      "~",
      "~/a",
      "/home/ua",
      "/x/home/u",
    ]);
  }
  for (const home of [undefined, "", "/"]) assertEquals(tildePath("/a", home), "/a");
  assertEquals(tildePath("/home/u/\u001b[31m", "/home/u"), "~/\\x1b[31m");
});
