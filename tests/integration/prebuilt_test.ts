/** The prebuilt form: who runs it, when it is made, and what is never run. The tests have copies of the sources. */
import { hookLauncher } from "../support/stub_hook.ts";
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Clone } from "../support/clone.ts";
import { exists } from "../support/exists.ts";
import { isRoot, STRANGER } from "../support/harness_guard.ts";
import { TestHome } from "../support/harness.ts";
import { commandLine } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { longStep, longTest } from "../support/long_step.ts";

let prompts = 0;
/** A prompt of its own each time: the same one twice in a moment would be one event of two hooks. */
const event = () =>
  JSON.stringify({ session_id: "s1", hook_event_name: "UserPromptSubmit", cwd: "/tmp", prompt: `go ${prompts++}` });
const SOURCE = /\/src\/daemon\/[\w]+\.ts$/;

/** The copy of two tests: a build takes seconds, and what one of them leaves the other starts with. */
let shared: Promise<Clone> | undefined;

async function sharedClone(): Promise<Clone> {
  return await (shared ??= TestHome.create().then((home) => new Clone(home)));
}

Deno.test.afterAll(async () => {
  await (await shared)?.home[Symbol.asyncDispose]();
});

function mode(path: string): string {
  return ((Deno.lstatSync(path).mode ?? 0) & 0o777).toString(8);
}

/** Has the prebuilt hook leave a mark when it is run; the sources leave none. */
function mark(clone: Clone): string {
  const file = `${clone.current}/agent-console.js`;
  const sign = `${clone.home.dir}/spool/prebuilt-hook-ran`; // a hook may write nowhere else
  Deno.mkdirSync(`${clone.home.dir}/spool`, { recursive: true, mode: 0o700 });
  Deno.writeTextFileSync(file, `\nDeno.writeTextFileSync(${JSON.stringify(sign)}, "");\n`, { append: true });
  const inputs = JSON.parse(Deno.readTextFileSync(`${file}.inputs`));
  inputs.outputs = [["agent-console.js", Deno.statSync(file).size]]; // so that it still passes for whole
  Deno.writeTextFileSync(`${file}.inputs`, JSON.stringify(inputs));
  return sign;
}

/** Runs the hook; says whether its prebuilt form ran, as other commands may have before. It reports in either form. */
async function hookIsPrebuilt(clone: Clone, argv: readonly string[], sign: string, env = {}): Promise<boolean> {
  if (exists(sign)) await Deno.remove(sign);
  const { code, stdout, stderr } = await clone.run(argv, { stdin: event(), env });
  assertEquals([code, stdout, stderr], [0, "", ""]);
  return exists(sign);
}

async function installedHook(clone: Clone): Promise<string[]> {
  const { code, stderr } = await clone.cli(["hooks", "install", "claude", "--no-feed"]);
  assertEquals([code, stderr], [0, ""]);
  const settings = JSON.parse(await Deno.readTextFile(`${clone.home.root}/.claude/settings.json`));
  // An event that may wait for a decision runs the program, whatever it is.
  const { command, args } = settings.hooks.PermissionRequest[0].hooks[0];
  return [command, ...args];
}

