// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes a file between two steps: nothing else waits
/** `config set` puts into force what it writes; `config validate` fails on keys that nobody knows. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { lastSegment } from "../support/harness_journal.ts";

const set = (home: TestHome, key: string, value: string, env = {}) => home.cli(["config", "set", key, value], { env });

Deno.test("first hour 7: config set applies itself, and says what is in force and what needs a restart", async () => {
  await using home = await TestHome.create();
  const file = home.path("config.jsonc");
  const first = await set(home, "daemon.safety_mode", "guarded");
  assertEquals([first.code, home.daemonPid()], [0, undefined]);
  assertEquals(
    first.stderr,
    `daemon.safety_mode is set in ${file}; no daemon runs, the next one goes by it\n`,
  );
  await home.start();
  const live = await set(home, "daemon.safety_mode", "autonomous");
  assertEquals([live.code, live.stderr], [0, `daemon.safety_mode is set in ${file} and in force: "autonomous"\n`]);
  assertEquals((await home.json(["status", "--json"]))["safetyMode"], "autonomous");
  assertStringIncludes(Deno.readTextFileSync(lastSegment(home)), '"daemon.config_reloaded"');

  const later = await set(home, "journal.fsync", "always");
  assertEquals(
    later.stderr,
    `journal.fsync is set in ${file}; it needs a restart: agent-console daemon restart\n`,
  );
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  assertMatch((await home.cli(["config", "show"])).stdout, /journal\.fsync +"always"/);

  const moved = await set(home, "daemon.log_level", "warn", { AGENT_CONSOLE_LOG_LEVEL: "error" });
  assertStringIncludes(moved.stderr, 'in force is "error", which AGENT_CONSOLE_LOG_LEVEL says');
});

Deno.test("first hour 7: what a daemon was started with stays in force, and config set says so", async () => {
  await using home = await TestHome.create();
  await home.start({ args: ["--verbose"] });
  const { code, stderr } = await set(home, "daemon.log_level", "warn");
  assertEquals(code, 0);
  assertStringIncludes(stderr, 'the running daemon was started with --verbose, so "debug" is in force');
});

Deno.test("first hour 7: config set mends a file with wrong values, and says how where it is no JSON at all", async () => {
  const config = '{\n  // mine\n  "daemon": { "log_level": "loud", "safety_mode": "yolo" }\n}\n';
  await using home = await TestHome.create({ config });
  const file = home.path("config.jsonc");
  const half = await set(home, "daemon.log_level", "warn");
  assertEquals(half.code, 1);
  assertStringIncludes(half.stderr, `daemon.log_level is set in ${file}, and not in force: the file has another error`);
  assertStringIncludes(half.stderr, `${file}:3:`);
  assertEquals((await set(home, "daemon.safety_mode", "guarded")).code, 0);
  assertEquals((await home.cli(["config", "validate"])).code, 0);
  assertStringIncludes(Deno.readTextFileSync(file), "// mine");

  Deno.writeTextFileSync(file, '{\n  "daemon": {,\n}\n');
  const broken = await set(home, "daemon.log_level", "warn");
  assertEquals([broken.code, Deno.readTextFileSync(file)], [1, '{\n  "daemon": {,\n}\n']);
  assertStringIncludes(broken.stderr, `${file}:2:14 `);
  assertStringIncludes(broken.stderr, `hint: mend that place by hand, or begin anew: mv ${file} ${file}.broken\n`);
  const shown = await home.cli(["config", "show"]);
  assertEquals([shown.code, shown.stdout], [1, ""]);
  assertStringIncludes(shown.stderr, `${file}:2:14 `);
});

Deno.test("first hour 7: config validate exits 1 where a key is not known, and names the one that is meant", async () => {
  await using home = await TestHome.create({
    config: '{ "daemon": { "log_levl": "warn" }, "scheduler": { "jobs": [] } }',
  });
  const file = home.path("config.jsonc");
  const { code, stdout, stderr } = await home.cli(["config", "validate"]);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(
    stderr,
    `error: ${file}:1:15 daemon.log_levl is not a known key, did you mean daemon.log_level?`,
  );
  assertStringIncludes(stderr, "scheduler.jobs is not used by this version\n");
  const json = await home.cli(["config", "validate", "--json"]);
  assertEquals([json.code, JSON.parse(json.stdout)["valid"]], [1, false]);
});

Deno.test("first hour 7: config set on a full disk names the file, which stays as it was", async () => {
  const config = `{ "daemon": { "log_level": "warn" } } // ${"x".repeat(3000)}\n`;
  await using home = await TestHome.create({ config });
  const file = home.path("config.jsonc");
  const names = () => [...Deno.readDirSync(home.dir)].map(({ name }) => name).sort();
  const before = names();
  const { argv, env } = home.command(["config", "set", "daemon.log_level", "info"]);
  // Each write beyond 2 KiB of a file at most fails, as on a full disk.
  const limited = ["sh", "-c", 'ulimit -f 2; trap "" XFSZ; exec "$@"', "sh", ...argv];
  await using setting = home.spawnArgv(limited, env);
  const { code, stderr } = await setting.exit(20_000);
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, `error: ${file} cannot be written, and is as it was: File too large`);
  assertStringIncludes(stderr, "\nhint: the folder must be yours, with room on its disk; then run the command again\n");
  assertEquals([Deno.readTextFileSync(file), names()], [config, before]);
});
