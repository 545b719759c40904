/** Capsules of workspaces: those of trusted ones are found, granted and run as those of the home, those of others not. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { capsuleList, capsuleStates, grantNow, sayTo, untilState } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";

const hello = (place: string, name: string) =>
  writeCapsule(place, { name, commands: [{ name, description: "says hello" }] }, {
    "main.ts": `export default (capsule: any) => capsule.command("${name}", () => "hello from ${name}");`,
  });

Deno.test("X1 a capsule of a trusted workspace is listed, granted and runs; one of another workspace is not seen", async () => {
  await using home = await TestHome.create();
  const [trusted, other] = [`${home.root}/project`, `${home.root}/other`];
  const folder = hello(`${trusted}/.agent-console/capsules`, "ours");
  hello(`${other}/.agent-console/capsules`, "theirs");
  hello(home.path("capsules"), "own");
  await Deno.writeTextFile(
    home.path("config.jsonc"),
    JSON.stringify({ capsules: { trusted_workspaces: [trusted] } }),
    { mode: 0o600 },
  );
  await home.start();
  assertEquals(await capsuleStates(home), { ours: "ungranted", own: "ungranted" });
  assertEquals((await capsuleList(home)).find(({ name }) => name === "ours")?.["folder"], folder);
  for (const name of ["ours", "own"]) {
    await grantNow(home, name);
    assertEquals(await sayTo(home, `/${name}`), `hello from ${name}`);
  }
  const unseen = await home.cli(["capsule", "grant", "theirs", "--yes"]);
  assertEquals(unseen.code, 1);
  assertStringIncludes(unseen.stderr, 'there is no capsule "theirs"');
  assertEquals(await capsuleStates(home), { ours: "running", own: "running" });

  // It runs after a restart too, and a change of the workspace's files is seen from within the daemon's sandbox.
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  await untilState(home, "ours", "running");
  assertEquals(await sayTo(home, "/ours"), "hello from ours");
  await Deno.writeTextFile(`${folder}/main.ts`, "export default () => {};");
  assertEquals((await capsuleList(home)).map(({ name, changed }) => [name, changed]), [["ours", true], ["own", false]]);
});
