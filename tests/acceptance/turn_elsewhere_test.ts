// deno-lint-ignore-file no-sync-fn-in-async-fn -- makes folders and files between two steps: nothing else waits
/** Prompts for sessions that somebody else runs: by a way of their agent where its feed is on, else it is said how to get there. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeCodex, SESSION } from "../support/fake_app_server.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { McpAgent, OWN } from "../support/mcp.ts";
import type { Json, RawClient } from "../support/wire.ts";

type Told = Readonly<Record<"id" | "sessionId" | "status" | "reply" | "prompt" | "error" | "source", string>> & {
  readonly tools: readonly Json[];
};

/** A Codex whose thread takes prompts, each the turn of its number. */
class PromptedCodex extends FakeCodex {
  readonly prompts: Json[] = [];
  readonly interrupted: unknown[] = [];

  constructor(path: string, isAttachable: boolean) {
    super(path);
    if (isAttachable) this.answers.set("thread/resume", { thread: {} });
    this.answers.set("turn/start", (params: Json) => {
      this.prompts.push(params);
      return { turn: { id: `t${this.prompts.length}`, status: "inProgress" } };
    });
    this.answers.set("turn/interrupt", ({ turnId }: Json) => {
      this.interrupted.push(turnId);
      this.ends(String(turnId), "interrupted");
      return {};
    });
  }

  is(type: "idle" | "active"): void {
    const status = { type, ...(type === "active" ? { activeFlags: [] } : {}) };
    this.tell({ method: "thread/status/changed", params: { threadId: SESSION, status } });
  }

  item(kind: "started" | "completed", item: Json, turnId = `t${this.prompts.length}`): void {
    this.tell({ method: `item/${kind}`, params: { threadId: SESSION, turnId, item } });
  }

  says(itemId: string, delta: string, turnId = `t${this.prompts.length}`): void {
    this.tell({ method: "item/agentMessage/delta", params: { threadId: SESSION, turnId, itemId, delta } });
  }

  ends(id: string, status: string, more: Json = {}): void {
    this.is("idle");
    this.tell({ method: "turn/completed", params: { threadId: SESSION, turn: { id, status, items: [], ...more } } });
  }
}

async function withCodex(isAttachable = true) {
  const home = await TestHome.create({ config: '{"feeds": {"codex_app_server": true}}' });
  const control = `${home.root}/codex/app-server-control`;
  Deno.mkdirSync(control, { recursive: true });
  const codex = new PromptedCodex(`${control}/app-server-control.sock`, isAttachable);
  codex.start();
  const start = async () => {
    await home.start({ env: { CODEX_HOME: `${home.root}/codex` } });
    return await home.connect({ token: true });
  };
  const client = await start();
  await eventually(async () => await statusOf(client) !== undefined, 10_000, "its row");
  codex.is("idle");
  return { home, codex, client, start };
}

async function statusOf(client: RawClient): Promise<unknown> {
  const { sessions } = await client.request("session.list", {}) as { sessions: Json[] };
  return sessions.find(({ id }) => id === SESSION)?.["status"];
}

async function submitted(client: RawClient, text: string): Promise<string> {
  return String((await client.request("turn.submit", { sessionId: SESSION, text }))["turnId"]);
}

async function untilTurn(client: RawClient, turnId: string, status: string): Promise<Told> {
  return await eventually(
    async () => {
      const { turns: [turn] } = await client.request("turn.recent", { turnId }) as { turns: Told[] };
      return turn?.status === status ? turn : undefined;
    },
    10_000,
    `a turn that is ${status}`,
  );
}

const sent = (codex: PromptedCodex, count: number) =>
  eventually(() => codex.prompts.length === count, 10_000, `${count} prompts`);

