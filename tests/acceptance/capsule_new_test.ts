/** `capsule new`: what it writes is a capsule that passes its test, and no folder that is there is touched. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { capsuleStates, grantNow, sayTo, untilState } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { held } from "../support/hook_process.ts";

const FILES = ["README.md", "agent-console.d.ts", "capsule.jsonc", "capsule.test.jsonc", "main.ts"];
const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("X1 capsule new: the commands that it prints test, install and grant a capsule that counts", async () => {
  await using home = await TestHome.create();
  const made = await home.cli(["capsule", "new", "my-count"]);
  assertEquals(made.code, 0, made.stderr);
  const folder = `${home.root}/my-count`;
  assertEquals(namesIn(folder), FILES);
  assertEquals(((await Deno.stat(folder)).mode ?? 0) & 0o777, 0o700);
  assertEquals(made.stdout.split("\n"), [
    "agent-console capsule test ./my-count",
    "agent-console capsule install ./my-count",
    "agent-console capsule grant my-count",
    "",
  ]);
  for (const file of FILES.filter((name) => name !== "agent-console.d.ts")) {
    assertEquals(/\bexample\b/.test(await Deno.readTextFile(`${folder}/${file}`)), false, file);
  }
  const checked = await run([Deno.execPath(), "check", "--no-config", `${folder}/main.ts`], {
    env: { ...home.command([]).env, NO_COLOR: "1" },
    cwd: home.root,
  });
  assertEquals(checked.code, 0, checked.stderr);
  const tested = await home.cli(["capsule", "test", "./my-count"]);
  assertMatch(tested.stdout, /\n6 passed, 0 failed\n$/);

  await home.start();
  assertEquals((await home.cli(["capsule", "install", "./my-count"])).code, 0);
  assertEquals(await capsuleStates(home), { "my-count": "ungranted" });
  await grantNow(home, "my-count");
  await untilState(home, "my-count", "running");
  assertEquals(await sayTo(home, "/my-count"), "no agent has asked yet");
  await using client = await home.connect({ token: true });
  await using _one = await held(home, client);
  // It counts behind the event: what the hook asks may be open before.
  await eventually(async () => await sayTo(home, "/my-count claude") === "claude: 1", 15_000, "the count", 100);
});

Deno.test("X1 capsule new: a folder that is there stays as it is, and what is no name is refused", async () => {
  await using home = await TestHome.create();
  const there = `${home.root}/there`;
  await Deno.mkdir(there);
  const refusal = async (...args: string[]) => (await home.cli(["capsule", "new", ...args])).stderr;
  assertStringIncludes(
    await refusal("there"),
    "/there is there already\nhint: name another folder: agent-console capsule",
  );
  assertStringIncludes(await refusal("demo", there), "/there is there already");
  assertEquals(namesIn(there), []);
  assertStringIncludes(await refusal("Demo"), '"Demo" is no name of a capsule');
  assertMatch(
    await refusal("demo", "none/demo"),
    /^error: (.*)\/none\/demo was not written: \1\/none is not there\nhint: mkdir -p \1\/none\n$/,
  );
  const inProc = await refusal("demo", "/proc/demo");
  assertMatch(
    inProc,
    /^error: \/proc\/demo was not written: .*\nhint: name a folder where you may write: agent-console/,
  );
  assertEquals(inProc.includes("/.new-"), false, inProc);
  assertEquals([exists(`${home.root}/Demo`), exists(`${home.root}/none`)], [false, false]);
  const { stdout } = await home.cli(["capsule", "new", "demo", "there/it s", "--json"]);
  assertEquals(JSON.parse(stdout)["next"][1], "agent-console capsule install 'there/it s'");
  assertEquals([namesIn(there), namesIn(`${there}/it s`)], [["it s"], FILES]);
});

Deno.test("X1 a capsule that cannot be granted as it lies there is refused with the folder in which to mend it", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"), { name: "bad" }, { "main.ts": "", ".env": "" });
  const { code, stderr } = await home.cli(["capsule", "grant", "bad", "--yes"]);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^error: the capsule bad is refused: it holds "\.env".*\nhint: mend it in \/.*\/capsules\/bad, or install/,
  );
});
