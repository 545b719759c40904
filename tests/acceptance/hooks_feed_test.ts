// deno-lint-ignore-file no-sync-fn-in-async-fn -- makes folders and files between two steps: nothing else waits
/** Rows are true out of the box: `hooks install` turns on the agent's feed, and `hooks uninstall` what it turned on. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hook, pending, recorded, row, TUI } from "../support/hook_process.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

const PID = Deno.pid;
const KEY = "feeds.claude_sessions";

/** Claude's folder in the user's home, and the status file of a process of this test. */
function claudeIn(home: TestHome) {
  const folder = `${home.root}/claude`;
  Deno.mkdirSync(`${folder}/sessions`, { recursive: true });
  const publish = (status: string) => {
    const path = `${folder}/sessions/${PID}.json`;
    const now = Date.now();
    Deno.writeTextFileSync(
      `${path}.tmp`,
      JSON.stringify({ pid: PID, sessionId: "s1", cwd: "/w", status, updatedAt: now, statusUpdatedAt: now }),
    );
    Deno.renameSync(`${path}.tmp`, path);
  };
  return { env: { CLAUDE_CONFIG_DIR: folder }, publish };
}

const config = (home: TestHome) => {
  const path = home.path("config.jsonc");
  return exists(path) ? Deno.readTextFileSync(path) : null;
};

Deno.test("H4 first hour 2: after hooks install and start, Esc in a dialog is in the row within 2 s, and its question is gone", async () => {
  await using home = await TestHome.create();
  const { env, publish } = claudeIn(home);
  const { stdout, stderr, code } = await home.cli(["hooks", "install", "claude"], { env });
  assertEquals(code, 0, stderr);
  assertStringIncludes(
    stdout,
    `${KEY} is on: the daemon may read ${home.root}/claude/sessions\n`,
  );
  await home.start({ env });
  await using client = await home.connect({ token: true });
  const agent = { env: { ...TUI, CLAUDE_PID: String(PID) } };
  const isIn: Readonly<Record<string, (row: Json) => unknown>> = {
    UserPromptSubmit: (row) => row["lastPrompt"],
    PreToolUse: (row) => (row["working"] as Json)["tool"],
  };
  for (const name of ["UserPromptSubmit", "PreToolUse"]) {
    await hook(home, recorded("claude", name), agent).exit(20_000);
    // A hook that is slow leaves its event to the next tick, behind what the next one says.
    await eventually(async () => isIn[name]?.(await row(client)), 30_000, `${name} in the row`);
  }
  publish("busy");
  await using asks = hook(home, recorded("claude", "PermissionRequest"), agent);
  await eventually(async () => (await pending(client)).length === 1, 20_000, "the question");
  publish("waiting");
  const soon = await patience(4000); // 2 s are promised; twice that is asserted, because other tests run beside this one
  publish("idle"); // Esc: no hook tells
  await eventually(async () => (await row(client))["status"] === "idle", soon, "the row at rest", 20);
  assertEquals(await pending(client), []);
  assertEquals((await asks.exit(20_000)).stdout, "");
});

Deno.test("H3 what hooks install turned on, hooks uninstall turns off: the configuration is byte for byte as it was", async () => {
  await using home = await TestHome.create();
  const { env } = claudeIn(home);
  const cli = async (...words: string[]) => {
    const done = await home.cli(words, { env });
    assertEquals(done.code, 0, done.stderr);
    return done;
  };
  for (const before of [null, '{\n  // mine\n  "daemon": { "log_level": "warn" }, // loud\n}\n']) {
    if (before !== null) Deno.writeTextFileSync(home.path("config.jsonc"), before, { mode: 0o600 });
    await cli("hooks", "install", "claude");
    assertEquals(await home.json(["config", "get", KEY, "--json"], { env }), {
      schema: 1,
      config: { [KEY]: { value: true, origin: `${home.path("config.jsonc")}:${before === null ? 3 : 5}:5` } },
    });
    assert(before === null || config(home)?.includes("// mine"));
    assertEquals((await cli("hooks", "install", "claude")).stdout.includes(`${KEY} is on`), false);
    assertStringIncludes((await cli("hooks", "uninstall", "claude")).stdout, `${KEY} is off again`);
    assertEquals(config(home), before);
    assert(!exists(home.path("backups/feeds.json")));
  }
  const dry = await cli("hooks", "install", "claude", "--dry-run");
  assertStringIncludes(dry.stderr, `${KEY} would be turned on: the daemon may then read ${home.root}/claude/sessions`);
  assert(!config(home)?.includes("claude_sessions"));
});

Deno.test("first hour 2: --no-feed leaves the feed off, and so does whoever set it to false", async () => {
  await using home = await TestHome.create();
  const { env } = claudeIn(home);
  await home.cli(["hooks", "install", "claude", "--no-feed"], { env });
  assertEquals(config(home), null);
  await home.cli(["config", "set", KEY, "false"], { env });
  const text = config(home);
  const { stderr, code } = await home.cli(["hooks", "install", "claude"], { env });
  assertEquals(code, 0);
  assertStringIncludes(stderr, `${KEY} stays off, as ${home.path("config.jsonc")}:`);
  await home.cli(["hooks", "uninstall", "claude"], { env });
  assertEquals(config(home), text);
  // What a person turned on stays on.
  await home.cli(["config", "set", KEY, "true"], { env });
  for (const verb of ["install", "uninstall"]) await home.cli(["hooks", verb, "claude"], { env });
  assertStringIncludes(config(home) ?? "", "true");
});

Deno.test("first hour 2: a daemon that runs is not restarted unasked, and install says which key needs it", async () => {
  await using home = await TestHome.create();
  const { env } = claudeIn(home);
  const pid = await home.start({ env });
  const { stderr } = await home.cli(["hooks", "install", "claude"], { env });
  assertStringIncludes(stderr, `the running daemon needs a restart for ${KEY}: agent-console daemon restart`);
  await using client = await home.connect({ token: true });
  const status = await client.request("status") as Json;
  assertEquals([status["pid"], status["needsRestart"]], [pid, [KEY]]);
});

Deno.test("first hour 2: a configuration in TOML, or one with an error, is left to its author, and the hooks are installed", async () => {
  for (
    const [name, text, says] of [
      ["config.toml", "[daemon]\n", "write claude_sessions = true under [feeds]"],
      ["config.jsonc", '{"daemon": {"log_level": 7}}', "expected debug, info, warn or error"],
    ] as const
  ) {
    await using home = await TestHome.create();
    const { env } = claudeIn(home);
    Deno.mkdirSync(home.dir, { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(home.path(name), text, { mode: 0o600 });
    const { stdout, stderr, code } = await home.cli(["hooks", "install", "claude"], { env });
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "hooks installed in");
    assertStringIncludes(stderr, says);
    assertEquals(Deno.readTextFileSync(home.path(name)), text);
    assert(!exists(home.path("backups/feeds.json")));
  }
});
