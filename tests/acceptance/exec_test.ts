/** `exec` and command.execute: the console without a terminal, by the real program and an agent that speaks ACP. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { homeWithAgents } from "../support/agents_home.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

Deno.test("E1 exec gives a prompt to the default agent and answers with its reply; its waits are told with what ends them", async () => {
  await using home = await homeWithAgents(["mine"]);
  await home.start();
  const said = await home.cli(["exec", "say", "hello", "there"]);
  assertEquals([said.code, said.stdout, said.stderr], [0, "hello there\n", ""]);
  const piped = await home.cli(["exec", "-", "--json", "--cwd", home.root], { stdin: "cwd\n" });
  const first = JSON.parse(piped.stdout) as Json;
  assertEquals([piped.code, first["success"], first["response"]], [0, true, home.root]);
  const session = String(first["sessionId"]);
  const again = await home.json(["exec", "--session", session.slice(0, 8), "--json", "say again"]);
  assertEquals([again["response"], again["sessionId"]], ["again", session]);
  const { turns: [last] } = await home.json(["context", "-n", "1", "--json"]) as { turns: Json[] };
  assertEquals([last?.["source"], last?.["id"]], ["cli", again["turnId"]]);

  // A turn that waits for a person: its id is told, and it goes on behind the answer.
  const asked = await home.cli(["exec", "--session", session, "--json", "run rm -rf build; say after"]);
  const waiting = JSON.parse(asked.stdout) as Json;
  assertEquals([asked.code, waiting["success"], waiting["needsConfirmation"]], [1, false, true]);
  assertStringIncludes(String(waiting["response"]), "mine asks: Bash: rm -rf build\nhint: /approve ");
  const id = String(waiting["approvalId"]);
  const unconfirmed = await home.cli(["exec", "/approve", id]);
  assertEquals([unconfirmed.code, unconfirmed.stdout], [1, ""]);
  assertMatch(
    unconfirmed.stderr,
    /destroys[^]*Nothing is approved yet\.\nhint: agent-console exec \/approve \w+ yes\n$/,
  );
  const approved = await home.cli(["exec", "/approve", id, "yes"]);
  assertEquals([approved.code, approved.stdout], [0, "approved: Bash: rm -rf build\n"], approved.stderr);
  await eventually(
    async () => (await home.cli(["exec", "/context", session, "1"])).stdout.includes("doneafter"),
    20_000,
    "what it said behind the answer",
  );

  // One that takes longer than the caller waits goes on.
  const secs = Math.ceil(await patience(1000) / 1000);
  const late = await home.cli(["exec", "--session", session, "--timeout", String(secs), "slow 100000"]);
  assertEquals(late.code, 1);
  assertMatch(
    late.stderr,
    new RegExp(`^error: the turn has not ended within ${secs} s, and goes on\nhint: agent-console exec /context `),
  );
  assertMatch(late.stdout, /^0 1 /);
  const cancelled = await home.cli(["exec", "/cancel", session]);
  assertEquals([cancelled.code, cancelled.stdout], [0, "the turn is told to end\n"]);

  // Whoever stops waiting ends no turn.
  await using waits = home.spawn(["exec", "--session", session, "slow 100000"]);
  const lastStatus = async () => {
    const { turns: [turn] } = await home.json(["context", "-n", "1", "--json"]) as { turns: Json[] };
    return `${turn?.["prompt"]} ${turn?.["status"]}`;
  };
  await eventually(async () => await lastStatus() === "slow 100000 running", 20_000, "a turn that is waited for");
  waits.kill("SIGINT");
  assertEquals((await waits.exit(20_000)).code, 130);
  assertEquals(await lastStatus(), "slow 100000 running");
  assertEquals((await home.cli(["exec", "/cancel", session])).code, 0);

  const failed = await home.cli(["exec", "error"]);
  assertEquals([failed.code, failed.stderr], [1, "error: the agent mine: the model is on fire\n"]);
});

Deno.test("E1 P6 a repeat with the same key submits nothing and answers with the same reply; what is wrong is said", async () => {
  await using home = await homeWithAgents(["one", "two"]);
  await home.start();
  await using client = await home.connect({ token: true });
  const which = await client.request("command.execute", { command: "say who" });
  assertEquals(which["success"], false);
  assertStringIncludes(String(which["response"]), "no agent is the default\nhint: agent-console config set command.");
  assertEquals((await home.cli(["config", "set", "command.default_agent", "two"])).code, 0);
  assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  const params = { command: "say once", idempotencyKey: "k" };
  const first = await client.request("ExecuteCommand", params);
  assertEquals([first["success"], first["response"]], [true, "once"]);
  assertEquals(await client.request("command.execute", params), first);
  const other = await client.request("command.execute", { ...params, command: "say twice" });
  assertMatch(String(other["response"]), /^the idempotencyKey was used for another change before\nhint: use a new key/);
  const { turns } = await client.request("turn.recent") as { turns: Json[] };
  assertEquals(turns.map(({ agent, reply }) => [agent, reply]), [["two", "once"]]);
  for (
    const [param, bad] of [
      ["command", { command: "  " }],
      ["command", { command: 5 }],
      ["timeoutSecs", { command: "say", timeoutSecs: 0 }],
      ["cwd", { command: "say", cwd: "here" }],
      ["sessionId", { command: "say", sessionId: "" }],
      ["source", { command: "say", source: "web" }],
    ] as const
  ) {
    const { error } = await client.call("command.execute", bad);
    assertEquals(error?.code, -32602, param);
    assertStringIncludes(error?.message ?? "", `"${param}"`);
  }
  const nobody = await client.request("command.execute", { command: "say", sessionId: "none" });
  assertEquals([nobody["success"], String(nobody["response"]).split("\n")[0]], [false, "there is no session none"]);
  assertEquals((await home.cli(["exec", ""])).code, 2);
  assertEquals((await home.cli(["exec", "--timeout", "0", "say x"])).code, 2);
  assertEquals((await home.cli(["exec", "--cwd", "/nowhere", "say x"])).code, 2);
});

Deno.test("E2 A1 commands of the console do what their caller may and no more, and destroy nothing unconfirmed", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const exec = async (command: string) => await client.request("command.execute", { command });
  const text = async (command: string) => {
    const { success, response } = await exec(command);
    assertEquals(success, true, String(response));
    return String(response);
  };
  const problem = async (command: string) => {
    const { success, response } = await exec(command);
    assertEquals(success, false, String(response));
    return String(response);
  };
  await client.request("session.update", {
    sessionId: "web-1",
    agent: "claude",
    cwd: "/home/u/web",
    status: "working",
  });
  const { commands } = await client.request("GetCommands") as { commands: Json[] };
  const help = await text("/help");
  for (const { name } of commands) assert(help.includes(`/${name}`), help);
  assertStringIncludes(await text("/help deny"), "/deny [ID [MESSAGE]]");
  assertMatch(await text("/sessions"), /^● web {2}claude {2}work\w* \d+s {2}web-1$/);
  assertMatch(await text("/ls"), /web-1/);
  assertMatch(await text("/show web"), /^● web {2}claude {2}web-1\nnow /);
  assertMatch(await text("/status"), /^agent-console .* running, up .*\nsessions {2}1 at work\n/);
  assertEquals(await text("/approvals"), "Nothing waits for an answer.");
  assertEquals(await text("/cron"), "No jobs.");
  assertMatch(await text("/memory append it\\'s fine"), /^note \w+, for all folders$/);
  assertMatch(await text("/memory search fine"), /test:admin\n {2}it's fine$/);
  assertEquals(await text("/context"), "No turn yet.");

  assertEquals(await problem("/aprove x"), 'unknown command "/aprove"\nhint: did you mean /approve?');
  assertEquals(await problem("/"), 'unknown command "/"\nhint: /help lists the commands');
  assertEquals(await problem('/deny "x'), 'a quote is open at the end: "\nhint: close it');
  assertStringIncludes(await problem("/show nothing"), 'there is no session for "nothing"');
  assertStringIncludes(await problem("/cancel web"), "there is no such turn");
  assertStringIncludes(await problem("/context 0"), '"0" is no number of turns');
  assertStringIncludes(await problem("/cron run none"), 'no job is named "none"');
  assertStringIncludes(await problem("/memory forget x"), '"/memory forget" is no command');

  const ask = (input: string) =>
    client.call("approval.request", { sessionId: "job", agent: "deploy", tool: "Bash", input, waitSecs: 60 });
  const waiting = ask("rm -rf build\x1b[2J");
  const open = await eventually(
    async () => ((await client.request("approval.list")) as { approvals: Json[] }).approvals[0],
    5000,
    "a request",
  );
  const id = String(open["id"]);
  assertMatch(await text(`/show ${id}`), /rm -rf build\\x1b\[2J/);
  const risky = await exec("/approve job");
  assertEquals([risky["success"], risky["needsConfirmation"], risky["approvalId"]], [false, true, id]);
  assertStringIncludes(String(risky["response"]), `Nothing is approved yet.\nhint: /approve ${id} yes`);

  assertEquals(await text(`/deny ${id} "not now, please"`), "denied: Bash: rm -rf build\\x1b[2J");
  assertEquals((await waiting).result?.["message"], "not now, please");
  assertStringIncludes(await problem(`/deny ${id}`), "was already denied");
  await using stranger = await home.connect();
  assertEquals((await stranger.call("command.execute", { command: "/status" })).error?.data?.["name"], "forbidden");
});
