/** What a shell is offered behind `capsule install`, `test` and `new`. */
import { assertEquals } from "@std/assert";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";

Deno.test("X1 completion offers folders to capsule install and new, and to capsule test also the names of the installed", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"));
  await home.start();
  const offered = async (...words: readonly string[]) =>
    (await home.cli(["__complete", "--shell", "bash", "--", ...words])).stdout.split("\n")
      .filter((line) => line !== "").map((line) => line.replace(/(?<=.)\t.*/, ""));
  const FILES = ["\tfiles"];
  assertEquals(await offered("capsule", "install", ""), FILES);
  assertEquals(await offered("update", "--from", ""), FILES);
  assertEquals(await offered("capsule", "new", "mine", ""), FILES);
  assertEquals(await offered("capsule", "new", ""), []);
  assertEquals(await offered("capsule", "test", ""), ["demo"]);
  assertEquals(await offered("capsule", "test", "./d"), FILES);
  assertEquals(await offered("capsule", "test", "other"), FILES);
  assertEquals(await offered("capsule", "show", "d"), ["demo"]);
});
