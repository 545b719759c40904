/** Names of capsules: of a command that another has, and of a folder beside an installed capsule. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { grantNow } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";

/** A capsule with a command of its name. */
const commanding = (place: string, name: string) =>
  writeCapsule(place, { name, commands: [{ name, description: "says" }] }, {
    "main.ts": `export default (capsule: any) => capsule.command("${name}", () => "said");\n`,
  });

Deno.test("X1 the name of a command that is taken is said by new and install; a refused grant leaves nothing", async () => {
  await using home = await TestHome.create();
  await home.start();
  const taken = "agent-console itself has the command /help already";
  const made = await home.cli(["capsule", "new", "help"]);
  assertEquals(made.code, 0, made.stderr);
  assertStringIncludes(made.stderr, taken);
  const free = await home.cli(["capsule", "new", "hello", "greeter"]);
  assertEquals(free.stderr.includes("already"), false);
  assertStringIncludes(free.stdout, "agent-console capsule test ./greeter\n");
  const installed = await home.cli(["capsule", "install", "./help"]);
  assertEquals(installed.code, 0, installed.stderr);
  assertStringIncludes(installed.stderr, taken);
  const granted = await home.cli(["capsule", "grant", "help", "--yes"]);
  assertEquals(granted.code, 1);
  assertStringIncludes(granted.stderr, taken);
  const place = `${home.root}/.local/share/agent-console/capsules`;
  assertEquals(exists(place), false, "the names are compared before a copy is made");
  // Where no daemon runs the grant starts one, which refuses it.
  assertEquals((await home.cli(["daemon", "stop"])).code, 0);
  const late = await home.cli(["capsule", "grant", "help", "--yes"]);
  assertEquals(late.code, 1);
  assertStringIncludes(late.stderr, taken);
  const [own] = await Array.fromAsync(Deno.readDir(place), ({ name }) => name);
  assertEquals(await Array.fromAsync(Deno.readDir(`${place}/${own}`), ({ name }) => name), []);
});

Deno.test("X1 capsule test without a test: the console's commands say that no daemon answers there", async () => {
  await using home = await TestHome.create();
  const manifest = { commands: [{ name: "who", description: "says" }], capabilities: { exec: ["sessions"] } };
  writeCapsule(home.root, manifest, {
    "main.ts":
      'export default (capsule: any) => capsule.command("who", async () => (await capsule.exec("/sessions")).response);\n',
  });
  const { stdout } = await home.cli(["capsule", "test", "./demo"]);
  assertStringIncludes(stdout, "no daemon answers /sessions in a test\n1 passed, 0 failed\n");
});

Deno.test("X1 capsule test NAME plays the installed capsule, ./NAME the folder; install says what goes on", async () => {
  await using home = await TestHome.create();
  const source = commanding(home.root, "demo");
  const bare = await home.cli(["capsule", "test", "demo"]);
  assertEquals(bare.code, 1);
  assertStringIncludes(bare.stderr, "hint: a folder is named by its path: agent-console capsule test ./demo\n");
  await home.start();
  assertEquals((await home.cli(["capsule", "install", "./demo"])).code, 0);
  await Deno.writeTextFile(`${source}/main.ts`, "export default () => {};\n");
  assertMatch((await home.cli(["capsule", "test", "demo"])).stdout, /capsules\/demo: no [^]* 0 failed\n$/);
  assertMatch((await home.cli(["capsule", "test", "./demo"])).stdout, /FAIL/);

  await grantNow(home, "demo");
  const other = await home.cli(["capsule", "install", "./demo", "--yes"]);
  assertMatch(other.stderr, /; what you granted before goes on until you grant this\nhint: .*grant demo\n$/);
  commanding(home.root, "demo");
  assertMatch(
    (await home.cli(["capsule", "install", "./demo", "--yes"])).stderr,
    /; it is what you granted, which goes on/,
  );
});
