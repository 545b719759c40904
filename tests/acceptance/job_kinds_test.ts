/** Jobs that are no programs: prompts for an agent, commands of the console, maintenance; and who is notified when one fails. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { homeWithAgents } from "../support/agents_home.ts";
import { namesIn } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { isAlive } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json, RawClient } from "../support/wire.ts";

/** The runs of a job, newest first. */
async function runsOf(client: RawClient, id: string): Promise<Json[]> {
  return (await client.request("job.history", { id }))["runs"] as Json[];
}

/** Begins a run by hand, and waits for its end. */
async function runNow(client: RawClient, id: string): Promise<Json> {
  const before = (await runsOf(client, id)).length;
  await client.request("job.run", { id });
  return await endOf(client, id, before);
}

async function endOf(client: RawClient, id: string, before = 0): Promise<Json> {
  return await eventually(
    async () => {
      const runs = await runsOf(client, id);
      return runs.length > before && runs[0]?.["outcome"] !== undefined ? runs[0] : undefined;
    },
    20_000,
    `the end of a run of ${id}`,
  );
}

async function add(client: RawClient, id: string, action: Json): Promise<void> {
  await client.request("job.add", { id, schedule: "@yearly", action });
}

const turnsOf = async (client: RawClient) => (await client.request("turn.recent"))["turns"] as Json[];

Deno.test("J1 R1 a job prompts an agent: its run ends with the turn, as that did, and its deadline cancels it", async () => {
  await using home = await homeWithAgents(["mine"]);
  await home.start();
  const first = await home.cli([
    ...["cron", "add", "hello", "* * * * * *", "--max-runs", "1"],
    ...["--agent", "mine", "--prompt", "say hello; cwd", "--cwd", home.root],
  ]);
  assertEquals(first.code, 0, first.stderr);
  await using client = await home.connect({ token: true });
  const said = await endOf(client, "hello");
  assertEquals([said["outcome"], said["stdout"]], ["succeeded", `hello${home.root}`]);
  const again = await runNow(client, "hello");
  assertEquals([again["outcome"], again["sessionId"] === said["sessionId"]], ["succeeded", false]);
  assertEquals((await turnsOf(client)).map(({ source, sessionId }) => [source, sessionId]), [
    ["cron", said["sessionId"]],
    ["cron", again["sessionId"]],
  ]);
  assertMatch((await home.cli(["cron", "show", "hello"])).stdout, /^prompt +mine, in .*: say hello; cwd$/m);

  const session = String(said["sessionId"]);
  await add(client, "more", { kind: "prompt", sessionId: session, text: "say more" });
  assertEquals((await runNow(client, "more"))["sessionId"], session);
  await add(client, "bad", { kind: "prompt", agent: "mine", text: "error" });
  const bad = await runNow(client, "bad");
  assertEquals([bad["outcome"], bad["problem"]], ["failed", "the agent mine: the model is on fire"]);

  await add(client, "late", { kind: "prompt", agent: "mine", timeoutSecs: 2, text: "flood 3; slow 1000" });
  const late = await runNow(client, "late");
  assertEquals(late["outcome"], "timed_out");
  assertMatch(String(late["stdout"]), /^0 1 2 /);
  await add(client, "long", { kind: "prompt", agent: "mine", text: "slow 1000" });
  await client.request("job.run", { id: "long" });
  const statusOf = async () => (await turnsOf(client)).at(-1)?.["status"];
  await eventually(async () => await statusOf() === "running", 10_000, "its turn");
  await client.request("job.cancel", { id: "long" });
  assertEquals([(await runsOf(client, "long"))[0]?.["outcome"], await statusOf()], ["cancelled", "cancelled"]);

  const refused = async (...options: string[]) => {
    const { code, stderr } = await home.cli(["cron", "add", "x", "@yearly", ...options]);
    return `${code} ${stderr}`;
  };
  assertMatch(await refused("--agent", "nobody", "--prompt", "x"), /^1 .*as "nobody"\nhint: one of: mine\n$/);
  assertMatch(await refused("--prompt", "x"), /^2 error: --prompt needs --agent or --session/);
  assertMatch(await refused("--agent", "mine"), /^2 error: --agent goes with --prompt/);
  assertMatch(await refused("--prompt", "x", "--command", "/ls"), /^2 error: a job does one thing/);
  const problem = async (action: Json) => {
    const { error } = await client.call("job.add", { id: "x", schedule: "@yearly", action });
    return `${error?.data?.["name"]}: ${error?.message}`;
  };
  const prompt = { kind: "prompt", text: "x" };
  assertMatch(await problem({ ...prompt, sessionId: "none" }), /^not_found: there is no session "none"/);
  assertMatch(await problem(prompt), /^invalid_params: a prompt needs an agent or a session/);
  assertMatch(await problem({ ...prompt, agent: "mine", text: " " }), /^invalid_params: .*action\.text/);
  const key = `AKIA${"IOSFODNN7EXAMPLE"}`;
  assertMatch(await problem({ ...prompt, agent: "mine", text: key }), /^invalid_params: something in the prompt looks/);
  assertMatch(await problem({ kind: "command", command: "/aprove x" }), /unknown command "\/aprove"/);
  assertMatch(await problem({ kind: "command", command: "/approve web" }), /^forbidden: no job runs \/approve/);
  assertMatch(
    await problem({ kind: "command", command: '/CRON "run" x' }),
    /^forbidden: a job begins and ends no other/,
  );
  assertMatch(await problem({ kind: "command", command: "say x" }), /^invalid_params: .*action\.command/);
  assertMatch(await problem({ kind: "maintenance", task: "tidy" }), /^invalid_params: .*action\.task/);
});

