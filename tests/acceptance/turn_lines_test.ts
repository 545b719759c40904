/** `watch` while the daemon runs turns and jobs: what people follow of them is a line each. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

Deno.test("V1 A4 watch tells each turn, job and note by a line for each step, live and from the journal; pieces are none", async () => {
  await using home = await TestHome.create();
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  const config = {
    agents: { mine: { command: AGENT, env } },
    scheduler: { programs: { ok: { argv: ["/bin/true"] } } },
  };
  await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify(config), { mode: 0o600 });
  await home.start();
  await using watch = home.spawn(["watch"]);
  await using json = home.spawn(["watch", "--json", "--agent", "mine"]);
  await using others = home.spawn(["watch", "--json", "--agent", "other"]);
  await using ofJob = home.spawn(["watch", "--agent", "job"]);
  for (const one of [json, others]) await one.says('"snapshot"', 20_000);
  await using client = await home.connect({ token: true });
  // Those that print no snapshot show what comes from then on: a note in a session is told until both have one.
  let notes = 0;
  await eventually(
    async () => {
      await client.request("session.update", { sessionId: "here", agent: "job", title: `note ${++notes}` });
      return [watch, ofJob].every(({ stdout }) => stdout !== "");
    },
    20_000,
    "both windows that print lines",
    100,
  );
  const secret = `ghp_${"a1B2".repeat(9)}`;
  assertEquals((await home.cli(["run", "mine", `slow 20; say token ${secret}`])).code, 0);
  assertEquals((await home.cli(["run", "mine", "error"])).code, 1);
  assertEquals((await home.cli(["cron", "add", "daily", "@daily", "--program", "ok"])).code, 0);
  assertEquals((await home.cli(["cron", "run", "daily"])).code, 0);
  assertEquals((await home.cli(["memory", "append", "use ESM"])).code, 0);
  await watch.says(/finished {2,}daily/, 20_000);
  await watch.says(/noted .* use ESM/, 20_000);
  const lines = watch.stdout.split("\n").map((line) => line.replace(/^.{26} {2}/, "").replace(/ +/g, " "));
  const of = (word: string) => lines.filter((line) => line.includes(` ${word} `));
  assertEquals(of("queued").length, 2, watch.stdout);
  assertMatch(of("queued")[0] ?? "", /○ queued mine mine from cli: slow 20; say token/);
  assertEquals([of("running").length, of("finished").length, of("failed").length], [3, 2, 1], watch.stdout);
  assertMatch(of("finished")[0] ?? "", /✓ finished .* mine 0 1 2 .* \(\d+s\)/);
  assertMatch(of("failed")[0] ?? "", /✖ failed .* mine .*the model is on fire \(\d+s\)/);
  assertMatch(of("running").at(-1) ?? "", /● running daily job by hand/);
  assert(!watch.stdout.includes(secret), "a secret is shown");
  await json.says(/"turn\.ended"/, 20_000);
  assertMatch(json.stdout, /"turn\.submitted"[^]*"turn\.started"[^]*"turn\.chunk"/);
  assert(!/"(job|memory)\./.test(json.stdout), "what is of no session is left out");
  assert(!/"turn\./.test(others.stdout), "turns of another agent are left out");
  assert(!ofJob.stdout.includes("daily"), "a job is no agent, as with --json");
  await using past = home.spawn(["watch", "--since", "0"]);
  await past.says(/noted .* use ESM/, 20_000);
  assertEquals(past.stdout.split("\n").filter((line) => / (queued|failed) /.test(line)).length, 3, past.stdout);
});
