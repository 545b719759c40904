// deno-lint-ignore-file no-sync-fn-in-async-fn -- makes folders and files between two steps: nothing else waits
/** H4: the question of a sub-agent stays what it is while its parent goes on, with a window open and without one. */
import { assertEquals } from "@std/assert";
import { heldWith, pending, row } from "../support/hook_process.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import type { Json, RawClient } from "../support/wire.ts";

const PID = Deno.pid;
const END_MS = 20_000;
const ENV = { CLAUDE_CODE_ENTRYPOINT: "cli", CLAUDE_PID: String(PID) };

const event = (hook_event_name: string, more: Json = {}): Json => ({
  session_id: "s1",
  cwd: "/w",
  prompt_id: "p1",
  hook_event_name,
  ...more,
});
const asks = (agentId: string, tool_name: string, command: string) =>
  event("PermissionRequest", { agent_id: agentId, agent_type: "Explore", tool_name, tool_input: { command } });

async function inTerminals(client: RawClient): Promise<unknown[]> {
  const { terminalQuestions } = await client.request("approval.list");
  return (terminalQuestions as Json[]).map(({ sessionId, why }) => [sessionId, why]);
}

Deno.test("H4 feeds.claude_sessions: another dialog of the process is answered; a sub-agent's held question stays pending", async () => {
  await using home = await TestHome.create({ config: '{"feeds": {"claude_sessions": true}}' });
  const folder = `${home.root}/claude`;
  Deno.mkdirSync(`${folder}/sessions`, { recursive: true });
  const publish = (status: string, more: Json = {}) => {
    const now = Date.now();
    const content = { pid: PID, sessionId: "s1", cwd: "/w", status, updatedAt: now, statusUpdatedAt: now, ...more };
    Deno.writeTextFileSync(`${folder}/sessions/${PID}.json`, JSON.stringify(content));
  };
  await home.start({ env: { CLAUDE_CONFIG_DIR: folder } });
  await using client = await home.connect({ token: true });
  const report = (what: Json) => client.request("session.report", { agent: "claude", event: what, env: ENV });
  await report(event("UserPromptSubmit", { prompt: "go" }));
  await report(event("SubagentStart", { agent_id: "a2", agent_type: "Explore" }));
  const otherDialog = async () => {
    publish("waiting", { waitingFor: "permission prompt" });
    await pause(1000); // the file is looked at 250 ms after its change
    publish("busy");
    await pause(1000);
  };

  const viewer = await home.connect({ token: true });
  await viewer.request("subscribe", { answers: true });
  const { hook, ...held } = await heldWith(home, client, asks("a2", "Bash", "touch held"), { env: ENV });
  try {
    await otherDialog();
    assertEquals([(await pending(client)).length, (await row(client, "a2"))["status"]], [1, "waiting"]);
    await viewer.close();
    assertEquals((await hook.exit(END_MS)).stdout, "");
    // Its dialog opens now, and then the file is about it.
    assertEquals(await inTerminals(client), [["a2", "window_closed"]]);
    // Of a file that has changed twice between two looks only the second is seen.
    const isOver = async () => {
      await otherDialog();
      return (await inTerminals(client)).length === 0;
    };
    await eventually(isOver, END_MS, "the end of its dialog");
  } finally {
    await held[Symbol.asyncDispose]();
  }
});

Deno.test("H4 the parent's turn ends while its background sub-agent asks: pending with a window, in its terminal without", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const agent = "claude-like:qwen";
  const report = (what: Json) => client.request("session.report", { agent, event: what, env: {} });
  const stop = () =>
    report(event("Stop", {
      last_assistant_message: "launched",
      background_tasks: [{ id: "call_1", status: "running", agent_type: "general-purpose", description: "task" }],
    }));
  const begin = async () => {
    await report(event("UserPromptSubmit", { prompt: "go" }));
    await report(event("SubagentStart", { agent_id: "call_1", agent_type: "general-purpose" }));
  };
  await begin();
  await report(asks("call_1", "run_shell_command", "touch first"));
  await stop();
  assertEquals([await pending(client), await inTerminals(client)], [[], [["call_1", "no_window"]]]);

  await using viewer = await home.connect({ token: true });
  await viewer.request("subscribe", { answers: true });
  await report(asks("call_1", "run_shell_command", "touch second"));
  await stop();
  assertEquals([(await pending(client)).map(({ input }) => input), await inTerminals(client)], [["touch second"], []]);
});