Deno.test("H1 daemon and hook are prebuilt, from source in an older sandbox and while the sources are others, and the settings stay", async () => {
  const clone = await sharedClone();
  const { home } = clone;
  const [first] = await clone.start();
  assertMatch(first, /\/[0-9a-f]{16}\/agent-consoled\.js$/);
  assertEquals(first, `${clone.current}/agent-consoled.js`);
  for (const path of [`${clone.cache}/agent-console`, clone.builds, clone.current]) {
    assertEquals(mode(path), "700", path);
  }
  for await (const { name } of Deno.readDir(clone.current)) assertEquals(mode(`${clone.current}/${name}`), "600", name);
  const named = commandLine(home.needPid()).filter((word) => word.includes(clone.cache));
  assertEquals(named, [first], "the daemon's sandbox names nothing of it");

  const argv = await installedHook(clone);
  const old = clone.current;
  const sign = mark(clone);
  assert(await hookIsPrebuilt(clone, argv, sign));
  assert(!await hookIsPrebuilt(clone, argv, sign, { AC_FROM_SOURCE: "1" }));
  // As it was installed before there was a prebuilt form.
  const launcher = hookLauncher(home);
  const text = await Deno.readTextFile(launcher);
  const cache = new RegExp(` '--allow-read=${clone.cache}[^']*'`);
  assertMatch(text, cache);
  await Deno.writeTextFile(
    launcher,
    text.replace(cache, "").replace("AC_FROM_SOURCE,", "").replace(",XDG_CACHE_HOME", ""),
  );
  assert(!await hookIsPrebuilt(clone, argv, sign));
  await Deno.writeTextFile(launcher, text);

  clone.change();
  assert(!await hookIsPrebuilt(clone, argv, sign), "it is of other sources");
  assertEquals(clone.current, old, "a hook builds nothing");
  // A hook that a busy daemon does not answer in time leaves its event in the spool, which is read a little later.
  const turns = async () => JSON.parse((await clone.cli(["ls", "--json"])).stdout).sessions[0].turnCount;
  await eventually(async () => await turns() >= 4, 30_000, "each prompt");
  assertEquals(await turns(), 4);

  await clone.stop();
  const older = `${clone.builds}/${"0".repeat(16)}`;
  await Deno.mkdir(older);
  const [second] = await clone.start();
  assertNotEquals(second, first);
  assertEquals(second, `${clone.current}/agent-consoled.js`);
  assert(await hookIsPrebuilt(clone, argv, mark(clone)));
  const settings = `${home.root}/.claude/settings.json`;
  const registered = await Deno.readTextFile(settings);
  await installedHook(clone);
  assertEquals(await Deno.readTextFile(settings), registered);

  const kept = [second, first].map((path) => path.split("/").at(-2) ?? "");
  assertEquals(clone.names(), [...kept, "current", "lock"].sort(), "older ones than the last go");
  await clone.stop();
  const [again] = await clone.start();
  assertEquals(again, second, "built once for a state of the sources");
  await clone.stop();
});

