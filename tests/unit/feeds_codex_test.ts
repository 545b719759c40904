/** The feed of Codex's app-server, against a double that plays a recording of the real one (0.169.0). */
import { assert, assertEquals } from "@std/assert";
import { readStatus, readThread, readTurnError } from "../../src/agents/codex/thread_codec.ts";
import type { Replay } from "../contract/replay.ts";
import { CHILD, CodexBench, WAIT_MS } from "../support/codex_bench.ts";
import { SESSION } from "../support/fake_app_server.ts";
import { eventually } from "../support/harness_wait.ts";

Deno.test("H4 Codex's app-server alone tells each state of a session, and its hidden threads make no row", async () => {
  await using bench = new CodexBench();
  bench.codex.start();
  bench.start();
  await bench.is(SESSION, "starting");
  await bench.step("turn", "working", "idle", "idle");
  await eventually(() => bench.replay.get(SESSION)?.title === "Mock title", WAIT_MS, "the title");
  const dialog = ["working", "waiting for permission: Codex asks for an approval", "working", "idle"];
  await bench.step("dialog, y", ...dialog);
  await bench.step("dialog, Esc", ...dialog);
  await bench.step("Esc while streaming", "working", "idle");
  await bench.step("API error", "working", "error unknown");
  await bench.step("after error", "working", "idle");
  await bench.step("subagent", "working", "idle");
  assertEquals(
    bench.replay.sessions().map(({ id }) => id),
    [SESSION],
    "the title's thread and the sub-agent's have no row",
  );
  const row = bench.replay.get(SESSION);
  assertEquals([row?.agent, row?.cwd, row?.model], ["codex", "/home/u/project", "mock-model"]);
  assertEquals(bench.codex.calls.slice(0, 3), ["initialize", "initialized", "thread/loaded/list"]);
  assert(!bench.codex.calls.includes("thread/resume"), "a passive client attaches to nothing");
});

Deno.test("H4 why a turn failed, which Codex's hooks never tell, is asked for until it is there", async () => {
  await using bench = new CodexBench();
  bench.codex.start();
  bench.start();
  await bench.is(SESSION, "starting");
  // Recorded right after the error: the turn still counts as interrupted, without one.
  await bench.step("API error", "working", "error unknown");
  const asked = () => bench.codex.calls.filter((method) => method === "thread/turns/list").length;
  await eventually(() => asked() === 1, WAIT_MS, "the question");
  const message = '{"error":{"message":"too many requests","type":"x"}}';
  bench.codex.answers.set("thread/turns/list", {
    data: [{ status: "failed", error: { message, codexErrorInfo: "rateLimitExceeded" } }],
  });
  const error = () => bench.replay.get(SESSION) as { error?: unknown };
  await eventually(
    () => asked() === 2 && (error().error as { kind: string }).kind !== "unknown",
    WAIT_MS,
    "the reason",
  );
  assertEquals(error().error, { kind: "rate_limit", text: "too many requests" });
});

Deno.test("H4 a sub-agent that asks has a row of its own while its turn lasts", async () => {
  await using bench = new CodexBench();
  bench.codex.start();
  bench.start();
  await bench.is(SESSION, "starting");
  bench.codex.play("subagent");
  await eventually(
    () => bench.codex.calls.filter((m) => m === "thread/read").length >= 2,
    WAIT_MS,
    "the question who it is",
  );
  await bench.is(SESSION, "idle");
  const tell = (status: unknown) =>
    bench.codex.tell({ method: "thread/status/changed", params: { threadId: CHILD, status } });
  tell({ type: "active", activeFlags: ["waitingOnApproval"] });
  await bench.is(CHILD, "waiting");
  assertEquals([bench.replay.get(CHILD)?.parentId, bench.replay.get(CHILD)?.title], [SESSION, "Rawls"]);
  assertEquals(bench.replay.get(SESSION)?.status, "idle");
  tell({ type: "active", activeFlags: [] });
  await bench.is(CHILD, "working");
  tell({ type: "idle" });
  await bench.is(CHILD, "closed");
});

