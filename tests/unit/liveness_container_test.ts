/** C9: a process of another pid namespace is none of here, and what it tells changes nothing of those that are. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeCaller } from "../support/desk.ts";
import { ASK, Machine } from "../support/liveness_machine.ts";

Deno.test("C9 a session that tells another pid namespace is in the log, once, and in status", async () => {
  const machine = new Machine();
  machine.desk.store.processes.namespace = "1";
  const event = { session_id: "s", cwd: "/w", hook_event_name: "UserPromptSubmit", prompt: "go" };
  const tell = (more: object) =>
    machine.desk.report({
      agent: "claude",
      event: { ...event, ...more },
      env: { CLAUDE_PID: "9", AC_PID_NAMESPACE: "pid:[2]" },
    });
  await tell({});
  for (let i = 0; i < 3; i++) await machine.sees();
  assertEquals([machine.look.status(), machine.said.length], [{ unseen: 1 }, 1]);
  assertStringIncludes(machine.said[0] ?? "", "another pid namespace, as in a container");
  assertStringIncludes(machine.said[0] ?? "", '"sessionIds":["s"]');
  for (let i = 0; i < 100; i++) await tell({ session_id: `t${i}` });
  await machine.sees();
  assertEquals(machine.said.length, 2);
  assertStringIncludes(machine.said[1] ?? "", '"sessions":100');
});

Deno.test("C9 what a container's process tells of a conversation changes no row whose process lives here", async () => {
  const machine = new Machine();
  machine.desk.attach();
  machine.desk.store.processes.namespace = "1";
  const elsewhere = async (hook_event_name: string, more: Record<string, unknown> = {}) =>
    await machine.desk.report({
      agent: "claude",
      event: { session_id: "s", cwd: "/c", hook_event_name, ...more },
      env: { CLAUDE_PID: "9", AC_PID_NAMESPACE: "pid:[2]" },
    }, new FakeCaller());
  await machine.tell(9, "UserPromptSubmit", { prompt: "go" });
  await machine.sees(9);
  const host = { agent: "claude", event: { session_id: "s", cwd: "/w", hook_event_name: "PermissionRequest", ...ASK } };
  const asks = await machine.desk.report({ ...host, env: { CLAUDE_PID: "9" } }, new FakeCaller());
  const of = (id = "") => machine.desk.inbox.get(id)?.status;
  assertEquals([machine.row?.status, of(asks.approval?.id)], ["waiting", "pending"]);

  await elsewhere("SessionStart", { source: "resume" });
  await elsewhere("UserPromptSubmit", { prompt: "in the container" });
  const other = await elsewhere("PermissionRequest", ASK);
  assert(other.approval !== undefined && other.approval.id !== asks.approval?.id, "one yes is for one process");
  await elsewhere("Stop");
  await elsewhere("SessionEnd", { reason: "other" });
  assertEquals([machine.row?.status, machine.row?.pid, machine.row?.cwd], ["waiting", 9, "/w"]);
  assertEquals(
    [of(asks.approval?.id), of(other.approval.id)],
    ["pending", "dismissed"],
    "its end ends its own question",
  );

  await machine.desk.broker.decide({ id: asks.approval?.id ?? "", decision: "deny" }, "cli:approve");
  await machine.tell(9, "Stop");
  assertEquals(machine.row?.status, "idle");
  const late = await elsewhere("PermissionRequest", { ...ASK, tool_input: { command: "rm y" } });
  assertEquals([machine.row?.status, of(late.approval?.id)], ["waiting", "pending"]);
  await machine.tell(9, "PostToolUse", ASK);
  assertEquals(of(late.approval?.id), "pending", "the process here says nothing about it");
  await machine.desk.broker.decide({ id: late.approval?.id ?? "", decision: "approve" }, "cli:approve");
  assertEquals(machine.row?.status, "idle", "the process here rests");
  await machine.tell(9, "SessionEnd", { reason: "other" });
  assertEquals(machine.row?.status, "closed");
});

Deno.test("C9 a conversation that runs in a container alone ends with it", async () => {
  const machine = new Machine();
  machine.desk.store.processes.namespace = "1";
  const tell = async (hook_event_name: string, more: Record<string, unknown> = {}) => {
    const event = { session_id: "s", cwd: "/c", hook_event_name, ...more };
    await machine.desk.report({ agent: "claude", event, env: { CLAUDE_PID: "9", AC_PID_NAMESPACE: "pid:[2]" } });
    return machine.row?.status;
  };
  assertEquals(await tell("UserPromptSubmit", { prompt: "go" }), "working");
  assertEquals(await tell("Stop"), "idle");
  assertEquals(await tell("SessionEnd", { reason: "other" }), "closed");
});
