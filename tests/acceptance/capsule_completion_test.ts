/** What a shell is offered behind `capsule install`, `test` and `new`. */
import { writeCapsule } from "../support/capsule_folder.ts";
import { assertOffered, offered } from "../support/completions.ts";
import { TestHome } from "../support/harness.ts";

Deno.test("X1 completion offers folders to capsule install and new, and to capsule test also the names of the installed", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"));
  await home.start();
  const offers = async (words: readonly string[], wanted: readonly string[]) =>
    await assertOffered(
      wanted,
      async () => (await offered(home, "bash", ...words)).map((line) => line.replace(/(?<=.)\t.*/, "")),
    );
  const FILES = ["\tfiles"];
  await offers(["capsule", "install", ""], FILES);
  await offers(["update", "--from", ""], FILES);
  await offers(["capsule", "new", "mine", ""], FILES);
  await offers(["capsule", "new", ""], []);
  await offers(["capsule", "test", ""], ["demo"]);
  await offers(["capsule", "test", "./d"], FILES);
  await offers(["capsule", "test", "other"], FILES);
  await offers(["capsule", "show", "d"], ["demo"]);
});
