import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { hooksStatus, type HooksTarget, install, settingsPath, uninstall } from "../../src/agents/install.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { NASTY } from "./agents_nasty_settings.ts";
import { installSystem } from "./agents_install_system.ts";

const PROGRAM = ["/usr/local/bin/agent-console"];
const system = installSystem();

async function inFolder(test: (target: HooksTarget, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test({ home: join(folder, "home"), file: join(folder, "claude", "settings.json"), program: PROGRAM }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function write(path: string, text: string, mode = 0o640): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, text);
  Deno.chmodSync(path, mode);
}

function textOf(path: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(system.files.read(path));
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

function exists(path: string): boolean {
  return system.files.stat(path) !== undefined;
}

Deno.test("H3 uninstall gives the file back byte for byte, with its mode", () =>
  inFolder(async (target) => {
    for (const [name, text] of Object.entries(NASTY)) {
      write(target.file, text);
      const before = system.files.read(target.file);
      assert((await install(system, target)).changed, name);
      assert(!(await install(system, target)).changed, name);
      assertEquals(modeOf(target.file), 0o640, name);
      await install(system, { ...target, program: ["/opt/agent-console"] }); // an update moves the program
      assert((await uninstall(system, target)).changed, name);
      assertEquals(system.files.read(target.file), before, name);
      assertEquals(modeOf(target.file), 0o640, name);
      assert(!(await uninstall(system, target)).changed, name);
    }
  }));

Deno.test("H3 a file that was not there is removed again, and the backup of one that was is private", () =>
  inFolder(async (target) => {
    await install(system, target);
    assertEquals(hooksStatus(system, target).state, "installed");
    await uninstall(system, target);
    assert(!exists(target.file));
    assertEquals(hooksStatus(system, target).state, "absent");
    write(target.file, '{"env":{"K":"v"}}');
    await install(system, target);
    const folder = join(target.home, "backups");
    assertEquals(modeOf(folder), 0o700);
    for (const name of system.files.list(folder)) assertEquals(modeOf(join(folder, name)), 0o600, name);
  }));

Deno.test("H3 what others changed since stays, ours goes", () =>
  inFolder(async (target) => {
    const first = '{\n  "model": "x",\n  "hooks": {\n    "Stop": []\n  }\n}\n';
    write(target.file, first);
    await install(system, target);
    const theirs = (text: string) => text.replace('"model": "x"', '"model": "y", // better\n  "new": 1');
    write(target.file, theirs(textOf(target.file)));
    await install(system, target);
    await uninstall(system, target);
    assertEquals(textOf(target.file).replace(/\[\s*\]/, "[]"), theirs(first));
  }));

Deno.test("H3 the backup keeps the first bytes, and each program, however often others change the file", () =>
  inFolder(async (target) => {
    const first = '{\n  "model": "x"   \n}\n';
    write(target.file, first);
    const old = ["/renamed/ac", "--home", target.home];
    await install(system, { ...target, program: old });
    write(target.file, textOf(target.file).replace('"x"', '"y"')); // by somebody else
    await install(system, target); // by a newer program: the old one's entries are replaced
    assert(!textOf(target.file).includes("/renamed/ac"));
    const [name] = system.files.list(join(target.home, "backups")).filter((name) => name.endsWith(".json"));
    const backup = JSON.parse(textOf(join(target.home, "backups", name!)));
    assertEquals([backup.original, backup.programs], [first, [old, PROGRAM]]);
    await uninstall(system, target);
    assertEquals(textOf(target.file).replace(/\s/g, ""), '{"model":"y"}');
  }));

Deno.test("H3 entries of an installation whose backup was lost go too, and the text around them stays", () =>
  inFolder(async (target) => {
    write(target.file, NASTY["comments"]!);
    await install(system, { ...target, program: ["/opt/agent-console"] });
    await Deno.remove(join(target.home, "backups"), { recursive: true });
    await install(system, target);
    await uninstall(system, target);
    assertEquals(textOf(target.file), NASTY["comments"]!);
  }));

Deno.test("H3 a link stays a link, also into another folder; a link to nothing is refused", () =>
  inFolder(async (target, folder) => {
    const real = join(folder, "dotfiles", "claude.json");
    write(real, NASTY["comments"]!, 0o600);
    await Deno.mkdir(dirname(target.file));
    await Deno.symlink(join("..", "dotfiles", "claude.json"), target.file);
    await install(system, target);
    assertEquals([target.file, real].map((path) => system.files.stat(path)?.kind), ["symlink", "file"]);
    assertStringIncludes(textOf(real), PROGRAM[0]!);
    await uninstall(system, target);
    assertEquals(textOf(real), NASTY["comments"]!);
    await Deno.remove(real);
    await assertRejects(() => install(system, target), ConsoleError, "is a link to nothing");
  }));

Deno.test("H3 a broken file is refused and not touched", () =>
  inFolder(async (target) => {
    for (const bytes of [new TextEncoder().encode("{ nope"), new Uint8Array([0x7b, 0xff, 0x7d])]) {
      write(target.file, "");
      await Deno.writeFile(target.file, bytes);
      const error = await assertRejects(() => install(system, target), ConsoleError, target.file);
      assertEquals(error.kind, "config_invalid");
      assertEquals(system.files.read(target.file), bytes);
      assertEquals(hooksStatus(system, target).state, "unreadable");
    }
  }));

Deno.test("H3 a dry run shows the change without secrets and writes nothing", () =>
  inFolder(async (target) => {
    write(target.file, '{\n  "apiKey": "sk-ant-REDACTED"\n}\n');
    const { diff, changed } = await install(system, { ...target, dryRun: true });
    assert(changed && diff.includes('+  "hooks": {') && diff.includes("@@ -1 +1 @@"), diff);
    assert(!diff.includes("canary"));
    assert(!exists(target.home));
  }));

Deno.test("H3 eight installs at once lose nothing", () =>
  inFolder(async (target) => {
    write(target.file, NASTY["other hooks on the same events"]!);
    const worker = fromFileUrl(new URL("./agents_install_worker.ts", import.meta.url));
    const run = () =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-lock", worker, target.home, target.file, PROGRAM[0]!],
        stdout: "null",
        signal: AbortSignal.timeout(30_000),
      }).output();
    // two processes, and six calls in this one: each call opens the lock by itself
    const here = [1, 2, 3, 4, 5, 6].map(() => install(system, target));
    const processes = await Promise.all([run(), run()]);
    await Promise.all(here);
    assertEquals(processes.map((p) => p.code), [0, 0]);
    assertEquals(hooksStatus(system, target).state, "installed");
    await uninstall(system, target);
    assertEquals(textOf(target.file), NASTY["other hooks on the same events"]!);
  }));

