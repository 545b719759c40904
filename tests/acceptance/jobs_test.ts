/** Jobs of the real daemon, in its sandbox: by the commands, with a program of the user's that leaves others behind. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { processesNaming } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

Deno.test("X3 jobs: previewed, added, run by argv, cancelled as a group, and told after kill -9", async () => {
  await using home = await TestHome.create();
  const script = `${home.root}/work`;
  const text = '#!/bin/sh\npwd; env; echo "$@"\n[ "$1" = slow ] && { sleep 600 & sleep 600; }\nexit 3\n';
  await Deno.writeTextFile(script, text, { mode: 0o755 });
  await Deno.mkdir(home.dir, { mode: 0o700 });
  const programs = { quick: { argv: [script, "$(touch pwned)", "a b"] }, slow: { argv: [script, "slow"] } };
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify({ scheduler: { programs } }), { mode: 0o600 });
  await home.start({ env: { ANTHROPIC_API_KEY: "sk-ant-REDACTED" } });

  const wrong = await home.cli(["cron", "add", "quick", "0 25 * * *"]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, 'the field hour is "25", expected 0-23');
  const zone = ["--timezone", "Europe/Berlin"];
  const preview = await home.cli(["cron", "add", "quick", "30 2 29,30 3 *", ...zone, "--dry-run", "--next", "2"]);
  assertMatch(preview.stdout, /^\w{3} \d{4}-03-\d\d \d\d:\d\d:00 \+0[12]:00\n.*\n$/, preview.stderr);
  assertEquals((await home.json(["cron", "list", "--json"]))["jobs"], []);

  assertEquals((await home.cli(["cron", "add", "quick", "* * * * * *", "--max-runs", "1"])).code, 0);
  const runs = async () => (await home.json(["cron", "jobs", "--json"]))["runs"] as Json[];
  const [quick] = await eventually(
    async () => {
      const all = await runs();
      return all[0]?.["outcome"] !== undefined && all;
    },
    15_000,
    "the end of a run",
  ) as [Json];
  assertEquals([quick["jobId"], quick["outcome"], quick["code"]], ["quick", "failed", 3]);
  const stdout = String(quick["stdout"]);
  assertStringIncludes(stdout, `${home.path("jobs")}\n`);
  assert(stdout.endsWith("$(touch pwned) a b"), stdout);
  assert(!/ANTHROPIC|AGENT_CONSOLE_HOME|DENO_/.test(stdout), stdout);

  assertEquals((await home.cli(["cron", "add", "slow", "@yearly"])).code, 0);
  const sleeping = () => processesNaming(home.root).filter(({ argv }) => argv[0] === "sleep");
  const begin = async () => {
    assertEquals((await home.cli(["cron", "run", "sl"])).code, 0);
    await eventually(() => sleeping().length === 2, 15_000, "what the program starts");
  };
  await begin();
  assertEquals((await home.json(["status", "--json"]))["jobs"], {
    total: 2,
    running: 1,
    waiting: 0,
    nextRun: (await home.json(["cron", "show", "slow", "--json"]) as { job: Json }).job["nextRun"],
  });
  assertMatch((await home.cli(["status"])).stdout, /^jobs +2 · 1 running · next in \d+d$/m);
  assertEquals((await home.cli(["cron", "cancel", "slow"])).code, 0);
  assertEquals((await runs())[0]?.["outcome"], "cancelled");
  // A process is in the table for an instant behind its signal.
  await eventually(() => sleeping().length === 0, 5000, "the end of all that it began");

  await begin();
  // Its process is recorded a moment after it was started.
  const recorded = async () => (await home.cli(["audit", "tail", "-n", "5"])).stdout.includes("job.spawned");
  await eventually(recorded, 15_000, "the record of its process");
  await home.kill();
  assertEquals(sleeping().length, 2, "nobody is left who could end them");
  await home.start();
  const interrupted = /slow +@yearly +next .* last interrupted: the daemon ended before it/;
  await eventually(async () => interrupted.test((await home.cli(["cron", "list"])).stdout), 15_000, "its end");
  await eventually(() => sleeping().length === 0, 5000, "the next daemon to end what the last one began");
  assertEquals((await runs()).length, 3);
});
