/** H3: `hooks install|uninstall|status` of the real program, for every agent, and Codex's trust. */
import { longTest } from "../support/long_step.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HOOK_SPECS } from "../../src/agents/registry.ts";
import { fakeCodex } from "../support/fake_codex.ts";
import { TestHome } from "../support/harness.ts";
import { startTime } from "../support/harness_process.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import { hookLauncher } from "../support/stub_hook.ts";
import type { Json } from "../support/wire.ts";

const NAMES = HOOK_SPECS.map(({ name }) => name);
const LAB = Deno.env.get("AC_LAB");
const CODEX = `${LAB}/codex/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin`;

async function statusOf(home: TestHome, env: Record<string, string> = {}, agent?: string): Promise<Json[]> {
  const { code, stdout, stderr } = await home.cli(["hooks", "status", ...(agent ? [agent] : []), "--json"], { env });
  const { hooks } = JSON.parse(stdout) as { hooks: Json[] };
  const fine = agent === undefined ? ["installed", "absent"] : ["installed"];
  assertEquals([code, stderr], [hooks.every(({ state }) => fine.includes(String(state))) ? 0 : 1, ""]);
  return hooks;
}

/** A `codex` of this machine must not answer. */
function withoutCodex(home: TestHome): Record<string, string> {
  return { PATH: "/nonexistent", CODEX_HOME: `${home.root}/.codex` };
}

Deno.test("H3 every agent is installed, listed, taken out again; nothing of ours is left in its folder", async () => {
  await using home = await TestHome.create();
  const env = withoutCodex(home);
  assertEquals((await statusOf(home, env)).map((row) => [row["agent"], row["state"]]), NAMES.map((n) => [n, "absent"]));
  for (const name of NAMES) {
    const { code, stdout, stderr } = await home.cli(["hooks", "install", name], { env });
    assertEquals([code, stderr], [0, ""], name);
    assertStringIncludes(stdout, "hooks installed in");
    const restart = ["codex", "gemini", "opencode"].includes(name);
    assertEquals(stdout.includes("restart the ones that run now"), restart, name);
    assertStringIncludes((await home.cli(["hooks", "install", name], { env })).stdout, "installed already");
  }
  const rows = await statusOf(home, env);
  assertEquals(
    rows.map((row) => [row["agent"], row["state"], row["trust"]]),
    NAMES.map((name) => name === "codex" ? [name, "untrusted", "untrusted"] : [name, "installed", undefined]),
  );
  // What hooks of an earlier version started the daemon by goes with the last of them.
  const former = `${home.root}/.local/share/agent-console/start`;
  await Deno.mkdir(former);
  await Deno.writeTextFile(`${former}/${encodeURIComponent(home.dir).replaceAll("%", "=")}`, "");
  await home.cli(["hooks", "install", "claude"], { env });
  assertEquals(await Deno.lstat(former).then(() => "there", () => "gone"), "gone");
  const { stdout } = await home.cli(["hooks", "status"], { env });
  for (const name of NAMES) assert(new RegExp(`^${name}: (installed|untrusted) \\(`, "m").test(stdout), stdout);
  for (const name of NAMES) {
    const { stdout } = await home.cli(["hooks", "uninstall", name], { env });
    assertStringIncludes(stdout, "hooks removed from");
    assertEquals(stdout.includes("report until they end"), ["codex", "gemini", "opencode"].includes(name), name);
  }
  // Which folders of the user's were made is still to be known to `agent-console uninstall`.
  const left = await Array.fromAsync(Deno.readDir(`${home.root}/.local/share/agent-console`), ({ name }) => name);
  assertEquals(left, ["made_folders.jsonl"], "a file by which hooks run outlives them");
  for (const { file } of rows as { file: string }[]) {
    assertEquals([file, await Array.fromAsync(Deno.readDir(file.replace(/\/[^/]*$/, "")))], [file, []]);
  }
});

Deno.test("H3 hooks whose file is gone are outdated, say which, and are mended by an installation", async () => {
  await using home = await TestHome.create();
  await home.cli(["hooks", "install", "claude"]);
  const stub = `${home.root}/.local/share/agent-console/hook`;
  for (const path of [stub, hookLauncher(home)]) {
    await Deno.remove(path);
    const [row] = await statusOf(home, {}, "claude");
    assertEquals([row?.["state"], String(row?.["problem"]).includes(path)], ["outdated", true]);
    assertStringIncludes((await home.cli(["hooks", "install", "claude"])).stdout, "installed already");
    assertEquals((await statusOf(home, {}, "claude"))[0]?.["state"], "installed");
  }
});

