/** H3: hooks as an earlier version installed them (tests/support/make_old_home.ts) are ours still. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { parse as parseJsonc } from "@std/jsonc";
import { AGENTS } from "../../src/agents/registry.ts";
import type { JsonHooks } from "../../src/agents/shared/hook_spec.ts";
import { hookProgram } from "../../src/client/hook_program.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { hooksStatus, type HooksTarget, install, type InstallSystem, uninstall } from "../../src/settings/install.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { FOREIGN, OLD_HOME } from "../support/old_home.ts";
import { asReadBy, read } from "./hooks_agents.ts";

const HOME = "/home/u";
const OURS = `${HOME}/.agent-console`;
/** What every hook and status line of the earlier version names; the program may be installed elsewhere now. */
const OLD_PROGRAM = "/opt/agent-console/main.ts";

const context = clientContext({ program: thisProgram("file:///srv/agent-console/main.ts"), home: OURS, start: false });
const program = hookProgram(context);
const lineProgram = ["/usr/local/bin/agent-console", "--home", OURS];

interface OldHome {
  readonly system: InstallSystem & { readonly files: MemoryFiles };
  readonly target: HooksTarget;
  readonly text: () => string | undefined;
  /** What stood there before the earlier version came. */
  readonly before: string | undefined;
}

async function oldHome(name: string, { backup = true, mended = false } = {}): Promise<OldHome> {
  const { hooks, statusline } = AGENTS.find((agent) => agent.name === name)!;
  const file = hooks!.file({ env: () => undefined, userHome: HOME, cwd: HOME });
  const files = new MemoryFiles();
  const folders = [OURS, `${OURS}/backups`, file.slice(0, file.lastIndexOf("/"))];
  for (const folder of folders) files.mkdir(folder, 0o700);
  const text = await Deno.readTextFile(file.replace(HOME, OLD_HOME));
  files.put(file, new TextEncoder().encode(mended && hooks!.form === "json" ? asReadBy(hooks!, text) : text));
  for await (const { name } of Deno.readDir(`${OLD_HOME}/.agent-console/backups`)) {
    if (backup) files.put(`${OURS}/backups/${name}`, await Deno.readFile(`${OLD_HOME}/.agent-console/backups/${name}`));
  }
  const timers = { sleep: () => Promise.resolve() };
  const system = {
    files,
    timers,
    sha256: sha256Hex,
    uid: 1000,
    realPath: (p: string) => p,
    tryLock: () => ({ release() {} }),
  };
  const line = statusline === undefined
    ? {}
    : { statusline: { settings: await statusline.settings(), program: lineProgram, wrap: false } };
  return {
    system,
    target: { home: OURS, agent: hooks!, file, program, ...line },
    text: () => files.stat(file) && new TextDecoder().decode(files.read(file)),
    before: FOREIGN[file.slice(HOME.length + 1)],
  };
}

for (const name of ["claude", "codex", "gemini", "opencode", "cursor"]) {
  Deno.test(`H3 ${name}: hooks of an earlier version are known as ours, and installing makes them today's`, async () => {
    for (const backup of [true, false]) {
      const { system, target, text } = await oldHome(name, { backup, mended: true });
      const was = hooksStatus(system, target);
      assertEquals([was.state, was.missing, was.problem], ["outdated", [], undefined]);
      assertEquals(was.statusline, target.statusline === undefined ? undefined : "outdated");
      assert((await install(system, target)).changed);
      const is = hooksStatus(system, target);
      assertEquals([is.state, is.missing, is.outdated], ["installed", [], []]);
      assertEquals(is.statusline, target.statusline === undefined ? undefined : "installed");
      assertEquals(text()!.includes(OLD_PROGRAM), false, "a hook of the earlier version is left");
      assertEquals((await install(system, target)).changed, false);
    }
  });

  Deno.test(`H3 ${name}: uninstall takes the hooks of an earlier version out, byte for byte`, async () => {
    // Today's Claude Code skips the file as that version left it: its comments stay, and nothing more is put in.
    for (const migrate of name === "claude" ? [false] : [false, true]) {
      const { system, target, text, before } = await oldHome(name);
      if (migrate) await install(system, target);
      assert((await uninstall(system, target)).changed);
      assertEquals(text(), before, migrate ? "after an installation of today" : "as they were");
      assertEquals(hooksStatus(system, target).state, "absent");
    }
  });

  Deno.test(`H3 ${name}: without a backup, and with hooks added since, ours go and those of others stay`, async () => {
    const { system, target, text, before } = await oldHome(name, { backup: false });
    const { agent, file } = target;
    if (agent.form === "file") {
      assert((await uninstall(system, target)).changed);
      return assertEquals(text(), undefined);
    }
    const since = text()!.replaceAll("notify-send done", "notify-send ready");
    system.files.put(file, new TextEncoder().encode(since));
    assert((await uninstall(system, target)).changed);
    const left = parseJsonc(text()!);
    assertEquals(left, parseJsonc(before!.replaceAll("notify-send done", "notify-send ready")));
    assertEquals(commands(agent, text()!), ["notify-send ready"]);
  });
}

Deno.test("H3 claude: a file of an earlier version that Claude Code skips by now is told, and taken out all the same", async () => {
  const { system, target, text, before } = await oldHome("claude");
  const { state, problem } = hooksStatus(system, target);
  assertEquals([state, problem?.endsWith("has comments, but Claude Code reads strict JSON only")], [
    "unreadable",
    true,
  ]);
  const was = text();
  await assertRejects(() => install(system, target), ConsoleError, "reads strict JSON only");
  assertEquals(text(), was);
  assert((await uninstall(system, target)).changed);
  assertEquals(text(), before);
});

function commands(agent: JsonHooks, text: string): unknown[] {
  return Object.values(read(agent, text)).flat().map(({ command }) => command);
}
