/** `uninstall` and `update` where a folder is not what its name says: another user's, or never a home. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { sha256Hex } from "../../src/platform/hash.ts";
import { exists } from "../support/exists.ts";
import { chownAll, isRoot, STRANGER } from "../support/harness_guard.ts";
import { TestHome } from "../support/harness.ts";
import { InstallingUser } from "../support/installed.ts";

const sha256 = (text: string) => sha256Hex(new TextEncoder().encode(text));
const EVIL = `{"model":"evil"}`;
const PRIVATE = { mode: 0o700, recursive: true };

Deno.test("X2 a home that others may write to says nothing about the user's settings", async () => {
  await using home = await TestHome.create();
  const user = new InstallingUser(home);
  const settings = `${home.root}/.claude/settings.json`;
  await Deno.mkdir(`${home.root}/.claude`);
  await Deno.writeTextFile(settings, `{"model":"opus"}`);
  const evil = `${home.root}/evil`;
  const put = async (file: string) => {
    const name = `${evil}/backups/claude-hooks-${sha256(file).slice(0, 16)}.json`;
    const text = {
      file: settings,
      original: EVIL,
      found: EVIL,
      installed: [sha256(`{"model":"opus"}`)],
      programs: [],
    };
    await Deno.writeTextFile(name, JSON.stringify(text), { mode: 0o600 });
    return name;
  };
  const uninstall = async (passed: boolean) => {
    const name = evil.replaceAll("=", "==").replaceAll("/", "=-");
    await Deno.mkdir(`${user.root}/homes/${name}`, PRIVATE);
    const { code, stderr } = await user.fromClone("uninstall", "--yes");
    assertEquals([code, stderr.includes("evil: it is not a folder that is yours alone")], [0, passed], stderr);
  };
  await Deno.mkdir(`${evil}/backups`, PRIVATE);
  const backup = await put(settings);
  await Deno.chmod(evil, 0o770);
  await uninstall(true);
  if (isRoot) {
    await Deno.chmod(evil, 0o700);
    chownAll(evil, STRANGER);
    await uninstall(true);
    chownAll(evil, Deno.uid()!);
    for (const part of [`${evil}/backups`, backup]) {
      await Deno.chown(part, STRANGER, STRANGER);
      await uninstall(false);
      await Deno.chown(part, Deno.uid(), Deno.gid()!);
    }
  }
  await Deno.chmod(evil, 0o700);
  await Deno.remove(backup);
  await put("/another/file"); // its name stands for another file
  await uninstall(false);
  assertEquals(await Deno.readTextFile(settings), `{"model":"opus"}`);
  // The same backup counts where all of it is ours: what is refused above is refused for the reason tested.
  await put(settings);
  await uninstall(false);
  assertEquals(await Deno.readTextFile(settings), EVIL);
});

Deno.test("X2 uninstall takes nothing of a program folder that is none of ours", async () => {
  await using home = await TestHome.create();
  const user = new InstallingUser(home);
  const folder = `${home.root}/data/agent-console`;
  await Deno.mkdir(`${folder}/sub`, PRIVATE);
  await Deno.mkdir(`${folder}/0.1.0-bbbbbbbb`, PRIVATE);
  for (const name of ["sub/precious", "0.1.0-bbbbbbbb/mine.txt", "hook"]) {
    await Deno.writeTextFile(`${folder}/${name}`, name);
  }
  const argv = user.argvOfClone(["uninstall", "--yes"]);
  const { code, stdout, stderr } = await user.run(argv, { env: { XDG_DATA_HOME: `${home.root}/data` } });
  assertEquals(code, 0, stderr);
  assert(stdout.includes("left in ~/data/agent-console, as nothing of ours: 0.1.0-bbbbbbbb, sub\n"), stdout);
  assertEquals(
    [exists(`${folder}/sub/precious`), exists(`${folder}/0.1.0-bbbbbbbb/mine.txt`), exists(`${folder}/hook`)],
    [true, true, false],
  );
});

Deno.test("X2 --purge takes nothing of a folder that was never a home", async () => {
  await using home = await TestHome.create();
  const user = new InstallingUser(home);
  const git = `${home.root}/r/.git`;
  for (const folder of ["hooks", "logs", "journal"]) await Deno.mkdir(`${git}/${folder}`, PRIVATE);
  const files = ["config", "hooks/pre-commit", "logs/HEAD", "logs/daemon.log", "daemon.pid"];
  for (const file of files) await Deno.writeTextFile(`${git}/${file}`, "theirs");
  const before = user.tree(".cache");
  const purge = async () => await user.fromClone("--home", git, "uninstall", "--purge", "--yes");
  const { code, stdout, stderr } = await purge();
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^error: \S+\/r\/\.git is no home of agent-console: nothing was removed\nhint: /);
  assertEquals(user.tree(".cache"), before);
  // One that became a home keeps what is not ours, down to the file.
  await Deno.writeTextFile(`${git}/daemon.lock`, "", { mode: 0o600 });
  await Deno.writeTextFile(`${git}/journal/0000000000000001.jsonl`, "", { mode: 0o600 });
  await Deno.symlink(`${home.root}/r`, `${git}/spool`);
  await Deno.chmod(git, 0o700);
  const partly = await purge();
  assertEquals(partly.code, 0);
  assertMatch(partly.stdout, /^emptied \S+\/r\/\.git; what is not ours stays: config, hooks, logs\/HEAD, spool$/m);
  assert(!/rm -r/.test(partly.stdout), partly.stdout);
  for (const file of ["config", "hooks/pre-commit", "logs/HEAD", "spool"]) assert(exists(`${git}/${file}`), file);
  for (const file of ["logs/daemon.log", "daemon.pid", "journal"]) assert(!exists(`${git}/${file}`), file);
});

Deno.test("X2 update runs no noted clone that another user owns or may write to", async () => {
  await using home = await TestHome.create();
  const user = new InstallingUser(home);
  const [clone, ran] = [`${home.root}/noted`, `${home.root}/ran`];
  await Deno.mkdir(`${clone}/install`, PRIVATE);
  await Deno.writeTextFile(`${clone}/main.ts`, `Deno.writeTextFileSync(${JSON.stringify(ran)}, "")`, { mode: 0o600 });
  for (const file of ["deno.json", "install/build_main.ts"]) {
    await Deno.writeTextFile(`${clone}/${file}`, "{}", { mode: 0o600 });
  }
  const version = "0.1.0-0123abcd";
  await Deno.mkdir(`${user.root}/${version}`, PRIVATE);
  const source = { clone, version: "0.1.0", builtAt: new Date().toISOString(), deno: Deno.version.deno };
  await Deno.writeTextFile(`${user.root}/${version}/source.json`, JSON.stringify(source), { mode: 0o600 });
  await Deno.symlink(version, `${user.root}/current`);
  const refused = async (why: RegExp) => {
    const { code, stderr } = await user.fromClone("update");
    assert(code !== 0 && !exists(ran), stderr);
    assertMatch(stderr, why);
    assertMatch(stderr, /\nhint: [^\n]*agent-console update --from FOLDER/);
  };
  for (const part of ["", "/main.ts", "/deno.json", "/install"]) {
    const path = `${clone}${part}`;
    const mode = (await Deno.lstat(path)).mode! & 0o777;
    await Deno.chmod(path, mode | 0o020);
    await refused(/ has mode 0\d+, which lets others write to it\n/);
    await Deno.chmod(path, mode);
    if (!isRoot) continue;
    await Deno.chown(path, STRANGER, STRANGER);
    await refused(new RegExp(` belongs to uid ${STRANGER}, not to you`));
    await Deno.chown(path, Deno.uid(), Deno.gid()!);
  }
  await user.fromClone("update");
  assert(exists(ran), "the clone is run where it is ours");
});
