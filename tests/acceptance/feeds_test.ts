// deno-lint-ignore-file no-sync-fn-in-async-fn -- makes folders and files between two steps: nothing else waits
/** The optional readers of what agents publish: on, they heal rows; off, the daemon cannot even read. */
import { assert, assertEquals } from "@std/assert";
import { hook, pending, recorded } from "../support/hook_process.ts";
import { exists } from "../support/exists.ts";
import { codexQuestions, FakeCodex, SESSION } from "../support/fake_app_server.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import type { Json, RawClient } from "../support/wire.ts";

const CLAUDE_ON = '{"feeds": {"claude_sessions": true}}';
const QUICK_TICK = ["--limit", "tickMs=500"];
/** A hook's own pid is as good as any: its row must have one that lives. */
const PID = Deno.pid;

/** The lines of the log with these words. */
function logged(home: TestHome, words: string): string[] {
  const log = home.path("logs/daemon.log");
  return exists(log) ? Deno.readTextFileSync(log).split("\n").filter((line) => line.includes(words)) : [];
}

function settingsFolder(home: TestHome): string {
  const folder = `${home.root}/claude`;
  Deno.mkdirSync(`${folder}/sessions`, { recursive: true });
  return folder;
}

function publish(folder: string, status: string, more: Record<string, unknown> = {}): void {
  const path = `${folder}/sessions/${PID}.json`;
  const now = Date.now();
  const content = { pid: PID, sessionId: "s", cwd: "/w", status, updatedAt: now, statusUpdatedAt: now, ...more };
  Deno.writeTextFileSync(`${path}.tmp`, JSON.stringify(content));
  Deno.renameSync(`${path}.tmp`, path);
}

async function prompt(client: RawClient): Promise<void> {
  await client.request("session.report", {
    agent: "claude",
    event: { session_id: "s", cwd: "/w", hook_event_name: "UserPromptSubmit", prompt: "go" },
    env: { CLAUDE_PID: String(PID) },
  });
}

async function statusOf(client: RawClient): Promise<unknown> {
  return ((await client.request("session.get", { sessionId: "s" }))["session"] as Json)["status"];
}

async function becomes(client: RawClient, status: string, ms: number): Promise<void> {
  await eventually(async () => await statusOf(client) === status, ms, `a row that is ${status}`, 20);
}

/** Its app-server, where CODEX_HOME is the folder `codex` of the home's root. */
function codexOf({ root }: TestHome): FakeCodex {
  const control = `${root}/codex/app-server-control`;
  Deno.mkdirSync(control, { recursive: true });
  return new FakeCodex(`${control}/app-server-control.sock`);
}

Deno.test("H4 feeds.claude_sessions: Esc, a dialog and its Yes are in the row within a second, without any hook", async () => {
  await using home = await TestHome.create({ config: CLAUDE_ON });
  const folder = settingsFolder(home);
  await home.start({ env: { CLAUDE_CONFIG_DIR: folder } });
  await using client = await home.connect({ token: true });
  await prompt(client);
  publish(folder, "busy");
  assertEquals(await statusOf(client), "working");
  publish(folder, "waiting", { waitingFor: "permission prompt" });
  // 1 s is promised; twice that is asserted, because other tests run beside this one.
  await becomes(client, "waiting", await patience(2000));
  publish(folder, "busy");
  await becomes(client, "working", await patience(2000));
  publish(folder, "idle");
  await becomes(client, "idle", await patience(2000));
  const { records } = await client.request("audit.tail", { limit: 4 }) as { records: Json[] };
  // The daemon's own record says that the process was seen; the first look at it may come at any of these.
  const actors = records.map(({ actor }) => actor).filter((actor) => actor !== "daemon");
  assertEquals(actors.slice(-3), ["feed:report", "feed:report", "feed:report"]);
});

Deno.test("H4 feeds.claude_sessions: a folder that comes later is read, and strange files harm nobody", async () => {
  await using home = await TestHome.create({ config: CLAUDE_ON });
  const folder = `${home.root}/claude`;
  await home.start({ env: { CLAUDE_CONFIG_DIR: folder }, args: QUICK_TICK });
  await using client = await home.connect({ token: true });
  await prompt(client);
  settingsFolder(home);
  for (const text of ["", "{", "[1]", '{"pid":1}', "x".repeat(100_000)]) {
    Deno.writeTextFileSync(`${folder}/sessions/${PID}.json`, text);
  }
  Deno.writeTextFileSync(`${folder}/sessions/${PID}.00.key`, "secret");
  assertEquals(await statusOf(client), "working");
  publish(folder, "idle");
  await becomes(client, "idle", 20_000); // the next tick
});