Deno.test("first hour 7: hooks status knows to which home the hooks report, and exits 1 where that is another one", async () => {
  await using home = await TestHome.create();
  const other = `${home.root}/other`;
  assertEquals((await home.cli(["--home", other, "--create", "hooks", "install", "claude", "--no-feed"])).code, 0);
  const { code, stdout } = await home.cli(["hooks", "status", "claude"]);
  assertEquals(code, 1);
  assertStringIncludes(stdout, `claude: outdated`);
  assertStringIncludes(stdout, `reports to ${other}, not to this home`);
  assertEquals((await home.cli(["--home", other, "hooks", "status", "claude"])).code, 0);
  const [row] = await statusOf(home, {}, "claude");
  assertEquals(row?.["otherHomes"], [other]);
  const doctor = await home.cli(["doctor", "--json"], { env: { PATH: "/usr/bin:/bin" } });
  const { findings } = JSON.parse(doctor.stdout) as { findings: Json[] };
  assertEquals(findings.find(({ id }) => id === "hooks.claude"), {
    id: "hooks.claude",
    level: "note",
    text: `the hooks in ${home.root}/.claude/settings.json report to ${other}, not to this home`,
    hint: "agent-console hooks install claude makes them report here",
    fixable: false,
  });
  await home.cli(["hooks", "install", "claude", "--no-feed"]);
  assertStringIncludes((await home.cli(["--home", other, "hooks", "status"])).stdout, `reports to ${home.dir}, not`);
});

Deno.test("H3 an agent must be named, and one that is unknown is told with the nearest", async () => {
  await using home = await TestHome.create();
  const all = NAMES.join(", ");
  for (const verb of ["install", "uninstall"]) {
    const { code, stderr } = await home.cli(["hooks", verb]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `no agent is named, expected one of ${all}`);
  }
  for (const verb of ["install", "uninstall", "status"]) {
    const { code, stderr } = await home.cli(["hooks", verb, "codx"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `expected one of ${all}\nhint: did you mean codex?\n`);
  }
  const { code, stderr } = await home.cli(["hooks", "install", "gemini", "--trust"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "Gemini CLI asks for no trust");
  assertEquals((await statusOf(home, withoutCodex(home))).filter((row) => row["state"] !== "absent"), []);
});

/** What must hold with a stand-in for Codex and with the real one alike. */
async function trustIsAskedAndGiven(bin: string): Promise<void> {
  await using home = await TestHome.create();
  const codexHome = `${home.root}/.codex`;
  await Deno.mkdir(codexHome);
  const mine = '# mine\nmodel = "x" # why\n';
  await Deno.writeTextFile(`${codexHome}/config.toml`, mine);
  // a stranger's hook: it must keep its place, and must not become trusted beside ours
  const theirs = { type: "command", command: "/bin/true", timeout: 5 };
  await Deno.writeTextFile(`${codexHome}/hooks.json`, JSON.stringify({ hooks: { Stop: [{ hooks: [theirs] }] } }));
  const env = { PATH: `${bin}:/usr/bin:/bin`, CODEX_HOME: codexHome };
  const trust = async () => (await statusOf(home, env, "codex")).map((row) => [row["state"], row["trust"]]).flat();

  assertStringIncludes((await home.cli(["hooks", "install", "codex"], { env })).stdout, "before you trust them");
  assertEquals(await trust(), ["untrusted", "untrusted"]);
  assertEquals(await Deno.readTextFile(`${codexHome}/config.toml`), mine);

  const { code, stdout, stderr } = await home.cli(["hooks", "install", "codex", "--trust"], { env });
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "permissionRequest");
  for (const word of ["ask", "report", "rule"]) assertStringIncludes(stdout, `/agent-console/hook codex ${word}\n`);
  assert(stdout.indexOf("Codex is to run") < stdout.indexOf("Codex trusts them"), stdout);
  assertEquals(await trust(), ["installed", "trusted"]);
  assert((await Deno.readTextFile(`${codexHome}/config.toml`)).startsWith(mine));
  const records = (await Promise.all(
    ["config.toml", "fake-trust.json"].map((name) => Deno.readTextFile(`${codexHome}/${name}`).catch(() => "")),
  )).join("");
  assert(
    records.includes(":stop:1:0") && !records.includes(":stop:0:0"),
    "a stranger's hook was trusted, or ours was not",
  );

  // another definition: what was trusted is not what would run now
  const file = `${codexHome}/hooks.json`;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace(/("?timeout"?: ?)600/, "$1599"));
  assertEquals(await trust(), ["outdated", "modified"]);
  await home.cli(["hooks", "install", "codex"], { env });
  assertEquals(await trust(), ["installed", "trusted"]);

  const gone = await home.cli(["hooks", "uninstall", "codex"], { env });
  assertEquals([gone.code, gone.stderr], [0, ""]);
  assertStringIncludes(gone.stdout, "those that run now report until they end");
  assertEquals(await Deno.readTextFile(`${codexHome}/config.toml`), mine);
  for (const was of BEFORE_TRUST) await isGivenBack(home, env, was);
}

/** The file that Codex records trust in; undefined: none. Codex itself writes other ends of lines, and ends the last. */
const BEFORE_TRUST = [undefined, 'model = "x"\r\n[projects."/w"]\r\ntrust_level = "trusted"', 'model = "x"\n# end\n'];

