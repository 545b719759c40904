/** What an agent may not do by MCP: answer for the person who has not allowed it, and for itself. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { asked, McpAgent, OWN, reported } from "../support/mcp.ts";
import type { Json } from "../support/wire.ts";

Deno.test("M4 A1 an agent answers a request only where that is allowed, and never one of its own session", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await reported(client, "own");
  // Of a session behind which no process is known it cannot be told whether it is the one that asks.
  await reported(client, "child");
  await using other = home.spawnArgv(["/bin/sleep", "60"], {});
  const request = (sessionId: string) => {
    const waiting = client.request(
      "approval.request",
      { sessionId, tool: "Bash", input: `touch ${sessionId}` },
      60_000,
    );
    waiting.catch(() => {});
    return waiting;
  };
  await using agent = await McpAgent.start(home, OWN);
  const first = request("child");
  const { id } = await asked(client);
  const answer = (of = agent, decision = "approve") => of.call("answer_approval", { id, decision });
  assertEquals(await answer(), {
    text: "error: agents answer no requests here\n" +
      "hint: the person at this machine answers, or sets mcp.answer_approvals in the configuration",
    isError: true,
  });
  const set = await home.cli(["config", "set", "mcp.answer_approvals", "true"]);
  assertEquals(set.code, 0, set.stderr);
  await home.cli(["daemon", "reload"]);

  // Nobody says which session asks.
  await using stranger = await McpAgent.start(home);
  for (const one of [stranger, agent]) {
    assertStringIncludes((await answer(one)).text, "may be of the session that asks: no process is known");
  }
  const prompt = { hook_event_name: "UserPromptSubmit", prompt: "go", prompt_id: "p" };
  await reported(client, "child", prompt, { CLAUDE_PID: String(other.pid) });
  assertStringIncludes((await answer(stranger)).text, "may be of the session that asks");
  // A name alone tells no process: the session that asks has none yet.
  assertStringIncludes((await answer()).text, "may be of the session that asks: no process is known");
  await reported(client, "own", {}, { CLAUDE_PID: String(Deno.pid) });
  assertEquals(await answer(), { text: JSON.stringify({ id, decision: "approve" }), isError: false });
  assertEquals((await first as Json)["outcome"], "approved");
  const { approvals } = await client.request("approval.list", { status: "all" }) as { approvals: Json[] };
  assertEquals((approvals[0]?.["approved"] as Json)["by"], "mcp:admin");
  assertMatch((await answer()).text, /already approved/);

  // Its own: by its environment, and by the process that it descends from, whatever its environment says.
  const mine = request("own");
  const { id: own } = await asked(client);
  const refused = await agent.call("answer_approval", { id: own, decision: "approve" });
  assertStringIncludes(refused.text, "is of the session that asks");
  await using liar = await McpAgent.start(home, { env: { CLAUDE_CODE_SESSION_ID: "child" } });
  for (const decision of ["approve", "deny"]) {
    const { text, isError } = await liar.call("answer_approval", { id: own, decision });
    assert(isError);
    assertStringIncludes(text, "is of the session that asks");
  }
  assertEquals((await home.cli(["deny", String(own)])).code, 0);
  assertEquals((await mine as Json)["outcome"], "denied");
});

Deno.test("M4 a client that names its methods in hello calls no others, whatever its token allows", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ hello: false });
  const hello = { protocol: 1, client: "t/1", kind: "mcp", token: home.token(), methods: ["session.list"] };
  assertEquals((await client.request("hello", hello) as Json)["scope"], "admin");
  await client.request("session.list", {});
  const { error } = await client.call("approval.list", {}) as { error?: Json };
  assertEquals((error?.["data"] as Json)["name"], "forbidden");
});
