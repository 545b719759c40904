/** Questions that close without an answer of ours: whatever the human does in the terminal (recordings: claude-permission-waits). */
import { assertEquals, assertRejects } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { Report } from "../support/desk.ts";
import { bash, event, manual, NO, openRequest, PRINT, stored, YES } from "../support/claude_request.ts";

Deno.test("H4 Yes in the terminal (a4): the call's end settles it as answered elsewhere, and frees the hook without a decision", async () => {
  const { desk, hook, id } = await openRequest();
  const waiting = desk.broker.wait(id, hook);
  await desk.report(bash("PostToolUse", "touch a", "id touch a"));
  assertEquals(await waiting, { id, outcome: "elsewhere" });
  assertEquals([stored(desk, id).status, desk.store.get("s")?.status], ["elsewhere", "working"]);
});

Deno.test("H4 No or Esc in the terminal (a2, a3): the held hook is killed, no event comes, and the row rests", async () => {
  const { desk, hook, id } = await openRequest();
  const waiting = desk.broker.wait(id, hook);
  hook.hangUp();
  assertEquals([stored(desk, id).status, desk.store.get("s")?.status], ["dismissed", "idle"]);
  assertEquals((await waiting).outcome, "dismissed");
});

Deno.test("H4 a hook that gave up on a slow daemon before it began to wait: the agent's dialog is still there, the row waits", async () => {
  const { desk, hook, id } = await openRequest();
  hook.hangUp();
  const row = desk.store.get("s");
  assertEquals([stored(desk, id).status, row?.status === "waiting" && row.waiting.approvalId], [
    "cancelled",
    undefined,
  ]);
});

Deno.test("H4 the end of the turn, an interrupt or a new prompt dismisses; the end of the session cancels", async () => {
  const closing: [Report, string][] = [
    [event("Stop", { prompt_id: "p1" }), "dismissed"],
    [event("StopFailure", { error: "overloaded" }), "dismissed"],
    [event("UserPromptSubmit", { prompt: "else", prompt_id: "p2" }), "dismissed"],
    [event("Notification", { notification_type: "idle_prompt" }), "dismissed"],
    [event("SessionEnd", { reason: "other" }), "cancelled"],
    [event("SessionStart", { source: "resume" }), "cancelled"],
  ];
  for (const [closes, outcome] of closing) {
    const { desk, id } = await openRequest();
    await desk.report(closes);
    assertEquals(stored(desk, id).status, outcome);
  }
});

Deno.test("H4 what says nothing about the dialog leaves it open", async () => {
  const { desk, id } = await openRequest();
  const harmless = [
    event("Notification", { notification_type: "permission_prompt", message: "Claude needs your permission" }),
    bash("PostToolUse", "ls", "id ls"),
    bash("PreToolUse", "ls", "id ls 2"),
    event("SomethingNew"),
  ];
  for (const one of harmless) await desk.report(one);
  assertEquals([stored(desk, id).status, desk.store.get("s")?.status], ["pending", "waiting"]);
});

Deno.test("H4 nobody answers in time: expired, which is not denied; the row waits on in the terminal", async () => {
  const { desk, hook, id } = await openRequest();
  const waiting = desk.broker.wait(id, hook);
  desk.pass(44_999);
  assertEquals(stored(desk, id).status, "pending");
  desk.pass(1);
  assertEquals(await waiting, { id, outcome: "expired" });
  const row = desk.store.get("s");
  assertEquals(row?.status === "waiting" && [row.waiting.for, row.waiting.approvalId], ["permission", undefined]);
  assertEquals(desk.events.filter((type) => type.startsWith("approval.")), [
    "approval.requested pending",
    "approval.expired expired",
  ]);
  await assertRejects(() => desk.broker.decide({ id, ...YES }, "tui:admin"), ConsoleError, "nobody answered in time");
});