Deno.test("H4 a feed that cannot look now looks again at the next tick, and the log calls it no missing permission", async () => {
  const config = '{"feeds": {"claude_sessions": true}, "daemon": {"log_level": "debug"}}';
  await using home = await TestHome.create({ config });
  const folder = `${home.root}/claude`;
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(`${folder}/sessions`, "no folder"); // whatever is looked for in it is an error of the system
  await home.start({ env: { CLAUDE_CONFIG_DIR: folder }, args: QUICK_TICK });
  await using client = await home.connect({ token: true });
  await prompt(client);
  await eventually(() => logged(home, "a feed could not read").length > 0, 20_000, "the trouble in the log");
  Deno.removeSync(`${folder}/sessions`);
  settingsFolder(home);
  publish(folder, "idle");
  await becomes(client, "idle", 20_000);
  assertEquals([logged(home, "a feed could not read").length, logged(home, "a feed is off").length], [1, 0]);
});

Deno.test("A4 feeds.codex_app_server: the workspace's own rules hold, and before a hook has told them nothing passes unasked", async () => {
  const allowed = '"approvals": {"rules": [{"tool": "Bash", "pattern": "touch *", "decision": "allow"}]}';
  const config = `{"feeds": {"codex_app_server": true}, "daemon": {"safety_mode": "autonomous"}, ${allowed}}`;
  await using home = await TestHome.create({ config });
  const codex = codexOf(home);
  codex.answers.set("thread/resume", { thread: {} });
  codex.start();
  try {
    await home.start({ env: { CODEX_HOME: `${home.root}/codex` } });
    await using client = await home.connect({ token: true });
    const [asked, resolved, second] = codexQuestions();
    await eventually(() => codex.calls.includes("thread/resume"), 20_000, "the feed");
    codex.tell(asked);
    await eventually(async () => (await pending(client)).length === 1, 20_000, "the question, though a rule allows it");
    codex.tell(resolved);
    await eventually(async () => (await pending(client)).length === 0, 20_000, "its end");
    Deno.mkdirSync(`${home.root}/project/.agent-console`, { recursive: true });
    Deno.writeTextFileSync(
      `${home.root}/project/.agent-console/config.jsonc`,
      '{"approvals": {"rules": [{"tool": "Bash", "pattern": "touch *", "decision": "deny"}]}}',
    );
    const prompt = recorded("codex", "UserPromptSubmit", { session: SESSION });
    const tells = async () => {
      await using told = hook(home, { ...prompt, prompt: "go" }, { agent: "codex", env: {} });
      await told.exit(20_000);
      // A hook that is slow leaves its event in the spool, which tells nothing of the workspace.
      return !exists(home.path("spool")) || [...Deno.readDirSync(home.path("spool"))].length === 0;
    };
    await eventually(tells, 60_000, "a hook whose event the daemon has taken from itself");
    codex.tell(second);
    await eventually(() => codex.decisions.length > 0, 20_000, "an answer");
    assertEquals(codex.decisions, [{ id: second.id, result: { decision: "decline" } }]);
  } finally {
    await home.stop();
    await codex.stop();
  }
});

Deno.test("A4 feeds.codex_app_server: a hook does not block a session whose requests the feed brings beside its dialog", async () => {
  await using home = await TestHome.create({ config: '{"feeds": {"codex_app_server": true}}' });
  const codex = codexOf(home);
  codex.answers.set("thread/resume", { thread: {} });
  codex.start();
  try {
    await home.start({ env: { CODEX_HOME: `${home.root}/codex` } });
    await using client = await home.connect({ token: true });
    await client.request("subscribe", { answers: true });
    await eventually(() => codex.calls.includes("thread/resume"), 20_000, "the feed");
    const [first, resolved, second] = codexQuestions();
    codex.tell(first); // the double has seen the call of the feed; once this is there the feed has its answer, too
    await eventually(async () => (await pending(client)).length === 1, 20_000, "a request by the feed");
    codex.tell(resolved);
    await eventually(async () => (await pending(client)).length === 0, 20_000, "its end");
    const asks = recorded("codex", "PermissionRequest", { session: SESSION });
    await using asked = hook(home, asks, { agent: "codex", env: {} });
    const { code, stdout } = await asked.exit(20_000);
    assertEquals([code, stdout], [0, ""]);
    assertEquals(await pending(client), []);
    codex.tell(second);
    await eventually(async () => (await pending(client)).length === 1, 20_000, "the request, once");
  } finally {
    await home.stop();
    await codex.stop();
  }
});

