import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { claudeHooks } from "../../src/agents/claude/hooks.ts";
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import type { AgentHooks, JsonHooks } from "../../src/agents/shared/hook_spec.ts";
import { hooksStatus, type HooksTarget, install, uninstall } from "../../src/settings/install.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { JSON_AGENTS, nastyFor, OPENCODE } from "./hooks_agents.ts";
import { installSystem } from "./hooks_install_system.ts";

const PROGRAM = stubArgv("/usr/local/share/agent-console", "/home/u/.agent-console");
const system = installSystem();

type InFolder = (target: HooksTarget, folder: string) => Promise<void>;

async function inFolder(agent: AgentHooks, test: InFolder): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const file = agent.file({ env: () => undefined, userHome: join(folder, "user"), cwd: folder });
    await test({ home: join(folder, "home"), agent, file, program: PROGRAM }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** One test for each agent whose hooks are entries in JSON. */
function forEach(name: string, test: (target: HooksTarget, texts: Texts, folder: string) => Promise<void>): void {
  for (const agent of JSON_AGENTS) {
    Deno.test(`H3 ${agent.name}: ${name}`, () =>
      inFolder(agent, (target, folder) => test(target, textsOf(agent), folder)));
  }
}

interface Texts {
  readonly all: readonly [string, string][];
  /** With hooks of others, and comments where the agent takes them. */
  readonly busy: string;
  /** An object with one member, and the same with another value. */
  readonly first: string;
  readonly second: string;
}

function textsOf(agent: JsonHooks): Texts {
  const all = nastyFor(agent);
  const busy = all.find(([name]) => name === "other hooks on the same events")![1];
  const first = '{\n  "description": "x"   \n}\n';
  return { all, busy, first, second: first.replace('"x"', '"y"') };
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

forEach("uninstall gives the file back byte for byte, with its mode", async (target, { all }) => {
  for (const [name, text] of all) {
    write(target.file, text);
    const before = system.files.read(target.file);
    assert((await install(system, target)).changed, name);
    assert(!(await install(system, target)).changed, name);
    assertEquals(modeOf(target.file), 0o640, name);
    await install(system, { ...target, program: stubArgv("/opt/agent-console", "/h") }); // an update moves the program
    assert((await uninstall(system, target)).changed, name);
    assertEquals(system.files.read(target.file), before, name);
    assertEquals(modeOf(target.file), 0o640, name);
    assert(!(await uninstall(system, target)).changed, name);
  }
});

forEach(
  "a file that was not there is removed again, and the backup of one that was is private",
  async (target, texts) => {
    await install(system, target);
    assertEquals(hooksStatus(system, target).state, "installed");
    await uninstall(system, target);
    assert(!exists(target.file));
    assertEquals(hooksStatus(system, target).state, "absent");
    write(target.file, texts.first);
    await install(system, target);
    const folder = join(target.home, "backups");
    assertEquals(modeOf(folder), 0o700);
    for (const name of system.files.list(folder)) assertEquals(modeOf(join(folder, name)), 0o600, name);
  },
);

forEach("a file that we made and others changed keeps theirs, or goes where nothing is left", async (target) => {
  await install(system, target);
  write(target.file, textOf(target.file) + "\n"); // somebody formats it
  await uninstall(system, target);
  assert(!exists(target.file), "an object with nothing in it was left behind");
});

forEach("what others changed since stays, ours goes", async (target, { first, second }) => {
  write(target.file, first);
  await install(system, target);
  write(target.file, textOf(target.file).replace('"x"', '"y"'));
  await install(system, target);
  await uninstall(system, target);
  assertEquals(textOf(target.file).replace(/\s/g, ""), second.replace(/\s/g, ""));
});

forEach("the backup keeps the first bytes, and each program, however often others change the file", async (target, {
  first,
  second,
}) => {
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
  assertEquals(textOf(target.file).replace(/\s/g, ""), second.replace(/\s/g, ""));
});

forEach("entries of an installation whose backup was lost go too, and the text around them stays", async (target, {
  busy,
}) => {
  const text = target.agent.name === "cursor" ? busy.replace("{", '{\n  "version": 1,') : busy;
  write(target.file, text);
  await install(system, { ...target, program: stubArgv("/opt/agent-console", "/h") });
  await Deno.remove(join(target.home, "backups"), { recursive: true });
  await install(system, target);
  await uninstall(system, target);
  assertEquals(textOf(target.file), text);
});

forEach(
  "a link stays a link, also into another folder; a link to nothing is refused",
  async (target, texts, folder) => {
    const real = join(folder, "dotfiles", "hooks.json");
    write(real, texts.busy, 0o600);
    await Deno.mkdir(dirname(target.file), { recursive: true });
    await Deno.symlink(join("..", "..", "dotfiles", "hooks.json"), target.file);
    await install(system, target);
    assertEquals([target.file, real].map((path) => system.files.stat(path)?.kind), ["symlink", "file"]);
    assertStringIncludes(textOf(real), PROGRAM[3]!);
    await uninstall(system, target);
    assertEquals(textOf(real), texts.busy);
    await Deno.remove(real);
    await assertRejects(() => install(system, target), ConsoleError, "is a link to nothing");
  },
);

forEach("a broken file is refused and not touched", async (target) => {
  for (const bytes of [new TextEncoder().encode("{ nope"), new Uint8Array([0x7b, 0xff, 0x7d])]) {
    write(target.file, "");
    await Deno.writeFile(target.file, bytes);
    const error = await assertRejects(() => install(system, target), ConsoleError, target.file);
    assertEquals(error.kind, "config_invalid");
    assertEquals(system.files.read(target.file), bytes);
    assertEquals(hooksStatus(system, target).state, "unreadable");
  }
});

forEach("a dry run shows the change without secrets and writes nothing", async (target) => {
  write(target.file, '{\n  "description": "sk-ant-REDACTED"\n}\n');
  const { diff, changed } = await install(system, { ...target, dryRun: true });
  assert(changed && diff.includes('+  "hooks": {') && diff.includes("@@ -1 +1 @@"), diff);
  assert(!diff.includes("sk-ant-REDACTED"));
  assert(!exists(target.home));
});

forEach("installs at once lose nothing", (target, { busy }) => atOnce(target, busy));

Deno.test("H3 opencode: installs at once lose nothing", () =>
  inFolder(OPENCODE, (target) => atOnce(target, undefined)));

/** Two processes, and six calls in this one: each call opens the lock by itself. */
async function atOnce(target: HooksTarget, before: string | undefined): Promise<void> {
  if (before !== undefined) write(target.file, before);
  const worker = fromFileUrl(new URL("./hooks_install_worker.ts", import.meta.url));
  const run = () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", worker, target.agent.name, target.home, target.file, ...PROGRAM],
      stdout: "null",
      signal: AbortSignal.timeout(30_000),
    }).output();
  const here = [1, 2, 3, 4, 5, 6].map(() => install(system, target));
  const processes = await Promise.all([run(), run()]);
  await Promise.all(here);
  assertEquals(processes.map((p) => p.code), [0, 0]);
  assertEquals(hooksStatus(system, target).state, "installed");
  await uninstall(system, target);
  assertEquals(exists(target.file) ? textOf(target.file) : undefined, before);
}