/** Adds a prompt that is told slowly, and ends the daemon in the middle of it. @returns its agent's pid */
async function endedInPrompt(home: TestHome, end: () => Promise<unknown> = () => home.kill()): Promise<number> {
  await home.start();
  const options = ["--missed", "once", "--max-runs", "1", "--agent", "mine", "--prompt", "slow 1000"];
  assertEquals((await home.cli(["cron", "add", "slow", "* * * * * *", ...options])).code, 0);
  await using client = await home.connect({ token: true });
  const pid = await eventually(
    async () => {
      const [turn] = await turnsOf(client);
      if (!String(turn?.["reply"]).includes("3")) return undefined;
      const { session } = await client.request("session.get", { sessionId: turn?.["sessionId"] });
      return (session as Json)["pid"] as number;
    },
    20_000,
    "its first words",
  );
  await end();
  return pid;
}

async function countsOf(client: RawClient): Promise<(number | undefined)[]> {
  const { records } = await client.request("audit.tail", { limit: 1000 }) as { records: Json[] };
  const counts = Map.groupBy(records, ({ type }) => String(type));
  return ["job.started", "job.ended", "turn.submitted", "turn.ended"].map((type) => counts.get(type)?.length);
}

Deno.test("J1 C1 a prompt that a kill interrupts is told once, in its run and its turn, and is not begun again", async () => {
  await using home = await homeWithAgents(["mine"]);
  const pid = await endedInPrompt(home);
  await eventually(() => !isAlive(pid), 10_000, "the end of the agent");
  await home.start();
  await using client = await home.connect({ token: true });
  const end = await endOf(client, "slow");
  const [turn] = await turnsOf(client);
  assertEquals([turn?.["status"], end["outcome"], end["problem"]], ["failed", "failed", turn?.["error"]]);
  assertMatch(String(end["problem"]), /^the daemon ended in it/);
  assertEquals(await countsOf(client), [1, 1, 1, 1]);
});

Deno.test("J1 R4 a prompt that goes on behind a kill is the same run, which ends with it", async () => {
  await using home = await homeWithAgents(["mine"], {}, (home) => ["--load", `${home.root}/kept`]);
  await Deno.mkdir(`${home.root}/kept`);
  await endedInPrompt(home);
  await home.start();
  await using client = await home.connect({ token: true });
  const end = await endOf(client, "slow");
  assertEquals(end["outcome"], "succeeded", JSON.stringify(end));
  assertMatch(String(end["stdout"]), /^0 1 2 3 [^]*You were interrupted/);
  assertEquals(await countsOf(client), [1, 1, 1, 1]);
});

Deno.test("J1 F2 a prompt that goes on behind a restart is the same run, which is never called interrupted", async () => {
  await using home = await homeWithAgents(["mine"], {}, (home) => ["--load", `${home.root}/kept`]);
  await Deno.mkdir(`${home.root}/kept`);
  await endedInPrompt(home, async () => {
    const { code, stderr } = await home.cli(["daemon", "restart"]);
    assertEquals(code, 0, stderr);
  });
  await using client = await home.connect({ token: true });
  const end = await endOf(client, "slow");
  assertEquals(end["outcome"], "succeeded", JSON.stringify(end));
  assertEquals(await countsOf(client), [1, 1, 1, 1]);
});

