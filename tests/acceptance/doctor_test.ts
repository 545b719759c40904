/** `doctor` of the real program: each thing that can be wrong is found, named by its id, and mended where it says so. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import { fakeCodex } from "../support/fake_codex.ts";
import { type ProgramOptions, TestHome } from "../support/harness.ts";
import type { Json } from "../support/wire.ts";

interface Finding {
  readonly id: string;
  readonly level: string;
  readonly text: string;
  readonly hint?: string;
  readonly fixable: boolean;
}

async function findings(home: TestHome, options: ProgramOptions = {}, args: readonly string[] = []) {
  const { code, stdout, stderr } = await home.cli(["doctor", "--json", ...args], options);
  const { ok, findings, schema } = JSON.parse(stdout) as Json & { findings: Finding[] };
  assertEquals([schema, ok, stderr === "" || args.includes("--fix")], [1, code === 0, true], stderr);
  return { code, findings, of: (id: string) => findings.filter((one) => one.id === id) };
}

/** No agent of this machine is on it. */
const BARE = { env: { PATH: "/usr/bin:/bin" } };

async function modeOf(path: string): Promise<number> {
  return (await Deno.stat(path)).mode! & 0o777;
}

Deno.test("first hour 6: doctor finds nothing wrong on an empty machine, starts nothing and leaves nothing there", async () => {
  await using home = await TestHome.create();
  const { code, of } = await findings(home, BARE);
  assertEquals(code, 0);
  assertEquals([of("home")[0]?.level, of("daemon")[0]?.level, of("agents")[0]?.level], ["note", "note", "note"]);
  assertEquals(await Array.fromAsync(Deno.readDir(home.root), ({ name }) => name), []);
});