forEach("a write by the agent in the middle of an install is kept", async (target, { first, second }) => {
  write(target.file, first);
  let reads = 0;
  const read = (path: string): Uint8Array => {
    if (path === target.file && ++reads === 2) write(target.file, second);
    return system.files.read(path);
  };
  await install({ ...system, files: { ...system.files, read } }, target);
  assertStringIncludes(textOf(target.file), '"y"');
  assertEquals(hooksStatus(system, target).state, "installed");
  await uninstall(system, target);
  assertEquals(textOf(target.file), second);
});

Deno.test("H3 opencode: its plugin is a file of ours, renewed, removed, and nobody else's is touched", () =>
  inFolder(OPENCODE, async (target) => {
    assertEquals(hooksStatus(system, target).state, "absent");
    assert((await install(system, target)).changed);
    assert(!(await install(system, target)).changed);
    assertStringIncludes(textOf(target.file), JSON.stringify([...PROGRAM, "opencode"]));
    assertEquals(hooksStatus(system, target).state, "installed");
    const moved = { ...target, program: stubArgv("/opt/agent-console", "/h") };
    assertEquals(hooksStatus(system, moved).state, "outdated");
    await install(system, moved);
    assertEquals(hooksStatus(system, moved).state, "installed");
    write(target.file, textOf(target.file) + "// touched\n");
    assert((await uninstall(system, moved)).changed);
    assert(!exists(target.file));
    write(target.file, "export const theirs = 1;\n");
    const error = await assertRejects(() => install(system, target), ConsoleError, "is not a file of ours");
    assertEquals(error.kind, "config_invalid");
    assertEquals(hooksStatus(system, target).state, "unreadable");
    assert(!(await uninstall(system, target)).changed);
    assertEquals(textOf(target.file), "export const theirs = 1;\n");
  }));

Deno.test("a lock that is never freed ends in an error, not in a hang", () =>
  inFolder(claudeHooks, async (target) => {
    const busy = { ...system, tryLock: () => undefined, timers: { sleep: () => Promise.resolve() } };
    await assertRejects(() => install(busy, target), ConsoleError, "hooks.lock is held by another process");
  }));

Deno.test("the settings file follows the agent's variables, and --project is the folder's own", () => {
  const where = { userHome: "/home/u", cwd: "/home/u/p" };
  const files = [...JSON_AGENTS, OPENCODE].map((agent) => {
    const file = (env: Record<string, string>, project = false) =>
      agent.file({ ...where, env: (name) => env[name], project });
    const moved = { CLAUDE_CONFIG_DIR: "/c", CODEX_HOME: "x", GEMINI_CLI_HOME: "/g", XDG_CONFIG_HOME: "/xdg" };
    return [agent.name, file({}), file({ CLAUDE_CONFIG_DIR: "", CODEX_HOME: "" }), file(moved), file(moved, true)];
  });
  const unmoved = (name: string, file: string) => [name, `/home/u/${file}`, `/home/u/${file}`];
  assertEquals(files, [
    [...unmoved("claude", ".claude/settings.json"), "/c/settings.json", "/home/u/p/.claude/settings.local.json"],
    [...unmoved("codex", ".codex/hooks.json"), "/home/u/p/x/hooks.json", "/home/u/p/.codex/hooks.json"],
    [...unmoved("gemini", ".gemini/settings.json"), "/g/.gemini/settings.json", "/home/u/p/.gemini/settings.json"],
    [...unmoved("cursor", ".cursor/hooks.json"), "/home/u/.cursor/hooks.json", "/home/u/p/.cursor/hooks.json"],
    [
      ...unmoved("opencode", ".config/opencode/plugin/agent-console.js"),
      "/xdg/opencode/plugin/agent-console.js",
      "/home/u/p/.opencode/plugin/agent-console.js",
    ],
  ]);
  const own = { ...where, env: (name: string) => name === "OPENCODE_CONFIG_DIR" ? "/oc" : undefined };
  assertEquals(OPENCODE.file(own), "/oc/plugin/agent-console.js");
});