Deno.test("A6 the feeds are off by default: the sandbox has no path of another program, and on it has those alone", async () => {
  await using home = await TestHome.create();
  const flags = async (env: Record<string, string>) => {
    const { permissions } = await home.json(["daemon", "permissions", "--json"], { env }) as { permissions: Json[] };
    return permissions.map(({ flag }) => String(flag)).filter((flag) => flag.startsWith("--allow-"));
  };
  const env = { CLAUDE_CONFIG_DIR: "/h/claude", CODEX_HOME: "/h/codex", GEMINI_CLI_HOME: "/h/gemini" };
  const off = await flags(env);
  assert(!off.some((flag) => flag.includes("/h/")), off.join(" "));
  for (
    const key of ["feeds.claude_sessions", "feeds.codex_app_server", "feeds.gemini_chats", "feeds.opencode_server"]
  ) {
    assertEquals((await home.cli(["config", "set", key, "true"])).code, 0);
  }
  const socket = "/h/codex/app-server-control/app-server-control.sock";
  assertEquals((await flags(env)).filter((flag) => !off.includes(flag)), [
    "--allow-read=/h/claude/sessions",
    "--allow-env=CLAUDE_CONFIG_DIR",
    `--allow-net=unix:${socket}`,
    "--allow-net=codex.invalid:80",
    `--allow-read=${socket}`,
    `--allow-write=${socket}`,
    "--allow-env=CODEX_HOME",
    "--allow-read=/h/gemini/.gemini/tmp",
    "--allow-env=GEMINI_CLI_HOME",
    "--allow-net=127.0.0.1:4096",
    "--allow-env=OPENCODE_SERVER_PASSWORD,OPENCODE_SERVER_USERNAME",
  ]);
});

Deno.test("A6 a feed that is turned on needs a restart, and a daemon without its permissions goes on without it", async () => {
  await using home = await TestHome.create();
  const folder = settingsFolder(home);
  await home.start({ env: { CLAUDE_CONFIG_DIR: folder } });
  await using client = await home.connect({ token: true });
  await prompt(client);
  publish(folder, "idle");
  Deno.writeTextFileSync(home.path("config.jsonc"), CLAUDE_ON, { mode: 0o600 });
  assertEquals(await client.request("config.reload"), {
    applied: [],
    needsRestart: ["feeds.claude_sessions"],
    warnings: [],
  });
  assertEquals(await statusOf(client), "working");
  // The flags of a daemon that was started before Claude's feed was turned on.
  await client.close();
  await home.stop();
  const both = '{"feeds": {"claude_sessions": true, "codex_app_server": true}}';
  Deno.writeTextFileSync(home.path("config.jsonc"), both, { mode: 0o600 });
  const codex = codexOf(home);
  codex.start();
  const env = { CODEX_HOME: `${home.root}/codex` };
  const { permissions } = await home.json(["daemon", "permissions", "--json"], { env }) as { permissions: Json[] };
  const plain = permissions.map(({ flag }) => String(flag)).filter((flag) => !/claude|CLAUDE/.test(flag));
  await using daemon = home.spawnArgv(
    [Deno.execPath(), "run", ...plain, new URL("../../src/daemon/main.ts", import.meta.url).pathname],
    { ...home.command([]).env, ...env },
  );
  await home.ready(() => daemon.ended);
  await eventually(() => logged(home, "a feed is off").length > 0, 20_000, "the warning in the log");
  await eventually(() => codex.calls.includes("initialize"), 20_000, "the feed that has its permissions");
  const warnings = logged(home, "a feed is off");
  assert(warnings.length === 1 && warnings[0]?.includes("claude_sessions"), warnings.join("\n"));
  daemon.kill("SIGTERM");
  await eventually(() => daemon.ended, 20_000, "the end of the daemon");
  await codex.stop();
});