async function isGivenBack(home: TestHome, env: { CODEX_HOME: string }, was: string | undefined): Promise<void> {
  const config = `${env.CODEX_HOME}/config.toml`;
  const text = () => Deno.readTextFile(config).catch(() => undefined);
  const [install, uninstall] = [["hooks", "install", "codex", "--trust"], ["hooks", "uninstall", "codex"]];
  await Deno.remove(config).catch(() => {});
  if (was !== undefined) await Deno.writeTextFile(config, was);
  if (was !== undefined) await Deno.chmod(config, 0o640);
  for (const args of [install, uninstall]) assertEquals((await home.cli(args, { env })).code, 0);
  assertEquals(await text(), was);
  if (was !== undefined) assertEquals((await Deno.stat(config)).mode! & 0o777, 0o640);

  await home.cli(install, { env });
  const mine = `# mine since\n${await text()}`;
  await Deno.writeTextFile(config, mine);
  const gone = await home.cli(uninstall, { env });
  assertEquals([gone.code, gone.stderr], [0, ""]);
  const left = await text() ?? "";
  assertEquals([left.startsWith("# mine since\n"), left.includes("hooks.state")], [true, false], left);
}

Deno.test("H3 codex: trust is asked of its app-server, and given only with --trust, only to ours", async () => {
  const root = await Deno.makeTempDir();
  try {
    await trustIsAskedAndGiven(fakeCodex(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test({
  name: `H3 real Codex: trust is asked and given${LAB === undefined ? " (ignored: AC_LAB is not set)" : ""}`,
  ignore: LAB === undefined,
  fn: () => trustIsAskedAndGiven(CODEX),
});

longTest("H3 codex: an app-server that hangs or refuses costs two seconds, and the file answers", async () => {
  await using home = await TestHome.create();
  const codexHome = `${home.root}/.codex`;
  const bin = fakeCodex(home.root);
  const env = { PATH: `${bin}:/usr/bin:/bin`, CODEX_HOME: codexHome };
  await home.cli(["hooks", "install", "codex"], { env });
  const before = performance.now();
  const [hung] = await statusOf(home, { ...env, FAKE_CODEX: "hang" }, "codex");
  assertEquals([hung?.["state"], hung?.["trust"]], ["untrusted", "untrusted"]);
  const ms = performance.now() - before;
  assert(ms < await patience(8000), `${ms} ms`);
  const keys = HOOK_SPECS.find(({ name }) => name === "codex")!.rows.map(({ event }) =>
    `[hooks.state."${codexHome}/hooks.json:${
      event.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase()
    }:0:0"]\ntrusted_hash = "x"`
  );
  await Deno.writeTextFile(`${codexHome}/config.toml`, keys.join("\n"));
  const [refused] = await statusOf(home, { ...env, FAKE_CODEX: "refuse" }, "codex");
  assertEquals([refused?.["state"], refused?.["trust"]], ["installed", "unknown"]);
  const { code, stderr } = await home.cli(["hooks", "install", "codex", "--trust"], {
    env: { ...env, FAKE_CODEX: "refuse" },
  });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "initialize was refused: no");
  const none = await home.cli(["hooks", "install", "codex", "--trust"], { env: withoutCodex(home) });
  assertEquals(none.code, 1);
  assertStringIncludes(none.stderr, "the hooks are installed and not trusted: codex is not on PATH");
});

longTest("H3 codex: what a codex that hangs has started ends with it, also where we are ended first", async () => {
  await using home = await TestHome.create();
  const bin = `${home.root}/bin`;
  const pids = `${home.root}/pids`;
  await Deno.mkdir(bin);
  await Deno.writeTextFile(`${bin}/codex`, `#!/bin/sh\nsleep 25 &\necho $$ $! > ${pids}\nwait\n`, { mode: 0o755 });
  const env = { PATH: `${bin}:/usr/bin:/bin`, CODEX_HOME: `${home.root}/.codex` };
  await home.cli(["hooks", "install", "codex"], { env });
  const started = async () => (await Deno.readTextFile(pids)).trim().split(" ").map(Number);
  const areGone = async () => (await started()).every((pid) => startTime(pid) === undefined);

  const before = performance.now();
  await statusOf(home, env, "codex");
  const ms = performance.now() - before;
  assert(ms < await patience(8000), `${ms} ms`);
  await eventually(areGone, await patience(1000), "the end of codex and of its child");

  await Deno.remove(pids);
  await using asks = home.spawn(["hooks", "status", "codex"], { env });
  await eventually(async () => (await started()).length === 2, await patience(5000), "codex at work");
  asks.kill("SIGTERM");
  assertEquals((await asks.exit(5000)).signal, "SIGTERM");
  await eventually(areGone, await patience(1000), "the end of codex and of its child");
});
