/** `uninstall`: what was ever written outside of the home folder is taken back, and nothing else. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { isAlive } from "../support/harness_process.ts";
import { InstallingUser } from "../support/installed.ts";
import { longStep } from "../support/long_step.ts";

const SETTINGS = `{\n\n   "model":"opus"  }\n`;
const HOME = ".agent-console";

Deno.test("X2 uninstall gives the user's files back byte for byte, leaves the home and says so; --purge takes it", async (t) => {
  await using home = await TestHome.create();
  const user = new InstallingUser(home);
  const at = (name: string) => `${home.root}/${name}`;
  await Deno.mkdir(at(".claude"));
  await Deno.writeTextFile(at(".claude/settings.json"), SETTINGS, { mode: 0o640 });
  await Deno.mkdir(at(".local/share/other"), { recursive: true });
  await Deno.mkdir(at("project"));
  const before = user.tree(HOME);
  const homeTree = () => new Map([...user.tree()].filter(([path]) => path.startsWith(HOME)));
  const write = async (program: readonly string[]) => {
    const done = async (args: readonly string[], cwd = home.root) => {
      const { code, stderr } = await user.run([...program, ...args], { cwd });
      assertEquals(code, 0, `${args.join(" ")}: ${stderr}`);
    };
    for (const agent of ["claude", "gemini", "opencode", "cursor"]) await done(["hooks", "install", agent]);
    await done(["hooks", "install", "claude", "--project"], at("project"));
    await done(["hooks", "install", "claude", "--statusline"]);
    await done(["daemon", "install"]);
    await done(["daemon", "start"]);
  };

  await t.step("without anything to take back it changes nothing", async () => {
    const { code, stdout, stderr } = await user.fromClone("uninstall");
    assertEquals([code, stderr], [0, ""]);
    assert(!stdout.includes("removed"), stdout);
    assertEquals(user.tree(), before);
  });

  await t.step(
    "a user with hooks in five files, a service, a daemon, a prebuilt form and the installed one",
    async () => {
      // From the clone too: then there is a prebuilt form of it.
      assertEquals((await user.fromClone("daemon", "start")).code, 0);
      assertEquals((await user.fromClone("install")).code, 0);
      await write([user.binLink]);
      const made = [...user.tree(HOME).keys()].filter((path) => !before.has(path));
      for (
        const name of [".config/systemd/user/agent-console.service", ".cache/agent-console", ".gemini/settings.json"]
      ) {
        assert(made.includes(name), `${name} was not made: ${made.join(" ")}`);
      }
      assert(made.includes("project/.claude/settings.json") || made.includes("project/.claude/settings.local.json"));
    },
  );

  await t.step("uninstall takes all of it back and says what it leaves", async () => {
    const pid = home.needPid();
    const { code, stdout, stderr } = await user.installed("uninstall", "--yes");
    assertEquals([code, stderr], [0, ""], stdout);
    assertEquals(user.tree(HOME), before);
    assert(!isAlive(pid));
    assertMatch(stdout, /\nremoved ~\/\.local\/share\/agent-console\n/);
    assertMatch(
      stdout,
      /\nleft ~\/\.agent-console, [\d.]+ \w+: journal, configuration, log, secrets\n {2}to remove it: rm -r \S+\n/,
    );
    assert(exists(`${home.dir}/journal`));
  });

  await longStep(t, "again, from the clone: nothing is left to take back", async () => {
    const left = homeTree();
    const { code, stdout } = await user.fromClone("uninstall");
    assertEquals([code, /removed|stopped/.test(stdout)], [0, false], stdout);
    assertEquals(homeTree(), left);
  });

  await longStep(t, "one step that fails stops no other; it is listed, and done by the next one", async () => {
    await write(user.argvOfClone([]));
    await Deno.chmod(at(".claude/settings.json"), 0o440);
    await Deno.mkdir(at(".local/bin"));
    await Deno.writeTextFile(user.binLink, "another's", { mode: 0o755 });
    const { code, stdout, stderr } = await user.fromClone("uninstall", "--yes");
    assertEquals(code, 1, stdout);
    assertMatch(stderr, /^error: not all was removed:\n {2}[^\n]*settings\.json[^\n]* is read-only\nhint: /);
    assert(!exists(user.root) && !exists(`${home.dir}/daemon.pid`), stdout);
    assertEquals(await Deno.readTextFile(user.binLink), "another's");
    assertEquals((await Deno.readTextFile(at(".claude/settings.json"))).includes("agent-console/hook"), true);
    await Deno.chmod(at(".claude/settings.json"), 0o640);
    assertEquals((await user.fromClone("uninstall", "--yes")).code, 0);
    await Deno.remove(at(".local/bin"), { recursive: true });
    assertEquals(user.tree(HOME), before);
  });

  await t.step("--purge asks, and without a terminal it needs --yes", async () => {
    const left = homeTree();
    const asked = await user.fromClone("uninstall", "--purge");
    assertEquals([asked.code, asked.stdout], [1, ""]);
    assertMatch(asked.stderr, /\nhint: give --yes\n$/);
    assertEquals(homeTree(), left);
    await Deno.writeTextFile(at(".agent-console/mine.txt"), "mine");
    const emptied = await user.fromClone("uninstall", "--purge", "--yes");
    assertEquals([emptied.code, emptied.stderr], [0, ""]);
    const stays = /^emptied ~\/\.agent-console; what is not ours stays: mine\.txt\n {2}to remove that too: rm -r \S+$/m;
    assertMatch(emptied.stdout, stays);
    assert(!/left ~\/\.agent-console/.test(emptied.stdout), emptied.stdout);
    await Deno.remove(at(".agent-console/mine.txt"));
    const { code, stdout } = await user.fromClone("uninstall", "--purge", "--yes");
    assertEquals(code, 0);
    assertMatch(stdout, /^removed ~\/\.agent-console$/m);
    assertEquals(user.tree(), before);
  });

  await longStep(t, "of a home that the user chose, --purge leaves what is not ours", async () => {
    const chosen = at("chosen");
    const run = (...args: string[]) => user.fromClone("--home", chosen, ...args);
    assertEquals((await run("--create", "daemon", "start")).code, 0);
    await Deno.writeTextFile(`${chosen}/notes.txt`, "mine");
    const { code, stdout, stderr } = await run("uninstall", "--purge", "--yes");
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^emptied ~\/chosen; what is not ours stays: notes\.txt$/m);
    assert(!/left ~\/chosen|rm -r/.test(stdout), stdout); // a folder that was named may be anything
    assertEquals(await Array.fromAsync(Deno.readDir(chosen), ({ name }) => name), ["notes.txt"]);
    await Deno.remove(`${chosen}/notes.txt`);
    assertEquals((await run("uninstall", "--purge", "--yes")).code, 0);
    assertEquals(user.tree(), before);
  });
});