Deno.test("R7 a prompt goes into a session of somebody's terminal once, when it is free; what is said there is the turn's, and cancel interrupts it", async () => {
  const { home, codex, client } = await withCodex();
  await using _ = home;
  try {
    const stranger = await home.connect({});
    const refused = await stranger.call("turn.submit", { sessionId: SESSION, text: "mine now" });
    assertStringIncludes(JSON.stringify(refused), "error");
    await stranger[Symbol.asyncDispose]();

    const { stdout: screen } = await home.cli(["--snapshot", "120x30"]);
    assertMatch(screen, /i prompt/, "a window knows that it takes prompts");
    await using agent = await McpAgent.start(home, OWN);
    const byTool = await agent.call("submit_turn", { sessionId: SESSION, text: "from an agent" });
    assertEquals(byTool.isError, true);
    assertStringIncludes(byTool.text, "no agent and no job gives it a prompt");
    const action = { kind: "prompt", sessionId: SESSION, text: "from a job" };
    await client.request("job.add", { id: "sly", schedule: "@yearly", action });
    await client.request("job.run", { id: "sly" });
    await eventually(
      async () => {
        const runs = JSON.stringify(await client.request("job.history", { id: "sly" }));
        return runs.includes("no agent and no job gives it a prompt");
      },
      10_000,
      "a job that is refused",
    );

    const running = home.cli(["submit", SESSION.slice(0, 12), "list the files"]);
    await sent(codex, 1);
    const input = [{ type: "text", text: "list the files", text_elements: [] }];
    assertEquals(codex.prompts, [{ threadId: SESSION, input }], "the thread keeps its own settings");
    codex.is("active");
    const command = { type: "commandExecution", id: "c1", command: "/bin/bash -lc 'ls -l'" };
    codex.item("started", { ...command, status: "inProgress" });
    codex.item("completed", { ...command, status: "completed" });
    codex.item("started", { type: "agentMessage", id: "m1", text: "" });
    codex.says("m1", "two ");
    codex.says("m1", "of another turn", "t0");
    codex.says("m1", "files");
    codex.item("completed", { type: "agentMessage", id: "m1", text: "two files" });
    codex.item("completed", { type: "agentMessage", id: "m2", text: "and no more" });
    codex.ends("t1", "completed", { items: [{ type: "agentMessage", id: "m2", text: "and no more" }] });
    const done = await running;
    assertEquals([done.code, done.stdout], [0, "two files\n\nand no more\n"], done.stderr);
    const { turns: [turn] } = await client.request("turn.recent", {}) as { turns: Told[] };
    assert(turn !== undefined);
    assertEquals([turn.status, turn.source, turn.sessionId], ["finished", "cli", SESSION]);
    assertEquals(turn.tools, [{ id: "c1", name: "Bash", text: "ls -l", status: "completed" }]);
    assertEquals(await statusOf(client), "idle");
    const { records } = await client.request("audit.tail", { limit: 100 }) as { records: Json[] };
    const ofRows = records.filter(({ type }) => String(type).startsWith("session."));
    assertEquals(new Set(ofRows.map(({ actor }) => actor)), new Set(["feed:report"]), "its feed alone tells its row");

    codex.is("active"); // somebody types there
    await eventually(async () => await statusOf(client) === "working", 20_000, "a busy session");
    const withdrawn = await submitted(client, "not this");
    await client.request("turn.cancel", { turnId: withdrawn });
    await untilTurn(client, withdrawn, "cancelled");
    const later = await submitted(client, "and now this");
    const never = await submitted(client, "never this");
    await client.request("turn.cancel", { turnId: never });
    await untilTurn(client, never, "cancelled");
    assertEquals([(await untilTurn(client, later, "queued")).status, codex.prompts.length], ["queued", 1]);
    codex.is("idle");
    await sent(codex, 2);
    codex.is("active");
    await untilTurn(client, later, "running");
    await client.request("turn.cancel", { turnId: later });
    await untilTurn(client, later, "cancelled");
    assertEquals([codex.interrupted, codex.prompts.length], [["t2"], 2]);

    const failing = await submitted(client, "fail");
    await sent(codex, 3);
    codex.ends("t3", "failed", { error: { message: '{"error":{"message":"too many"}}', codexErrorInfo: "other" } });
    assertEquals((await untilTurn(client, failing, "failed")).error, "too many");
    codex.answers.set("turn/start", null);
    assertMatch((await untilTurn(client, await submitted(client, "refused"), "failed")).error, /not recorded/);
  } finally {
    await home.stop();
    await codex.stop();
  }
});

