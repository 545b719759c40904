/** A script that asks about a call of its session, as a permission prompt by MCP does, and the hook that asks about it too. */
import { assertEquals } from "@std/assert";
import { Desk, FakeCaller } from "../support/desk.ts";

const HOOK_MS = 500;

/** A Claude Code without a terminal, which has told of the calls of those ids. */
async function atCall(...ids: readonly string[]): Promise<Desk> {
  const desk = new Desk();
  for (const tool_use_id of ids) await hook(desk, { hook_event_name: "PreToolUse", tool_use_id });
  return desk;
}

async function hook(desk: Desk, more: Record<string, unknown>, caller = new FakeCaller()) {
  const event = {
    session_id: "s",
    cwd: "/w",
    tool_name: "Bash",
    tool_input: { command: "touch x" },
    ...more,
  };
  const { approval } = await desk.report(
    { agent: "claude", event, env: { CLAUDE_CODE_ENTRYPOINT: "sdk-cli" } },
    caller,
  );
  return approval?.id;
}

const hookAsks = (desk: Desk, caller?: FakeCaller, more: Record<string, unknown> = {}) =>
  hook(desk, { hook_event_name: "PermissionRequest", ...more }, caller);

function scriptAsks(desk: Desk, callId?: string, peer = new FakeCaller("mcp")) {
  const call = callId === undefined ? {} : { callId };
  return desk.broker.request({ sessionId: "s", tool: "Bash", input: "touch x", ...call }, peer);
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("M3 a script and a hook that ask about one call have one request, whoever comes first, and one answer", async () => {
  for (const isHookFirst of [true, false]) {
    const desk = await atCall("c1");
    desk.attach();
    const caller = new FakeCaller();
    const first = isHookFirst ? await hookAsks(desk, caller) : undefined;
    const asking = scriptAsks(desk, "c1");
    assertEquals(desk.inbox.pendingCount, isHookFirst ? 1 : 0);
    const id = first ?? await hookAsks(desk, caller) ?? "";
    await settle();
    assertEquals(desk.inbox.pendingCount, 1);
    const waiting = desk.broker.wait(id, caller);
    await desk.broker.decide({ id, decision: "deny", message: "not now" }, "cli:approve");
    const [ofScript, ofHook] = await Promise.all([asking, waiting]);
    assertEquals([ofScript.id, ofScript.outcome, ofScript.message], [id, "denied", "not now"]);
    assertEquals([ofHook.id, ofHook.outcome, ofHook.message], [id, "denied", "not now"]);
    const output = { hookEventName: "PermissionRequest", decision: { behavior: "deny", message: "not now" } };
    assertEquals([ofScript.output, ofHook.output], [{ decision: "deny" }, { hookSpecificOutput: output }]);
    assertEquals(desk.timers, 0);
  }
});

Deno.test("M3 a script asks by itself where no hook told of the call, and where none asks about it in a moment", async () => {
  const desk = await atCall("c1");
  void scriptAsks(desk, "another");
  void scriptAsks(desk);
  await settle();
  assertEquals(desk.inbox.pendingCount, 2);
  void scriptAsks(desk, "c1");
  desk.pass(HOOK_MS - 1);
  await settle();
  assertEquals(desk.inbox.pendingCount, 2);
  desk.pass(1);
  await settle();
  const last = desk.inbox.pending().at(-1);
  assertEquals(
    [desk.inbox.pendingCount, last?.deadline],
    [3, "2026-11-20T10:00:45.000Z"],
    "the wait is part of its time",
  );
});

Deno.test("M3 a script that shows another input than the hook asks by itself; the whole input is as good as the command", async () => {
  const tool_input = { command: "touch x", timeout: 5000 };
  const same = { tool: "Bash", input: JSON.stringify(tool_input, null, 2) };
  for (
    const [given, requests] of [
      [same, 1],
      [{ ...same, tool: "Write" }, 2],
      [{ ...same, input: "rm -rf x" }, 2],
      [{ ...same, input: '{"command": "rm -rf x"}' }, 2],
      [{ ...same, input: '{"of": "another member"}' }, 2],
    ] as const
  ) {
    const desk = new Desk();
    desk.attach();
    await hook(desk, { hook_event_name: "PreToolUse", tool_use_id: "c1", tool_input });
    await hookAsks(desk, undefined, { tool_input, more: { of: "another member" } });
    void desk.broker.request({ sessionId: "s", callId: "c1", ...given }, new FakeCaller("mcp"));
    await settle();
    desk.pass(HOOK_MS);
    await settle();
    assertEquals(desk.inbox.pendingCount, requests, JSON.stringify(given));
  }
});

Deno.test("M3 of two equal calls each needs an answer: the script asks by itself", async () => {
  const desk = await atCall("c1", "c2");
  desk.attach();
  await hookAsks(desk);
  void scriptAsks(desk, "c1");
  await settle();
  assertEquals(desk.inbox.pendingCount, 2);
});

Deno.test("M3 a script goes on asking when the last window closes and the hook waits no longer; at the deadline both end", async () => {
  const desk = await atCall("c1");
  const close = desk.attach();
  const first = await hookAsks(desk);
  const asking = scriptAsks(desk, "c1");
  await settle();
  close();
  await settle();
  const [own, ...more] = desk.inbox.pending();
  assertEquals([desk.inbox.get(first ?? "")?.status, more.length], ["expired", 0]);
  await desk.broker.decide({ id: own?.id ?? "", decision: "approve" }, "cli:approve");
  assertEquals((await asking).outcome, "approved");

  const again = await atCall("c1");
  again.attach();
  await hookAsks(again);
  const late = scriptAsks(again, "c1");
  await settle();
  again.pass(45_000);
  assertEquals([(await late).outcome, again.inbox.pendingCount], ["expired", 0]);
});

Deno.test("M3 a script that is gone leaves the hook's request open, and opens none of its own", async () => {
  const desk = await atCall("c1");
  desk.attach();
  const early = new FakeCaller("mcp");
  const gone = scriptAsks(desk, "c1", early);
  early.hangUp();
  assertEquals([(await gone).outcome, desk.inbox.pendingCount, desk.timers], ["cancelled", 0, 0]);
  const id = await hookAsks(desk) ?? "";
  const later = new FakeCaller("mcp");
  void scriptAsks(desk, "c1", later);
  await settle();
  later.hangUp();
  assertEquals(desk.inbox.get(id)?.status, "pending");
});

Deno.test("M3 the answer to a question reaches the script that asks about it too, as approval.request says it", async () => {
  const option = (label: string) => ({ label, description: "" });
  const tool_input = {
    questions: [{ question: "Which?", header: "H", multiSelect: false, options: [option("a"), option("b")] }],
  };
  const desk = new Desk();
  desk.attach();
  const of = { tool_name: "AskUserQuestion", tool_input };
  await hook(desk, { hook_event_name: "PreToolUse", tool_use_id: "c1", ...of });
  const caller = new FakeCaller();
  const id = await hookAsks(desk, caller, of) ?? "";
  const asking = desk.broker.request({
    sessionId: "s",
    callId: "c1",
    tool: of.tool_name,
    input: JSON.stringify(tool_input, null, 2),
  }, new FakeCaller("mcp"));
  const waiting = desk.broker.wait(id, caller);
  await settle();
  assertEquals(desk.inbox.pendingCount, 1);
  await desk.broker.decide({ id, decision: "approve", answers: { "Which?": "b" } }, "cli:approve");
  const answers = { "Which?": "b" };
  assertEquals((await asking).output, { decision: "allow", answers });
  const updatedInput = { ...tool_input, answers };
  const decision = { behavior: "allow", updatedInput };
  assertEquals((await waiting).output, { hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });
});

Deno.test("M3 a clock that is set neither ends nor lengthens the wait of a script", async () => {
  for (const byMs of [3_600_000, -3_600_000]) {
    const desk = await atCall("c1");
    const close = desk.attach();
    await hookAsks(desk);
    const asking = scriptAsks(desk, "c1");
    await settle();
    desk.setClock(byMs);
    desk.pass(5000);
    close();
    await settle();
    assertEquals(desk.inbox.pendingCount, 1, "it goes on by itself");
    desk.pass(39_999);
    await settle();
    assertEquals(desk.inbox.pendingCount, 1);
    desk.pass(1);
    assertEquals([(await asking).outcome, desk.inbox.pendingCount], ["expired", 0]);
  }
});
