/** The MCP server that agents start: its tools, spoken to by the official client, and what an agent may not do. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import { asked, McpAgent, OWN, reported } from "../support/mcp.ts";
import type { Json } from "../support/wire.ts";

const TOOLS = [
  "list_sessions",
  "get_session",
  "wait_for",
  "list_approvals",
  "answer_approval",
  "permission_prompt",
  "memory_append",
  "memory_search",
  "memory_peek",
  "memory_stats",
  "submit_turn",
  "get_turn",
  "schedule_list",
  "schedule_add",
  "schedule_remove",
];

for (const modern of [false, true]) {
  const handshake = modern ? "2026-07-28" : "initialize";
  Deno.test(`M3 an agent reaches the hub by MCP (${handshake}): sessions, notes, a wait; the daemon is started`, async () => {
    await using home = await TestHome.create();
    await using agent = await McpAgent.start(home, { modern, ...OWN });
    const { tools } = await agent.client.listTools();
    assertEquals(tools.map(({ name }) => name), TOOLS);
    assert(tools.every(({ description, inputSchema }) => description && inputSchema.type === "object"));

    const { id } = await agent.tool("memory_append", { text: "Deploys go out on Tuesdays", tags: ["ops"] });
    const { notes } = await agent.tool("memory_search", { query: "deploy" }) as { notes: Json[] };
    assertEquals(notes.map((note) => [note["id"], note["by"], note["workspace"]]), [[id, "mcp:admin", home.root]]);
    assertEquals(((await agent.tool("memory_peek", { global: true }))["notes"] as Json[]).length, 0);
    assertEquals((await agent.tool("memory_stats"))["notes"], 1);

    await using client = await home.connect({ token: true });
    await reported(client, "own");
    await reported(client, "other");
    const { sessions } = await agent.tool("list_sessions") as { sessions: Json[] };
    assertEquals(new Set(sessions.map((one) => `${one["id"]} ${one["self"] ?? ""}`)), new Set(["own true", "other "]));
    const { session } = await agent.tool("get_session", { id: "other" }) as { session: Json };
    assertEquals(session["agent"], "claude");
    const beginning = await agent.tool("get_session", { id: "oth" }) as { session: Json };
    assertEquals(beginning.session["id"], "other");
    const both = await agent.call("get_session", { id: "w" }); // the folder of both
    assert(both.isError && both.text.startsWith('error: "w" may be 2 sessions:\n'), both.text);
    for (const id of ["own", "other"]) assertStringIncludes(both.text, `\n  ${id} `);

    const waiting = agent.tool("wait_for", { ids: ["other"], until: "working", timeoutSecs: 30 });
    await reported(client, "other", { hook_event_name: "UserPromptSubmit", prompt: "go", prompt_id: "p" });
    assertEquals(((await waiting)["reached"] as Json[]).map((one) => one["id"]), ["other"]);
    assertEquals(await agent.tool("wait_for", { ids: ["own"], until: "error", timeoutSecs: 1 }), { timedOut: true });
  });
}

Deno.test("M3 P2 bad input to the MCP server is told, and it serves on, also after the daemon was killed", async () => {
  await using home = await TestHome.create();
  const raw = home.command(["mcp"]);
  const initialize = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
  };
  const lines = [
    "garbage",
    "{}",
    '{"jsonrpc":"2.0"',
    JSON.stringify(initialize),
    "\u0000\u0001",
    '{"jsonrpc":"2.0","id":2,"method":"no/such"}',
    '{"jsonrpc":"2.0","id":3,"method":"tools/list"}',
  ];
  await using server = home.spawnArgv(raw.argv, raw.env, lines.join("\n") + "\n");
  const replies = await eventually(
    () => {
      const all = server.stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line) as Json);
      return all.length === 3 ? all : undefined;
    },
    20_000,
    "three replies",
  ).catch((error) => Promise.reject(new Error(`${error}: ${server.stdout}\n${server.stderr}`)));
  assertEquals(
    new Map(replies.map(({ id, error }) => [id, (error as Json | undefined)?.["code"]])),
    new Map<unknown, unknown>([
      [1, undefined],
      [2, -32601],
      [3, undefined],
    ]),
  );
  assertEquals((await server.exit(10_000)).code, 0);

  await using agent = await McpAgent.start(home);
  await assertRejects(() => agent.call("no_such_tool"), Error, "no_such_tool");
  for (
    const [name, given, says] of [
      ["memory_append", {}, "text"],
      ["memory_append", { text: "a", unknown: 1 }, "unknown"],
      ["memory_peek", { limit: 0 }, "limit"],
      ["wait_for", { ids: ["x"], until: "asleep" }, "until"],
      ["wait_for", { ids: ["nobody"], until: "idle" }, "nobody"],
      ["get_session", { id: "nobody" }, "nobody"],
      ["get_turn", { turnId: "nothing" }, "nothing"],
      ["submit_turn", { text: "hello", agent: "nobody" }, "nobody"],
      [
        "schedule_add",
        { id: "backup", schedule: "61 * * * *", action: { kind: "program", program: "backup" } },
        "minute",
      ],
      ["schedule_add", { id: "a", schedule: "@daily", action: { kind: "command", command: "/approve x" } }, "kind"],
      ["schedule_add", { id: "a", schedule: "@daily", action: { kind: "program", program: 5 } }, "program"],
    ] as const
  ) {
    const { text, isError } = await agent.call(name, { ...given });
    assert(isError, `${name}: ${text}`);
    assertStringIncludes(text, says);
  }
  await home.kill();
  assertEquals((await agent.tool("memory_stats"))["notes"], 0);
  const told = await home.cli(["memory", "stats", "--json"]);
  assertEquals(told.code, 0);
});

Deno.test("M3 permission_prompt asks the person in the inbox and gives the agent its answer", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await reported(client, "own");
  await using agent = await McpAgent.start(home, OWN);
  const input = { command: "touch made", description: "makes it" };
  const ask = (of = agent, given: Json = input) =>
    of.tool("permission_prompt", { tool_name: "Bash", input: given, tool_use_id: "t1" });

  const yes = ask();
  const { id, input: shown, sessionId } = await asked(client);
  assertEquals([shown, sessionId], ["touch made", "own"]);
  assertEquals((await home.cli(["approve", String(id)])).code, 0);
  assertEquals(await yes, { behavior: "allow", updatedInput: input });

  const no = ask();
  assertEquals((await home.cli(["deny", String((await asked(client))["id"]), "--message", "not now"])).code, 0);
  assertEquals(await no, { behavior: "deny", message: "not now" });
  const long = await ask(agent, { command: "x".repeat(20_000) });
  assertEquals(long["behavior"], "deny");
  assertStringIncludes(String(long["message"]), "longer than the 16384 characters");

  // Of a session of which nothing is reported a row is made, which ends with the server.
  {
    await using alone = await McpAgent.start(home, { env: { CLAUDE_CODE_SESSION_ID: "unreported" } });
    const one = ask(alone, { file_path: "/w/a", content: "b" });
    const request = await asked(client);
    assertEquals([request["sessionId"], request["agent"]], ["mcp-unreported", "mcp"]);
    assertEquals((await home.cli(["approve", String(request["id"])])).code, 0);
    assertEquals((await one)["behavior"], "allow");
    // One that gives up takes its request along.
    const gone = ask(alone);
    gone.catch(() => {});
    await asked(client);
  }
  await eventually(
    async () => (await client.request("approval.list", {}) as { approvals: Json[] }).approvals.length === 0,
    10_000,
    "the end of the request",
  );
  await eventually(
    async () => {
      const { session } = await client.request("session.get", { sessionId: "mcp-unreported" }) as { session: Json };
      return session["status"] === "closed";
    },
    10_000,
    "the end of its row",
  );
});

Deno.test("M3 R1 submit_turn gives another agent a prompt and get_turn its answer; its own session is refused; jobs", async () => {
  await using home = await TestHome.create();
  const command = [
    Deno.execPath(),
    "run",
    "-A",
    "--no-check",
    "--cached-only",
    `${REPOSITORY}/tests/support/acp_agent.ts`,
  ];
  const agents = { mine: { command, env: [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"] } };
  const scheduler = { programs: { hello: { argv: ["/bin/echo", "hello"] } } };
  await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify({ agents, scheduler }), { mode: 0o600 });
  await home.start();
  await using agent = await McpAgent.start(home, OWN);
  const { turnId } = await agent.tool("submit_turn", { text: "say hello there" });
  const turn = await agent.tool("get_turn", { turnId, timeoutSecs: 60 });
  assertEquals([turn["status"], turn["reply"], turn["source"], turn["cwd"]], [
    "finished",
    "hello there",
    "mcp",
    home.root,
  ]);
  const sessionId = String(turn["sessionId"]);
  const again = await agent.tool("submit_turn", { sessionId: sessionId.slice(0, 8), text: "say again" });
  assertEquals((await agent.tool("get_turn", { ...again, timeoutSecs: 60 }))["reply"], "again");
  await using itself = await McpAgent.start(home, { env: { CLAUDE_CODE_SESSION_ID: sessionId } });
  const refused = await itself.call("submit_turn", { sessionId, text: "say loop" });
  assertEquals(refused.isError, true);
  assertStringIncludes(refused.text, "its own session");

  const action = { kind: "program", program: "hello" };
  const byBeginning = await itself.call("submit_turn", { sessionId: sessionId.slice(0, 8), text: "say loop" });
  assertStringIncludes(byBeginning.text, "its own session");
  for (const named of [sessionId, sessionId.slice(0, 8)]) {
    const action = { kind: "prompt", text: "go on", sessionId: named };
    const looped = await itself.call("schedule_add", { id: "loop", schedule: "@hourly", action });
    assertStringIncludes(looped.text, "its own session");
  }
  const added = await agent.tool("schedule_add", { id: "hi", schedule: "30 2 * * *", action });
  assertEquals((added["next"] as string[]).length, 3);
  const { jobs } = await agent.tool("schedule_list") as { jobs: Json[] };
  assertEquals(jobs.map(({ id, action }) => [id, action]), [["hi", action]]);
  assertEquals((await home.cli(["cron", "add", "mine", "30 2 * * *", "--program", "hello"])).code, 0);
  const kept = await agent.call("schedule_remove", { id: "mine" });
  assert(kept.isError && kept.text.includes('the job "mine" was not added by an agent'), kept.text);
  assertEquals(await agent.tool("schedule_remove", { id: "hi" }), { id: "hi" });
  const left = await agent.tool("schedule_list") as { jobs: Json[] };
  assertEquals(left.jobs.map(({ id, source }) => [id, source]), [["mine", "cli"]]);
});
