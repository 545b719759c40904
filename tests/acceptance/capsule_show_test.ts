/** `capsule show` of one whose folder is not what was granted, and `capsule grant` of one that does not start. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { grantNow } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";

Deno.test("X1 capsule show says what is granted and what is newly asked for, and why a folder is refused", async () => {
  await using home = await TestHome.create({
    config: JSON.stringify({ capsules: { settings: { demo: { channel: "#team" } } } }),
  });
  const place = home.path("capsules");
  const settings = { channel: { type: "string", default: "", description: "where to" } };
  const folder = writeCapsule(place, { settings, capabilities: { net: ["a.test:1"], exec: ["sessions"], kv: 100 } });
  await home.start();
  const shown = async () => (await home.cli(["capsule", "show", "demo"])).stdout;
  const first = await shown();
  assertMatch(first, /^asks {5}may connect to a\.test:1$/m);
  assertMatch(first, /^ {9}may run the console's command \/sessions, only to look$/m);
  assertMatch(first, /^settings channel = "#team" \(string, default ""\): where to$/m);
  assertMatch(await grantNow(home, "demo"), /^grant {4}may connect to a\.test:1$/m);

  writeCapsule(place, { settings, capabilities: { net: ["a.test:1", "b.test:2"], exec: ["sessions"], kv: 1000 } });
  const wider = await shown();
  assertMatch(wider, /^granted {2}may connect to a\.test:1$/m);
  assertMatch(wider, /^differs {2}may keep 1000 B of its own, instead of 100 B$/m);
  assertMatch(wider, /^ {9}new: may connect to b\.test:2$/m);

  await Deno.writeTextFile(`${folder}/capsule.jsonc`, '{ "name": "demo", "other": 1 }');
  const { code, stdout } = await home.cli(["capsule", "show", "demo"]);
  assertEquals(code, 0);
  assertMatch(stdout, /^granted {2}may connect to a\.test:1$/m);
  assertMatch(stdout, /^settings channel = /m);
  assertMatch(stdout, /^refused {2}the folder as it is now: .*"other" is not known/m);
});

Deno.test("X1 capsule grant of one that does not start fails, and says in one line where", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"), {}, { "main.ts": "export default () => {\n  let a b;\n};\n" });
  await home.start();
  const { code, stderr } = await home.cli(["capsule", "grant", "demo", "--yes"]);
  assertEquals(code, 1, stderr);
  assertMatch(stderr, /^demo: granted, and does not run; restarting: .* main\.ts:2:\d+$/m);
  assertEquals(stderr.includes("\\n"), false, stderr);
  const told = await home.cli(["capsule", "grant", "demo", "--yes", "--json"]);
  assertEquals([told.code, JSON.parse(told.stdout)["granted"]], [1, "demo"]);
  for (const words of [["capsule", "list"], ["status"]]) {
    let listed = "";
    const isTold = async () => / main\.ts:2:\d+/.test(listed = (await home.cli(words)).stdout); // not while it starts
    await eventually(isTold, 30_000, "the place");
    assertEquals(/code\/main|\\n/.test(listed), false, listed);
  }
  assertStringIncludes((await home.cli(["capsule", "show", "demo"])).stdout, "granted  nothing else");
});
