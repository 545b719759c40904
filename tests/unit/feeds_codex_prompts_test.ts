/** R7: prompts into Codex's threads, between a double of its app-server and who gives them. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CHILD, CodexBench, WAIT_MS } from "../support/codex_bench.ts";
import { SESSION } from "../support/fake_app_server.ts";
import { eventually } from "../support/harness_wait.ts";

interface Given {
  readonly heard: string[];
  readonly end: AbortController;
  readonly result: Promise<"finished" | "cancelled">;
}

const STATUS = "thread/status/changed";

async function idle(): Promise<CodexBench> {
  const bench = new CodexBench();
  bench.codex.start();
  bench.start();
  await bench.is(SESSION, "starting");
  return bench;
}

function give(bench: CodexBench, mayBeSent: () => void = () => {}): Given {
  const heard: string[] = [];
  const end = new AbortController();
  const way = bench.wayInto(SESSION);
  assert(way !== undefined);
  const result = way("do it", {
    sending: () => {
      mayBeSent();
      heard.push("sent");
    },
    text: (piece) => heard.push(piece),
    call: ({ id, name, text, status }) => heard.push(`${id} ${name} ${text} ${status}`),
  }, end.signal);
  result.catch(() => {});
  return { heard, end, result };
}

function state(bench: CodexBench, type: string): void {
  bench.codex.tell({ method: STATUS, params: { threadId: SESSION, status: { type } } });
}

function item(bench: CodexBench, method: string, params: Record<string, unknown>): void {
  bench.codex.tell({ method: `item/${method}`, params: { threadId: SESSION, turnId: "t", ...params } });
}

function completed(bench: CodexBench, turn: Record<string, unknown>): void {
  bench.codex.tell({ method: "turn/completed", params: { threadId: SESSION, turn: { id: "t", ...turn } } });
}

Deno.test("R7 each thing of a turn is heard once: a message that was begun before us whole, and calls of each kind", async () => {
  await using bench = await idle();
  bench.codex.answers.set("turn/start", { turn: { id: "t" } });
  const { heard, result } = give(bench);
  await eventually(() => bench.codex.calls.includes("turn/start"), WAIT_MS, "the prompt");
  item(bench, "agentMessage/delta", { itemId: "m1", delta: "half" });
  item(bench, "completed", { item: { type: "agentMessage", id: "m1", text: "whole and half" } });
  const files = { type: "fileChange", id: "f", changes: [{ path: "/w/a" }, { path: "/w/b" }] };
  item(bench, "started", { item: { ...files, status: "inProgress" } });
  item(bench, "completed", { item: { ...files, status: "declined" } });
  const mcp = { type: "mcpToolCall", id: "x", server: "s", tool: "t", arguments: { a: 1 }, status: "failed" };
  item(bench, "completed", { item: mcp });
  item(bench, "completed", { item: { type: "reasoning", id: "r", text: "not shown" } });
  item(bench, "completed", { item: "no item" });
  completed(bench, { status: "completed", items: [{ type: "agentMessage", id: "m1", text: "whole and half" }] });
  assertEquals(await result, "finished");
  assertEquals(heard, [
    "sent",
    "whole and half",
    "f apply_patch /w/a\n/w/b in_progress",
    "f apply_patch /w/a\n/w/b failed",
    'x mcp__s__t {"a":1} failed',
  ]);
});

Deno.test("R7 a prompt that must not be sent, was cancelled or whose thread ends while it waits is never sent", async () => {
  await using bench = await idle();
  const refused = give(bench, () => {
    throw new Error("no records are taken");
  });
  await assertRejects(() => refused.result, Error, "no records are taken");
  state(bench, "active");
  await bench.is(SESSION, "working");
  const cancelled = give(bench);
  await assertRejects(() => give(bench).result, Error, "another prompt");
  cancelled.end.abort(new Error("it was cancelled"));
  await assertRejects(() => cancelled.result, Error, "it was cancelled");
  const closed = give(bench);
  bench.codex.tell({ method: "thread/closed", params: { threadId: SESSION } });
  await assertRejects(() => closed.result, Error, "Codex has closed the session");
  assertEquals(bench.codex.calls.filter((method) => method.startsWith("turn/")), []);
  assertEquals([bench.wayInto(SESSION), bench.wayInto(CHILD), bench.wayInto("x")], [undefined, undefined, undefined]);
});

Deno.test("R7 a cancel before Codex has named the turn interrupts it as soon as it has", async () => {
  await using bench = await idle();
  const interrupted: unknown[] = [];
  const given: Given[] = [];
  bench.codex.answers.set("turn/start", () => {
    given[0]?.end.abort(new Error("it was cancelled"));
    return { turn: { id: "t" } };
  });
  bench.codex.answers.set("turn/interrupt", (params: unknown) => {
    interrupted.push(params);
    completed(bench, { status: "interrupted" });
    return {};
  });
  given.push(give(bench));
  assertEquals(await given[0]?.result, "cancelled");
  assertEquals(interrupted, [{ threadId: SESSION, turnId: "t" }]);
});

Deno.test("R7 a turn that has failed is no cancelled one, though Codex's record says so at first", async () => {
  await using bench = await idle();
  bench.codex.answers.set("turn/start", { turn: { id: "t" } });
  let looks = 0;
  bench.codex.answers.set("thread/turns/list", () => {
    const error = { message: "too many", codexErrorInfo: "rateLimitExceeded" };
    return { data: [++looks === 1 ? { id: "t", status: "interrupted" } : { id: "t", status: "failed", error }] };
  });
  const { result } = give(bench);
  await eventually(() => bench.codex.calls.includes("turn/start"), WAIT_MS, "the prompt");
  state(bench, "systemError");
  await assertRejects(() => result, Error, "too many");
});