Deno.test("R7 what becomes of a prompt is told where Codex tells only the state, and nothing is sent twice: not behind a lost connection, not behind a kill -9", async () => {
  const { home, codex, client, start } = await withCodex(false);
  await using _ = home;
  try {
    const items = [{ type: "userMessage", id: "u" }, { type: "agentMessage", id: "m", text: "from the record" }];
    codex.answers.set("thread/turns/list", { data: [{ id: "t9" }, { id: "t1", status: "completed", items }] });
    const quiet = await submitted(client, "say it");
    await sent(codex, 1);
    codex.is("active");
    codex.is("idle");
    assertEquals((await untilTurn(client, quiet, "finished")).reply, "from the record");

    const lost = await submitted(client, "and then");
    await sent(codex, 2);
    codex.is("active");
    codex.hangUp();
    assertMatch((await untilTurn(client, lost, "failed")).error, /the connection to Codex was lost/);
    await eventually(() => codex.clients === 1, 10_000, "another connection");

    await eventually(async () => await statusOf(client) !== "working", 10_000, "its row");
    const running = await submitted(client, "killed in it");
    await sent(codex, 3);
    codex.is("active");
    const waiting = await submitted(client, "killed before it");
    await untilTurn(client, running, "running");
    await client[Symbol.asyncDispose]();
    await home.kill();
    await using next = await start();
    assertMatch((await untilTurn(next, running, "failed")).error, /the daemon ended in it; its session .* may go on/);
    assertMatch((await untilTurn(next, waiting, "failed")).error, /the daemon ended before it began: it was not sent/);
    assert(await statusOf(next) !== "closed", "the session is not the daemon's to end");
    assertEquals(codex.prompts.length, 3);

    // The connection of the daemon that was killed may still be known: what is told there is told to nobody.
    await eventually(
      async () => {
        codex.is("idle");
        return await statusOf(next) === "idle";
      },
      20_000,
      "a free session",
      100,
    );
    const stopped = await submitted(next, "stopped in it");
    await sent(codex, 4);
    await untilTurn(next, stopped, "running");
    assertEquals((await home.cli(["daemon", "stop", "--force"])).code, 0);
    await using last = await start();
    assertMatch((await untilTurn(last, stopped, "failed")).error, /the daemon is stopping; its session .* may go on/);
    assertEquals([codex.prompts.length, codex.interrupted], [4, []], "the turn is its session's");
  } finally {
    await home.stop();
    await codex.stop();
  }
});

Deno.test("R7 where there is no way into a session, the error says how to reach it, and what would open one", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  for (const [agent, session_id] of [["codex", "c-1"], ["claude", "c-2"]] as const) {
    const event = { session_id, cwd: "/w", hook_event_name: "UserPromptSubmit", prompt: "go" };
    await client.request("session.report", { agent, event, env: {} });
  }
  const codex = await home.cli(["submit", "c-1", "hello"]);
  assertEquals(codex.code, 1, codex.stdout);
  assertMatch(
    codex.stderr,
    /error: the session c-1 is not one that the daemon runs\nhint: agent-console go c-1 brings/,
  );
  assertStringIncludes(codex.stderr, "agent-console config set feeds.codex_app_server true");
  const claude = await home.cli(["submit", "c-2", "hello"]);
  const here = "submit goes on with it here, where agents.claude is configured\n";
  assertStringIncludes(
    claude.stderr,
    `hint: agent-console go c-2 brings its terminal to the front; once it has ended there, ${here}`,
  );

  await using agent = await McpAgent.start(home, OWN);
  const byTool = await agent.call("submit_turn", { sessionId: "c-2", text: "hello" });
  assertEquals(byTool.isError, true);
  assertMatch(byTool.text, /no agent and no job gives it a prompt\nhint: the person at this machine does, in its/);
  assert(!byTool.text.includes("agent-console"), byTool.text);

  const { stdout: screen } = await home.cli(["--snapshot", "120x30"]);
  assert(screen.includes("codex") && !screen.includes("i prompt"), screen);
  assertEquals((await home.cli(["config", "set", "feeds.codex_app_server", "true"])).code, 0);
  assertEquals((await home.cli(["daemon", "restart", "--force"])).code, 0);
  const on = await home.cli(["submit", "c-1", "hello"]);
  assertMatch(on.stderr, /hint: agent-console go c-1 brings .*; feeds.codex_app_server is on, and codex does not tell/);
});