Deno.test("H1 an agent that waits for its hook is held only while a window is there that can answer", async () => {
  const alone = await openRequest("touch a", manual(), PRINT);
  assertEquals([alone.id, alone.desk.inbox.pendingCount, alone.desk.store.get("s")?.status], [
    "none",
    0,
    "waiting",
  ]);
  const desk = manual();
  const close = desk.attach();
  const { hook, id } = await openRequest("touch a", desk, PRINT);
  const waiting = desk.broker.wait(id, hook);
  close();
  assertEquals(await waiting, { id, outcome: "expired" });
});

Deno.test("H4 calls side by side: the answer to one leaves the other's dialog waiting, in any order", async () => {
  const { desk, id: first } = await openRequest("touch a");
  const { approval } = await desk.report(bash("PermissionRequest", "touch b"));
  const second = approval?.id ?? "";
  await desk.broker.decide({ id: second, ...YES }, "tui:admin");
  const row = desk.store.get("s");
  assertEquals(row?.status === "waiting" && row.waiting.approvalId, first);
  await desk.broker.decide({ id: first, ...NO }, "tui:admin");
  assertEquals(desk.store.get("s")?.status, "working");

  const other = await openRequest("touch a");
  const { approval: beside } = await other.desk.report(bash("PermissionRequest", "touch b"));
  await other.desk.report(bash("PostToolUse", "touch b"));
  assertEquals(stored(other.desk, beside?.id ?? "").status, "elsewhere");
  const left = other.desk.store.get("s");
  assertEquals(left?.status === "waiting" && left.waiting.approvalId, other.id);
});

Deno.test("H4 a sub-agent's question is its own row's; the parent's turn may end meanwhile", async () => {
  const desk = manual();
  desk.attach();
  const sub = { agent_id: "sub1", agent_type: "helper" };
  await desk.report(event("UserPromptSubmit", { prompt: "go", prompt_id: "p1" }));
  await desk.report(event("SubagentStart", sub));
  const asked = bash("PermissionRequest", "touch a");
  const { approval } = await desk.report({ ...asked, event: { ...asked.event as object, ...sub } });
  const id = approval?.id ?? "";
  assertEquals([stored(desk, id).sessionId, desk.store.get("sub1")?.status], ["sub1", "waiting"]);
  await desk.report(event("Stop", { prompt_id: "p1", background_tasks: [{ type: "subagent", status: "running" }] }));
  assertEquals(stored(desk, id).status, "pending");
  await desk.broker.decide({ id, ...YES }, "tui:admin");
  assertEquals(desk.store.get("sub1")?.status, "working");
});

Deno.test("H4 a deadline while the disk is full: the hook is freed, and the next event that is taken closes the approval", async () => {
  const { desk, hook, id } = await openRequest();
  const waiting = desk.broker.wait(id, hook);
  const { room } = desk.journal;
  desk.journal.room = 0;
  desk.pass(45_000);
  assertEquals([(await waiting).outcome, stored(desk, id).status], ["expired", "pending"]);
  await assertRejects(() => desk.broker.decide({ id, ...YES }, "tui:admin"), ConsoleError, "is already over");
  desk.journal.room = room;
  await desk.report({ ...event("Notification"), event: { session_id: "other", hook_event_name: "Notification" } });
  const row = desk.store.get("s");
  assertEquals([stored(desk, id).status, row?.status === "waiting" && row.waiting.approvalId], ["expired", undefined]);
  assertEquals(desk.events.filter((type) => type === "approval.expired expired").length, 1);
});

Deno.test("H4 an agent that was killed in its dialog leaves no open approval, though its hook lives on", async () => {
  const { desk, hook, id } = await openRequest();
  const waiting = desk.broker.wait(id, hook);
  desk.store.setLost("s", "daemon");
  desk.broker.endRequests("s", "its process is gone");
  assertEquals((await waiting).output, undefined);
  const approval = stored(desk, id);
  assertEquals(approval.status === "cancelled" && approval.cancelled.reason, "its process is gone");
  const row = desk.store.get("s");
  assertEquals(row?.status === "waiting" && row.waiting.approvalId, undefined);
  assertEquals([desk.store.isLost("s"), desk.timers], [true, 0]);
});