Deno.test("first hour 6: doctor finds an agent and a job whose program is not there", async () => {
  const agents = { mine: { command: ["/no/such/agent", "--acp"] }, other: { command: ["/bin/sh"] } };
  const scheduler = { programs: { backup: { argv: ["no-such-program-anywhere"] } } };
  await using home = await TestHome.create({ config: JSON.stringify({ agents, scheduler }) });
  const folder = `${home.root}/programs`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/agent`, "#!/bin/sh\n", { mode: 0o755 });
  const { code, of } = await findings(home, { env: { PATH: `${folder}:${BARE.env.PATH}` } });
  assertEquals(code, 1);
  assertEquals(of("programs").map(({ hint }) => hint), [
    `agent-console config set agents.mine.command '["${folder}/agent","--acp"]', then agent-console daemon restart`,
    `agent-console config set scheduler.programs.backup.argv '["/PATH/no-such-program-anywhere"]', ` +
    "then agent-console daemon restart",
  ]);
  assertEquals(of("programs").map(({ text }) => text), [
    "agents.mine.command names /no/such/agent, which is not there",
    "scheduler.programs.backup.argv names no-such-program-anywhere, which is not there",
  ]);
});

Deno.test("first hour 6: doctor finds files that others may read, a typo in the configuration, and mends the modes", async () => {
  await using home = await TestHome.create({ config: '{"daemon": {"safty_mode": "manual"}}' });
  await home.start();
  await Deno.chmod(home.dir, 0o755);
  await Deno.chmod(home.path("daemon.lock"), 0o644);
  const found = await findings(home, BARE);
  assertEquals(found.code, 1);
  assertEquals(found.findings.filter(({ level }) => level === "problem").map(({ id }) => id), [
    "home",
    "home.files",
    "config",
  ]);
  assertStringIncludes(found.of("config")[0]?.text ?? "", "safety_mode");
  const mended = await findings(home, BARE, ["--fix"]);
  assertEquals(mended.findings.filter(({ level }) => level === "problem").map(({ id }) => id), ["config"]);
  assertEquals([await modeOf(home.dir), await modeOf(home.path("daemon.lock"))], [
    0o700,
    0o600,
  ]);
  const { stdout, stderr } = await home.cli(["doctor"], BARE);
  assertMatch(stdout, /✖ config .*safty_mode/);
  assertMatch(stdout, /✓ daemon .*answers in [\d.]+ ms/);
  assertMatch(stdout, /\n1 problem\n$/);
  assertEquals(stderr, "");
});

Deno.test("first hour 6: doctor names what a killed command left of a file, and removes that alone", async () => {
  await using home = await TestHome.create({ config: "{}" });
  await home.start();
  const uuid = crypto.randomUUID();
  const [old, older, young] = [
    `config.jsonc.${uuid}.tmp`,
    `journal/snapshot.json.${uuid}.tmp`,
    `daemon.pid.${uuid}.tmp`,
  ];
  const foreign = [`notes.txt.${uuid}.tmp`, "config.jsonc.tmp"];
  const before = Date.now() / 1000 - 120;
  for (const name of [old, older, young, ...foreign]) {
    await Deno.writeTextFile(home.path(name), "{", { mode: 0o600 });
    if (name !== young) await Deno.utime(home.path(name), before, before);
  }
  const found = (await findings(home, BARE)).of("home.temporary");
  assertEquals(found.map(({ level, hint, fixable }) => [level, hint, fixable]), [
    ["note", "agent-console doctor --fix", true],
  ]);
  assertMatch(found[0]?.text ?? "", /^a command that was killed left \S+\.tmp and 1 more$/);
  assertEquals((await findings(home, BARE, ["--fix"])).of("home.temporary"), []);
  const left = [old, older, young, ...foreign].filter((name) => exists(home.path(name)));
  assertEquals(left, [young, ...foreign]);
});

Deno.test("first hour 6: doctor finds a home that others may write, a journal that was changed, and hooks of an older form", async () => {
  await using home = await TestHome.create();
  await home.start();
  await home.cli(["hooks", "install", "claude"]);
  await home.cli(["daemon", "stop"]);
  const settings = `${home.root}/.claude/settings.json`;
  const text = await Deno.readTextFile(settings);
  await Deno.writeTextFile(settings, text.replace(/"timeout": ?600/, '"timeout": 60'));
  const segment =
    (await Array.fromAsync(Deno.readDir(home.path("journal")))).find(({ name }) => name.endsWith(".jsonl"))!.name;
  const journal = await Deno.readTextFile(`${home.path("journal")}/${segment}`);
  await Deno.writeTextFile(
    `${home.path("journal")}/${segment}`,
    journal.replace(/"version":"[\d.]+"/, '"version":"0.0.0"'),
  );
  const { code, of } = await findings(home, BARE);
  assertEquals(code, 1);
  assertMatch(of("journal")[0]?.text ?? "", new RegExp(`: record 2 in ${segment} at byte \\d+ is altered`));
  assertEquals([of("hooks.claude")[0]?.level, of("hooks.claude")[0]?.fixable], ["problem", true]);
  assertEquals(of("hooks.cost"), [], "what an outdated hook costs is no finding");
  const mended = await findings(home, BARE, ["--fix"]);
  assertEquals([mended.of("hooks.claude")[0]?.level, mended.of("hooks.cost").length], ["ok", 1]);
  assertEquals(await Deno.readTextFile(settings), text);
  await Deno.chmod(home.dir, 0o777);
  const unsafe = await findings(home, BARE);
  assertEquals([unsafe.code, unsafe.findings.length, unsafe.of("home")[0]?.level], [1, 1, "problem"]);
  assertStringIncludes(unsafe.of("home")[0]?.hint ?? "", "chmod go-w");
  await Deno.chmod(home.dir, 0o700);
});

Deno.test("first hour 6: doctor says which agents are here, whether they are too old, and that they do not report", async () => {
  await using home = await TestHome.create();
  const bin = `${home.root}/bin`;
  await Deno.mkdir(bin);
  for (const [name, version] of [["claude", "2.0.9 (Claude Code)"], ["codex", "codex-cli 0.999.1"], ["gemini", "?"]]) {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
  }
  const { of } = await findings(home, { env: { PATH: `${bin}:/usr/bin:/bin` } });
  assertEquals([of("agents.claude")[0]?.level, of("agents.codex")[0]?.level, of("agents.gemini")[0]?.level], [
    "problem",
    "ok",
    "note",
  ]);
  assertStringIncludes(of("agents.codex")[0]?.text ?? "", "newer than the newest that was tried");
  assertEquals(of("hooks.claude")[0]?.hint, "agent-console hooks install claude");
});

Deno.test("first hour 6: doctor and hooks status say once how Codex is told to trust the hooks, as a command that runs", async () => {
  await using home = await TestHome.create();
  const env = { PATH: `${fakeCodex(home.root)}:/usr/bin:/bin`, CODEX_HOME: `${home.root}/.codex` };
  const cure = "agent-console hooks install codex --trust";
  const { stdout } = await home.cli(["hooks", "install", "codex", "--no-feed"], { env });
  assertStringIncludes(stdout, `Codex runs none of them before you trust them: "/hooks" in Codex, or "${cure}"\n`);
  const { of } = await findings(home, { env });
  assertEquals(of("hooks.codex").map(({ level, text, hint }) => [level, text, hint]), [
    ["problem", "Codex runs none of them before you trust them", cure],
  ]);
  const status = await home.cli(["hooks", "status", "codex"], { env });
  assertEquals(status.stdout.split(cure).length, 2, status.stdout);
});

Deno.test("first hour 6: doctor says of hooks that their agent is not here, and asks for no trust that nobody could give", async () => {
  await using home = await TestHome.create();
  for (const agent of ["codex", "claude"]) {
    const { code, stdout } = await home.cli(["hooks", "install", agent, "--no-feed"], BARE);
    assertEquals(code, 0);
    assertMatch(stdout, /^(?:Codex|Claude Code) was not found on your PATH: /m);
  }
  const { code, of } = await findings(home, BARE);
  assertEquals(code, 0);
  assertEquals([of("hooks.codex"), of("hooks.codex.agent")[0]?.level, of("hooks.claude")[0]?.level], [
    [],
    "note",
    "ok",
  ]);
  assertStringIncludes(of("hooks.codex.agent")[0]?.text ?? "", "hooks for Codex, which is not on PATH");
  assertEquals(of("hooks.claude.agent")[0]?.hint, "put it on PATH, or agent-console hooks uninstall claude");
  const bin = `${home.root}/bin`;
  await Deno.mkdir(bin);
  await Deno.writeTextFile(`${bin}/claude`, "#!/bin/sh\necho 2.1.332\n", { mode: 0o755 });
  const here = { env: { PATH: `${bin}:/usr/bin:/bin` } };
  assertEquals((await findings(home, here)).of("hooks.claude.agent"), []);
  assertEquals((await home.cli(["hooks", "install", "claude"], here)).stdout.includes("not found"), false);
});

Deno.test("first hour 6: doctor says once that the configuration is wrong, also where a service is installed", async () => {
  await using home = await TestHome.create();
  const unit = `${home.root}/.config/systemd/user`;
  for (const installed of [false, true]) {
    if (installed) {
      await Deno.mkdir(unit, { recursive: true });
      await Deno.writeTextFile(`${unit}/agent-console.service`, "[Unit]\n");
    }
    await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
    await Deno.writeTextFile(home.path("config.jsonc"), '{"daemon": {"safety_mode": "no such"}}', { mode: 0o600 });
    const { code, findings: all, of } = await findings(home, BARE);
    assertEquals([code, all.filter(({ level }) => level === "problem").map(({ id }) => id)], [1, ["config"]]);
    assertEquals(of("service")[0]?.level, installed ? "note" : "ok");
    const about = all.filter(({ text }) => text.includes("safety_mode")).map(({ id }) => id);
    assertEquals(about, ["config"]);
  }
});

Deno.test("first hour 6: doctor says that a daemon hangs, within its deadline", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  Deno.kill(pid, "SIGSTOP");
  try {
    const { code, of } = await findings(home, BARE);
    assertEquals(code, 1);
    assertEquals(of("daemon")[0]?.level, "problem");
    assert((of("daemon")[0]?.text ?? "").includes("has not answered"));
    assertEquals(of("daemon")[0]?.hint, "agent-console daemon restart");
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
});