Deno.test("J1 V6 a job whose turn asks a person says that it waits for you, until somebody has answered", async () => {
  await using home = await homeWithAgents(["mine"]);
  await home.start();
  await using client = await home.connect({ token: true });
  await add(client, "ask", { kind: "prompt", agent: "mine", text: "run touch a" });
  await client.request("job.run", { id: "ask" });
  const jobOf = async () => ((await client.request("job.list"))["jobs"] as Json[])[0] ?? {};
  await eventually(async () => (await jobOf())["waiting"] === true, 20_000, "its question");
  const [run] = await runsOf(client, "ask");
  const { approvals: [approval] } = await client.request("approval.list") as { approvals: Json[] };
  assertEquals([run?.["sessionId"], (await jobOf())["running"]], [approval?.["sessionId"], true]);
  assertMatch((await home.cli(["cron", "list"])).stdout, /^ask +@yearly +waits for you, next /m);
  assertMatch((await home.cli(["cron", "show", "ask"])).stdout, /^ask +waits for you, /);
  assertMatch((await home.cli(["status"])).stdout, /^jobs +1 · 1 running · 1 waits for you · next in /m);
  const asked = async (command: string) => String((await client.request("command.execute", { command }))["response"]);
  assertMatch(await asked("/cron"), /^ask {2}@yearly {2}waits for you {2}next /);
  await client.request("approval.decide", { id: approval?.["id"], decision: "approve" });
  const end = await endOf(client, "ask");
  assertEquals([end["outcome"], (await jobOf())["waiting"]], ["succeeded", undefined]);
  assertMatch((await home.cli(["status"])).stdout, /^jobs +1 · next in /m);
});

Deno.test("J1 E2 a job runs a command of the console, or checks the journal; what a person must have read it does not", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  assertEquals(
    (await home.cli(["cron", "add", "note", "@yearly", "--command", '/memory append "from a job"'])).code,
    0,
  );
  const noted = await runNow(client, "note");
  assertEquals(noted["outcome"], "succeeded");
  const { notes: [note] } = await client.request("memory.peek") as { notes: Json[] };
  assertEquals([note?.["text"], note?.["by"]], ["from a job", "cron:admin"]);
  await add(client, "wrong", { kind: "command", command: "/show nothing" });
  const wrong = await runNow(client, "wrong");
  assertEquals([wrong["outcome"], wrong["problem"]], ["failed", 'there is no session for "nothing"']);
  assertEquals((await home.cli(["cron", "add", "check", "@yearly", "--maintenance", "verify"])).code, 0);
  const check = await runNow(client, "check");
  assertEquals(check["outcome"], "succeeded", JSON.stringify(check));
  assertMatch(String(check["stdout"]), /^\d+ records of the journal verify$/);
  const listed = (await client.request("job.list"))["jobs"] as Json[];
  assertEquals(
    listed.map(({ id, scope }) => [id, scope]),
    ["note", "wrong", "check"].map((id) => [id, "admin"]),
  );

  // A client that calls itself so would be taken for a job.
  await using liar = await home.connect({ hello: false });
  const { error } = await liar.call("hello", { protocol: 1, kind: "cron" });
  assertEquals(error?.code, -32602);
});

Deno.test("J2 a job that fails notifies a person once until it succeeds, and again when it fails then", async () => {
  await using home = await TestHome.create();
  const call = `${home.root}/call`;
  const save = 'cat > "$here/part" && mv "$here/part" "$here/call-$(date +%s%N)"';
  await Deno.writeTextFile(call, `#!/bin/sh\nhere=$(dirname "$0")\n${save}\n`, { mode: 0o755 });
  const work = `${home.root}/work`;
  await Deno.writeTextFile(work, `#!/bin/sh\ntest -e ${home.root}/well || exit 3\n`, { mode: 0o755 });
  await Deno.mkdir(home.dir, { mode: 0o700 });
  const config = { channels: { command: { argv: [call] } }, scheduler: { programs: { work: { argv: [work] } } } };
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(config), { mode: 0o600 });
  await home.start();
  const calls = async () => {
    const made = (await namesIn(home.root)).filter((name) => name.startsWith("call-")).sort();
    return await Promise.all(
      made.map(async (name) => JSON.parse(await Deno.readTextFile(`${home.root}/${name}`)) as Json),
    );
  };
  await using before = await home.connect({ token: true });
  await add(before, "work", { kind: "program", program: "work" });
  assertEquals((await runNow(before, "work"))["outcome"], "failed");
  const [first] = await eventually(async () => (await calls()).length > 0 && await calls(), 15_000, "a call") as [Json];
  assertEquals([first["kind"], first["job"], first["session"]], [
    "failure",
    { id: "work", outcome: "failed" },
    undefined,
  ]);
  assertStringIncludes(String(first["text"]), "job work failed: exit code 3");
  await runNow(before, "work");
  // A restart forgets nothing of it.
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  await using client = await home.connect({ token: true });
  await runNow(client, "work");
  await Deno.writeTextFile(`${home.root}/well`, "");
  assertEquals((await runNow(client, "work"))["outcome"], "succeeded");
  await Deno.remove(`${home.root}/well`);
  assertEquals((await runNow(client, "work"))["outcome"], "failed");
  await eventually(async () => (await calls()).length >= 2, 15_000, "the second call");
  const { records } = await client.request("audit.tail", { limit: 1000 }) as { records: Json[] };
  const ends = records.filter(({ type }) => type === "job.ended").map(({ data }) => (data as Json)["again"] ?? false);
  assertEquals([ends, (await calls()).length], [[false, true, true, false, false], 2]);
});