Deno.test("H4 the feed waits in silence until Codex runs, comes back after it, and ends the turns that went with it", async () => {
  await using bench = new CodexBench();
  bench.start();
  bench.codex.start();
  await bench.is(SESSION, "starting");
  bench.codex.tell("no JSON");
  bench.codex.tell({ method: "thread/status/changed", params: { threadId: 7, status: "?" } });
  bench.codex.tell({ method: "something/new", params: [1] });
  bench.codex.tell({ method: "thread/status/changed", params: { threadId: SESSION, status: { type: "active" } } });
  await bench.is(SESSION, "working");
  await bench.codex.stop();
  await bench.is(SESSION, "idle");
  bench.codex.start();
  await eventually(() => bench.codex.calls.filter((method) => method === "initialized").length === 2, 8000, "the feed");
  bench.codex.tell({ method: "thread/closed", params: { threadId: SESSION } });
  await eventually(
    () => {
      bench.codex.tell({ method: "thread/closed", params: { threadId: SESSION } });
      return bench.replay.get(SESSION)?.status === "closed";
    },
    WAIT_MS,
    "the end of the session",
    50,
  );
});

Deno.test("H4 rows that hooks keep are not told what they know better", async () => {
  await using bench = new CodexBench();
  bench.codex.start();
  const hook = (event: Parameters<Replay["report"]>[0]["event"]) =>
    void bench.replay.report({ agent: "codex", sessionId: SESSION, facts: {}, event }, new Date().toISOString());
  hook({ kind: "prompt", byUser: true, text: "go" });
  hook({ kind: "requested", for: "permission", text: "Bash: ls" }); // held by a hook: no dialog is open yet
  bench.start();
  await eventually(() => bench.codex.calls.includes("thread/read"), WAIT_MS, "the look at the thread");
  const active = (...activeFlags: string[]) =>
    bench.codex.tell({
      method: "thread/status/changed",
      params: { threadId: SESSION, status: { type: "active", activeFlags } },
    });
  // The recorded thread was idle before its first turn: so that one has ended.
  await bench.is(SESSION, "idle");
  hook({ kind: "prompt", byUser: true, text: "go" });
  hook({ kind: "requested", for: "permission", text: "Bash: ls" });
  active();
  active("waitingOnApproval");
  active("waitingOnApproval");
  active();
  await bench.is(SESSION, "working");
  assertEquals(bench.seen.filter((line) => line.includes("Codex asks")), [], "the words of the hook stayed");
  assertEquals(bench.replay.get(SESSION)?.turnCount, 2, "a turn is counted once");
});

Deno.test("H4 Codex's words of another shape are no evidence", () => {
  for (const value of [undefined, null, 1, "x", [], {}, { id: "" }, { id: "-x" }, { id: "a b" }, { id: 7 }]) {
    assertEquals(readThread(value), undefined);
    assertEquals(readStatus(value), undefined);
    assertEquals(readTurnError(value), undefined);
  }
  assertEquals(readStatus({ type: "notLoaded" }), undefined);
  assertEquals(readStatus({ type: "active", activeFlags: "waitingOnApproval" }), "active");
  assertEquals(readStatus({ type: "active", activeFlags: ["new", "waitingOnUserInput"] }), "input");
  assertEquals(readThread({ id: "t", status: { type: "idle" }, cwd: 1, gitInfo: null, ephemeral: "yes" }), {
    id: "t",
    kind: "session",
    begun: false,
    facts: {},
    status: "idle",
  });
  const failed = (codexErrorInfo: unknown, message = "m") =>
    readTurnError({ data: [{ error: { message, codexErrorInfo } }] });
  assertEquals(failed({ httpConnectionFailed: { httpStatusCode: 503 } }), { error: "server", text: "m" });
  assertEquals(failed("__proto__"), { error: "unknown", text: "m" });
  assertEquals(readTurnError({ data: [{ error: null }, { error: { message: "older" } }] }), undefined);
});
