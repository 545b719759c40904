/** `deno task install`, `update` and what follows: the program in a user's own folder. */
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../support/exists.ts";
import { freePort } from "../support/gateway.ts";
import { TestHome } from "../support/harness.ts";
import { commandLine, processesNaming, signalIfSame } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { EVENT, InstallingUser } from "../support/installed.ts";
import { longStep } from "../support/long_step.ts";

/** On a busy machine an event goes by the spool, where the daemon looks every ten seconds. */
const SPOOLED_MS = 30_000;

Deno.test("X2 the program installs itself, updates, goes back, and a kill in the middle harms nothing", async (t) => {
  const port = freePort();
  await using home = await TestHome.create({ config: JSON.stringify({ gateway: { enabled: true, port } }) });
  const user = new InstallingUser(home);
  const { root, binLink } = user;
  const builds: string[] = [];

  await t.step("a foreign command of our name: nothing is installed", async () => {
    await Deno.mkdir(`${home.root}/.local/bin`, { recursive: true });
    await Deno.writeTextFile(binLink, "another's");
    const before = user.tree();
    const { code, stdout, stderr } = await user.fromClone("install");
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^error: nothing was installed: \S+\/agent-console is not ours: no link\nhint: move \S+ away/);
    assertEquals(user.tree(), before);
    await Deno.remove(`${home.root}/.local`, { recursive: true });
  });
  await t.step("install: one version, one link, one command, and nothing that others may write", async () => {
    const before = user.tree();
    const { code, stdout, stderr } = await user.fromClone("install");
    assertEquals(code, 0, stderr);
    builds.push(user.build);
    assertEquals(
      stdout,
      `installed agent-console 0.1.0 (build ${user.build})\n` +
        `program: ~/.local/share/agent-console/${user.current}\ncommand: ~/.local/bin/agent-console\n`,
    );
    assertMatch(stderr, /^note: ~\/\.local\/bin is not on your PATH\. Add this line to ~\/\.profile /);
    assertEquals(user.versions, [user.current]);
    assertEquals(await Deno.readLink(binLink), `${root}/current/agent-console`);
    const made = [...user.tree()].filter(([path]) => !before.has(path));
    assert(made.length > 20, "too few files were seen");
    assertEquals(made.filter(([path]) => !/^\.local(\/(bin|share)(\/agent-console(\/.*)?)?)?$/.test(path)), []);
    // A link's own mode says nothing.
    const loose = made.filter(([, what]) => !what.startsWith("120") && (parseInt(what, 8) & 0o022) !== 0);
    assertEquals(loose.map(([path]) => path), []);
    const source = JSON.parse(await Deno.readTextFile(`${root}/current/source.json`));
    assertEquals([source.clone, source.version, source.deno], [user.clone, "0.1.0", Deno.version.deno]);
  });
  await t.step("the runtime is a copy: no second name of the one that it was installed with", () => {
    const [own, theirs] = [`${root}/current/deno`, Deno.execPath()].map((path) => Deno.statSync(path));
    assert(own!.size === theirs!.size && own!.ino !== theirs!.ino);
    assertEquals(own!.nlink, 1);
  });
  await t.step("install again: nothing changes", async () => {
    const stamps = () =>
      [...user.tree().keys()].map((path) => `${path} ${Deno.lstatSync(`${home.root}/${path}`).mtime?.getTime()}`);
    const files = (all: readonly string[]) => all.filter((line) => line.includes(`${user.current}/`));
    const before = files(stamps());
    const tree = user.tree();
    const { code, stdout } = await user.fromClone("install");
    assertEquals([code, stdout], [
      0,
      `already up to date: agent-console 0.1.0 (build ${user.build})\n`,
    ]);
    assertEquals(user.tree(), tree);
    assertEquals(files(stamps()), before);
  });

  await longStep(
    t,
    "first hour 1: update of an unchanged clone builds nothing; of one with another comment it does",
    async () => {
      // A bundler that is called ends with an error: without it only a version that is there can be told.
      const noted = async () => JSON.parse(await Deno.readTextFile(`${root}/current/source.json`));
      const { inputs, files } = await noted();
      assertEquals([inputs, files].map((hash) => /^[0-9a-f]{64}$/.test(hash)), [true, true]);
      const builder = `${user.clone}/install/build_main.ts`;
      const before = user.tree();
      const { code, stdout } = await user.installed("update");
      assertEquals([code, stdout.split("\n")[1]], [0, `already up to date: agent-console 0.1.0 (build ${user.build})`]);
      assertEquals(user.tree(), before, "something was written");
      const text = await Deno.readTextFile(builder);
      await Deno.writeTextFile(builder, `throw new Error("it builds");\n`);
      assertMatch((await user.installed("update")).stderr, /it builds/);
      // A comment changes no file of the program: it is built, the same, and told apart from then on.
      await Deno.writeTextFile(builder, `${text}// a comment\n`);
      assertEquals((await user.installed("update")).code, 0);
      assert((await noted()).inputs !== inputs);
      assertEquals((await noted()).files, files);
      const again = user.tree();
      assertEquals((await user.installed("update")).code, 0);
      assertEquals(user.tree(), again, "what was built of other sources is not known as theirs");
      await Deno.writeTextFile(builder, text);
    },
  );

  await t.step("it runs, also without the clone and without the packages that it was made of", async () => {
    await Deno.rename(user.clone, `${user.clone} away`);
    const alone = {
      DENO_DIR: `${home.root}/empty`,
      HTTPS_PROXY: "http://127.0.0.1:1",
      HTTP_PROXY: "http://127.0.0.1:1",
    };
    const say = async (...args: string[]) => {
      const { code, stdout, stderr } = await user.run([binLink, ...args], { env: alone });
      assertEquals([code, stderr], [0, ""], args.join(" "));
      return stdout;
    };
    assertEquals(await say("--version"), `agent-console 0.1.0 (build ${user.build})\n`);
    assertEquals(JSON.parse(await say("version", "--json")).build, user.build);
    await say("daemon", "start");
    assertMatch(await (await fetch(`http://127.0.0.1:${port}/page.js`)).text(), /NEEDS YOU/);
    assertEquals((await user.run([binLink, "hook", "claude"], { stdin: EVENT, env: alone })).stdout, "");
    const first = async () => JSON.parse(await say("ls", "--json")).sessions[0]?.id;
    assertEquals(await eventually(first, SPOOLED_MS, "the session of the hook"), "s1");
    assertEquals(JSON.parse(await say("status", "--json")).build, user.build);
    await Deno.rename(`${user.clone} away`, user.clone);
    assert(!exists(`${home.root}/empty`), "its runtime keeps something outside of its own folder");
    assert(exists(`${root}/cache`));
  });
  await t.step("what it writes elsewhere names the link, and its sandbox names nothing of it", async () => {
    await user.installed("hooks", "install", "claude");
    const unit = await user.installed("daemon", "install", "--dry-run");
    const settings = await Deno.readTextFile(`${home.root}/.claude/settings.json`);
    const [name] = await Array.fromAsync(Deno.readDir(`${root}/homes`), ({ name }) => name);
    const launchers = await Promise.all(
      ["hook", "start"].map((file) => Deno.readTextFile(`${root}/homes/${name}/${file}`)),
    );
    assert(settings.includes(`${root}/hook`) && !settings.includes(user.current), settings);
    const own = await Array.fromAsync(Deno.readDir(`${root}/current/`), ({ name }) => name);
    assertEquals(
      own.filter((name) => name.endsWith(".sh")),
      ["statusline_launcher.sh"],
      "the launcher of earlier versions' hooks is left out",
    );
    const argv = commandLine(home.needPid()).join(" ");
    for (const text of [unit.stdout, ...launchers, argv]) {
      assert(text.includes(`${root}/current/`), text);
      assert(!text.includes(user.current), text);
    }
    const { stdout } = await user.installed("daemon", "permissions");
    assertMatch(stdout, /--allow-write=/);
    assert(!stdout.replace(`${root}/homes/${name}/capsule`, "").includes(root), stdout);
  });
  await t.step("a home that holds the program, or lies in it, is refused", async () => {
    for (const place of [`${root}/home`, `${home.root}/.local/share`, `${home.root}/.local`, root]) {
      const wasThere = exists(place);
      if (!wasThere) await Deno.mkdir(place, { mode: 0o700 });
      const { code, stderr } = await user.installed("--home", place, "daemon", "start");
      assertEquals(code, 6, `${place}: ${stderr}`);
      if (!wasThere) await Deno.remove(place, { recursive: true });
    }
    const { code, stderr } = await user.run([...user.argvOfClone([]), "--home", `${root}/home`, "install"]);
    assertEquals(code, 6);
    assertMatch(stderr, /are not apart\nhint: /);
  });
  await longStep(
    t,
    "a changed clone: update puts a second version beside it, and says that the daemon is the first",
    async () => {
      user.change("two");
      const { code, stdout, stderr } = await user.installed("update");
      assertEquals(code, 0, stderr);
      builds.push(user.build);
      assert(builds[0] !== builds[1]);
      assertEquals(user.versions, builds.map((build) => `0.1.0-${build}`).sort());
      assertMatch(
        stdout,
        new RegExp(
          `\\ninstalled agent-console 0\\.1\\.0 \\(build ${builds[1]}\\), before: 0\\.1\\.0 \\(build ${
            builds[0]
          }\\)\\n`,
        ),
      );
      assertMatch(
        stderr,
        new RegExp(`note: the daemon runs 0\\.1\\.0 \\(build ${builds[0]}\\)\\nhint: agent-console daemon restart\\n$`),
      );
      assertMatch((await user.installed("uninstall", "--help")).stdout, /do not ask: two/);
    },
  );

  await longStep(t, "the same runtime is on the disk once", () => {
    assertEquals(Deno.statSync(`${root}/current/deno`).nlink, 2);
  });
  await longStep(t, "each command says that the daemon is another build, a hook says nothing", async () => {
    const note = `note: the daemon runs 0.1.0 (build ${builds[0]}), this is 0.1.0 (build ${
      builds[1]
    })\nhint: agent-console daemon restart\n`;
    for (
      const args of [["ls"], ["ls", "--json"], ["status"], ["status", "--json"], ["approvals"], ["daemon", "start"]]
    ) {
      const { code, stdout, stderr } = await user.installed(...args);
      assertEquals([code, stderr.slice(0, note.length)], [0, note], args.join(" "));
      assert(!stdout.includes("note:"), args.join(" "));
    }
    const hook = await user.run([binLink, "hook", "claude"], { stdin: EVENT.replace("build it", "and test it") });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
  });
  await t.step("H1 an .npmrc of the user's that Deno cannot read ends no hook", async () => {
    const { code, stderr } = await user.installed("hooks", "install", "claude", "--no-feed");
    assertEquals(code, 0, stderr);
    const npmrc = `${home.root}/.npmrc`;
    await Deno.writeTextFile(npmrc, "@corp:registry=${NO_SUCH_VARIABLE}\n");
    assert((await user.installed("--version")).code !== 0, "the file is one that ends the program");
    for (const word of ["ask", "report"]) {
      const argv = [...stubArgv(root, home.dir), "claude", word];
      const hook = await user.run(argv, { stdin: EVENT.replace("build it", `and ${word}`) });
      assertEquals([word, hook.code, hook.stdout, hook.stderr], [word, 0, "", ""]);
    }
    await Deno.remove(npmrc);
    const told = async () => /and (?:ask|report)/.test((await user.installed("ls", "--json")).stdout);
    await eventually(told, SPOOLED_MS, "what the hooks told");
    assertEquals((await user.installed("hooks", "uninstall", "claude")).code, 0);
  });

  await longStep(
    t,
    "an installation that is killed changes nothing, and the next one removes what it left",
    async () => {
      user.change("three");
      const unfinished = () =>
        [...Deno.readDirSync(root)].map(({ name }) => name).filter((name) => name.startsWith("new-"));
      const killed = user.spawn(user.argvOfClone(["install"]));
      await eventually(() => unfinished().length > 0, 20_000, "a folder that is being filled");
      const [left = ""] = unfinished();
      killed.kill("SIGKILL");
      for (const { pid, start } of processesNaming(`${root}/${left}`)) signalIfSame(pid, start, "SIGKILL");
      await killed[Symbol.asyncDispose]();
      assertEquals(unfinished(), [left]);
      assertEquals([user.build, (await user.installed("--version")).code], [builds[1], 0]);
      assertEquals((await user.fromClone("install")).code, 0);
      builds.push(user.build);
      assertEquals(unfinished(), []);
      assertEquals(new Set(builds).size, 3);
      const kept = builds.slice(1).map((build) => `0.1.0-${build}`);
      assertEquals(user.versions, kept.sort(), "the third removes the first");
    },
  );

  await longStep(
    t,
    "update --rollback goes back to the one that was kept, --restart restarts the daemon into it",
    async () => {
      await user.installed("daemon", "restart");
      const { code, stdout, stderr } = await user.installed("update", "--rollback", "--restart");
      assertEquals(code, 0, stderr);
      const said = `went back to agent-console 0.1.0 (build ${builds.at(-2)}), before: 0.1.0 (build ${
        builds.at(-1)
      })\n`;
      assertEquals(stdout.slice(0, said.length), said);
      assertMatch(stdout, /\nstopped, pid \d+\nstarted, pid \d+\n$/);
      assertEquals(JSON.parse((await user.installed("status", "--json")).stdout).build, builds.at(-2));
      assertEquals((await user.installed("ls", "--json")).stderr, "");
    },
  );

  await longStep(t, "with a request that waits, --restart restarts nothing", async () => {
    await using client = await home.connect({ token: true });
    const params = { sessionId: "s1", tool: "Bash", input: "git push", waitSecs: 60 };
    const asked = client.request("approval.request", params, 60_000).catch(() => undefined);
    const isAsked = async () => (await user.installed("approvals", "--json")).stdout.includes("git push");
    await eventually(isAsked, 10_000, "it");
    const { code, stderr } = await user.installed("update", "--rollback", "--restart");
    assertEquals([code, user.build], [0, builds.at(-1)]);
    assertMatch(stderr, /note: the daemon runs [^\n]* and was not restarted, because a request is open\nhint: /);
    await client.close();
    await asked;
  });

  await longStep(t, "a damaged version is put right, also by two installations at once", async () => {
    await Deno.writeTextFile(`${root}/current/agent-console.js`, "x");
    assert((await user.installed("--version")).code !== 0);
    const both = await Promise.all([user.fromClone("install"), user.fromClone("install")]);
    assertEquals(both.map(({ code }) => code), [0, 0], both.map(({ stderr }) => stderr).join());
    assertEquals((await user.installed("--version")).stdout, `agent-console 0.1.0 (build ${builds.at(-1)})\n`);
    assertEquals(user.versions, builds.slice(-2).map((build) => `0.1.0-${build}`).sort());
  });
  await t.step("a clone that is gone is named", async () => {
    await Deno.rename(user.clone, `${home.root}/mo ved`);
    const gone = await user.installed("update");
    assertEquals([gone.code, gone.stdout], [1, ""]);
    assertMatch(gone.stderr, /^error: the clone [^\n]* is gone: \S+\/cl one\nhint: agent-console update --from FOLDER/);
    assertMatch(
      (await user.installed("update", "--from", home.root)).stderr,
      /^error: \S+ is no clone of agent-console\n/,
    );
    user.clone = `${home.root}/mo ved`;
  });

  await longStep(t, "update takes another clone by its name", async () => {
    assertEquals((await user.installed("update", "--from", "mo ved")).code, 0);
    assertEquals(JSON.parse(await Deno.readTextFile(`${root}/current/source.json`)).clone, `${home.root}/mo ved`);
  });
});