Deno.test("S3 a build that others may write, that is foreign or damaged is never run", async (t) => {
  const clone = await sharedClone();
  await clone.start();
  const argv = await installedHook(clone);
  const sign = mark(clone);
  const place = `${clone.cache}/agent-console`;
  const script = `${clone.current}/agent-console.js`;

  for (
    const [what, path] of [
      ["the place", place],
      ["the clone's folder", clone.builds],
      ["the build", clone.current],
      ["the file", script],
      ["its inputs", `${script}.inputs`],
    ] as const
  ) {
    const before = Number.parseInt(mode(path), 8);
    for (const wide of [0o020, 0o002]) {
      await t.step(`${what} with ${wide.toString(8)}`, async () => {
        await Deno.chmod(path, before | wide);
        assert(!await hookIsPrebuilt(clone, argv, sign));
        await Deno.chmod(path, before);
      });
    }
    await t.step({
      name: `${what} of another user`,
      ignore: !isRoot,
      fn: async () => {
        await Deno.chown(path, STRANGER, STRANGER);
        assert(!await hookIsPrebuilt(clone, argv, sign));
        await Deno.chown(path, 0, 0);
      },
    });
  }
  assert(await hookIsPrebuilt(clone, argv, sign));

  await t.step("a start makes it anew in the place of one that others may write", async () => {
    await clone.stop();
    await Deno.chmod(`${clone.current}/agent-consoled.js`, 0o666);
    const [entry] = await clone.start();
    assertEquals([entry, mode(entry)], [`${clone.current}/agent-consoled.js`, "600"]);
  });

  for (
    const [what, damage] of [
      ["a part that others may write", (path: string) => Deno.chmod(path, 0o666)],
      ["a part that is empty", (path: string) => Deno.truncate(path, 0)],
      ["a part that is gone", (path: string) => Deno.remove(path)],
    ] as const
  ) {
    await longStep(t, `a start makes it anew where it has ${what}`, async () => {
      await clone.stop();
      const names = await Array.fromAsync(Deno.readDir(clone.current), ({ name }) => name);
      const part = names.find((name) => name.startsWith("agent-consoled-chunk"));
      await damage(`${clone.current}/${part}`);
      const [entry] = await clone.start();
      assertEquals([entry, mode(`${clone.current}/${part}`)], [`${clone.current}/agent-consoled.js`, "600"]);
    });
  }

  await t.step("a start keeps away from a place that others may write", async () => {
    await clone.stop();
    await Deno.chmod(place, 0o777);
    const [entry, said] = await clone.start(["--verbose"]);
    assertMatch(entry, SOURCE);
    assertMatch(said, /^runs from source: .* is not a folder that is ours and nobody else's to write\n$/);
    await Deno.chmod(place, 0o700);
  });

  await t.step("what is cut off is not run", async () => {
    for (const file of ["agent-console.js", "agent-console-cli.js"]) {
      const text = await Deno.readFile(`${clone.current}/${file}`);
      await Deno.truncate(`${clone.current}/${file}`, 0);
      const version = await clone.cli(["version"]);
      assertEquals([version.code, version.stderr], [0, ""], file);
      assert(!await hookIsPrebuilt(clone, argv, sign) || file !== "agent-console.js");
      await Deno.writeFile(`${clone.current}/${file}`, text);
    }
    await Deno.truncate(`${script}.inputs`, 100);
    assert(!await hookIsPrebuilt(clone, argv, sign));
    await Deno.remove(`${script}.inputs`);
    assert(!await hookIsPrebuilt(clone, argv, sign));
  });
  await clone.stop();
});

longTest("I1 two that start at once and find nothing built make one build, and both run it", async () => {
  await using home = await TestHome.create();
  await using other = await TestHome.create();
  const clone = new Clone(home);
  const there = { HOME: other.root, AGENT_CONSOLE_HOME: other.dir };
  const argv = [Deno.execPath(), "run", "-A", `${clone.root}/main.ts`, "daemon", "start"];
  const env = { ...clone.env(), ...there };
  const two = other.spawnArgv(argv, env);
  const [entry] = await clone.start();
  assertEquals((await two.exit(60_000)).code, 0, two.stderr);
  assertEquals(entry, `${clone.current}/agent-consoled.js`);
  assert(commandLine(other.needPid()).includes(entry));
  assertEquals(clone.names(), [entry.split("/").at(-2) ?? "", "current", "lock"].sort());
});

longTest("I1 what cannot be built or kept runs from source, and says why in one place", async (t) => {
  await using home = await TestHome.create();
  const clone = new Clone(home);
  const failed = `${clone.builds}/failed.json`;

  await t.step("AC_FROM_SOURCE=1", async () => {
    const [entry, said] = await clone.start(["--verbose"], { AC_FROM_SOURCE: "1" });
    assertMatch(entry, SOURCE);
    assertEquals([said, exists(clone.cache)], ["", false]);
    await clone.stop();
  });

  await t.step("a folder inside of what the daemon may write, or that cannot be made", async () => {
    for (const cache of [`${home.dir}/cache`, "/proc/no-such-folder"]) {
      const [entry] = await clone.start([], { XDG_CACHE_HOME: cache });
      assertMatch(entry, SOURCE, cache);
      await clone.stop();
    }
  });

  await t.step("a builder that fails: the next start that nobody asked for does not try again", async () => {
    await Deno.writeTextFile(`${clone.root}/install/prebuild.ts`, 'throw new Error("no bundler here");\n');
    const [entry, said] = await clone.start();
    assertMatch(entry, SOURCE);
    assertEquals(said, "");
    const first = JSON.parse(await Deno.readTextFile(failed));
    assertMatch(first.why, /no bundler here/);
    await clone.stop();

    const argv = await installedHook(clone);
    await Deno.remove(home.path("daemon.stopped")); // else nobody but a person starts it
    const hook = await clone.run(argv, { stdin: event() });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    await home.ready();
    assertMatch(commandLine(home.needPid()).join(" "), /\/src\/daemon\/\w+\.ts --home/);
    assertEquals(JSON.parse(await Deno.readTextFile(failed)), first);
    const taken = async () => JSON.parse((await clone.cli(["ls", "--json"])).stdout).sessions.length === 1;
    await eventually(taken, 30_000, "the spooled event");
    await clone.stop();

    const [, verbose] = await clone.start(["--verbose"]);
    assertMatch(verbose, /^runs from source: .*no bundler here/);
    assertNotEquals(JSON.parse(await Deno.readTextFile(failed)).at, first.at);
    assertEquals(clone.names(), ["failed.json", "lock"], "nothing half-built is left");
  });
});