Deno.test("H3 a write by the agent in the middle of an install is kept", () =>
  inFolder(async (target) => {
    write(target.file, '{\n  "model": "x"\n}\n');
    let reads = 0;
    const read = (path: string): Uint8Array => {
      if (path === target.file && ++reads === 2) write(target.file, '{\n  "model": "changed by Claude"\n}\n');
      return system.files.read(path);
    };
    await install({ ...system, files: { ...system.files, read } }, target);
    assertStringIncludes(textOf(target.file), "changed by Claude");
    assertEquals(hooksStatus(system, target).state, "installed");
    await uninstall(system, target);
    assertEquals(textOf(target.file), '{\n  "model": "changed by Claude"\n}\n');
  }));

Deno.test("a lock that is never freed ends in an error, not in a hang", () =>
  inFolder(async (target) => {
    const busy = { ...system, tryLock: () => undefined, timers: { sleep: () => Promise.resolve() } };
    await assertRejects(() => install(busy, target), ConsoleError, "hooks.lock is held by another process");
  }));

Deno.test("the settings file follows CLAUDE_CONFIG_DIR, and --project takes the file that is not committed", () => {
  const where = { env: {}, userHome: "/home/u", cwd: "/home/u/p" };
  assertEquals(settingsPath(where), "/home/u/.claude/settings.json");
  assertEquals(settingsPath({ ...where, env: { CLAUDE_CONFIG_DIR: "/c" } }), "/c/settings.json");
  assertEquals(settingsPath({ ...where, env: { CLAUDE_CONFIG_DIR: "c" } }), "/home/u/p/c/settings.json");
  assertEquals(settingsPath({ ...where, project: true }), "/home/u/p/.claude/settings.local.json");
});
