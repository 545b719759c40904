/** No recording of Cursor exists: these tests hold what its documents say. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ApprovalRequest, Decision } from "../../src/domain/approval.ts";
import type { Report } from "../../src/domain/report.ts";
import { cursor } from "../../src/agents/cursor/events.ts";
import { Replay } from "../contract/replay.ts";

const base = { conversation_id: "c1", generation_id: "g1", cursor_version: "3.9", workspace_roots: ["/x"], model: "m" };

function understood(event: Record<string, unknown>): { readonly report: Report; readonly request?: ApprovalRequest } {
  const it = cursor.understand({ ...base, ...event }, { CLAUDE_PID: "7" });
  assert(it.ok);
  return it;
}

function status(...events: Record<string, unknown>[]): string | undefined {
  const it = new Replay(cursor);
  for (const event of events) it.hook({ ...base, ...event }, {}, "2026-11-20T10:00:00.000Z");
  return it.get("c1")?.status;
}

const prompt = { hook_event_name: "beforeSubmitPrompt", prompt: "do" };
const shell = (hook_event_name: string, command = "rm x") => ({ hook_event_name, command, cwd: "/y" });
const mcp = (hook_event_name: string, tool_input: unknown = '{"table": "t"}') => ({
  hook_event_name,
  tool_name: "drop",
  tool_input,
  command: "npx server",
});
const stop = (state: string) => ({ hook_event_name: "stop", status: state, loop_count: 0 });

Deno.test("A1 Cursor's executions are asked behind the hook, with the whole command or input", () => {
  assertEquals(understood(shell("beforeShellExecution")).request, {
    for: "permission",
    tool: "Shell",
    action: "command",
    subject: "rm x",
    cwd: "/y",
    dialog: "behind",
    acceptsApproval: true,
  });
  const asks = [mcp("beforeMCPExecution"), mcp("beforeMCPExecution", { table: "t" })].map((e) => understood(e).request);
  assertEquals(asks.map((request) => [request?.tool, request?.action, request?.subject]), [
    ["MCP:drop", "other", '{"table": "t"}'],
    ["MCP:drop", "other", '{"table":"t"}'],
  ]);
  for (const name of ["afterShellExecution", "preToolUse", "beforeReadFile", "stop"]) {
    assertEquals(understood(shell(name)).request, undefined);
  }
});

Deno.test("A1 the answer to Cursor is flat and holds only documented fields", () => {
  const yes: Decision = { kind: "approve", scope: "always" };
  const event = { ...base, ...shell("beforeShellExecution") };
  assertEquals(cursor.responseFor(event, yes), { permission: "allow" });
  assertEquals(cursor.responseFor(event, { kind: "deny", message: "no" }), {
    permission: "deny",
    user_message: "no",
    agent_message: "no",
  });
  assertEquals(cursor.responseFor({ ...base, ...mcp("beforeMCPExecution") }, yes), { permission: "allow" });
  for (const odd of [null, [], {}, { ...base, ...stop("completed") }, shell("afterShellExecution")]) {
    assertEquals(cursor.responseFor(odd, yes), undefined);
  }
});

Deno.test("A1 before a tool of Cursor only a no is said, and commands are left to the hook behind", () => {
  const before = (tool_name: string, tool_input = {}) => ({ hook_event_name: "preToolUse", tool_name, tool_input });
  const write = before("Write", { file_path: "/w/.env", content: "x" });
  const { request } = understood(write);
  assertEquals([request?.tool, request?.action, request?.subject, request?.dialog, request?.acceptsApproval], [
    "Write",
    "write",
    "/w/.env",
    "gate",
    false,
  ]);
  assertEquals(cursor.responseFor({ ...base, ...write }, { kind: "approve", scope: "once" }), undefined);
  assertEquals(cursor.responseFor({ ...base, ...write }, { kind: "deny" })?.["permission"], "deny");
  for (const name of ["Shell", "MCP:drop"]) assertEquals(understood(before(name)).request, undefined);
});

Deno.test("H2 a conversation of Cursor goes through its states", () => {
  assertEquals(status({ hook_event_name: "sessionStart" }), "starting");
  assertEquals(status(prompt), "working");
  assertEquals(status(prompt, { hook_event_name: "preToolUse", tool_name: "Read", tool_input: {} }), "working");
  assertEquals(status(prompt, stop("completed")), "idle");
  assertEquals(status(prompt, stop("aborted")), "idle");
  assertEquals(status(prompt, stop("error")), "error");
  assertEquals(status(prompt, { hook_event_name: "sessionEnd", reason: "user_close" }), "closed");
  const { event: agentEvent } = understood({ hook_event_name: "subagentStart" }).report;
  assertEquals(agentEvent, { kind: "subagent", change: 1 });
});

Deno.test("H2 Cursor's dialog waits until its own call has ended", () => {
  const tool = (hook_event_name: string, command: string, more: Record<string, unknown> = {}) => ({
    hook_event_name,
    tool_name: "Shell",
    tool_input: { command },
    ...more,
  });
  const open = [prompt, tool("preToolUse", "rm x"), shell("beforeShellExecution")];
  assertEquals(status(...open), "waiting");
  assertEquals(status(...open, tool("postToolUse", "ls")), "waiting");
  assertEquals(status(...open, shell("afterShellExecution", "ls")), "waiting");
  assertEquals(status(...open, shell("afterShellExecution")), "working");
  assertEquals(status(...open, tool("postToolUse", "rm x")), "working");
  assertEquals(status(...open, tool("postToolUseFailure", "rm x", { failure_type: "permission_denied" })), "working");
  assertEquals(status(...open, tool("postToolUseFailure", "rm x", { is_interrupt: true })), "idle");
  const { event: agentEvent } = understood(tool("postToolUseFailure", "rm x")).report;
  assertEquals(agentEvent.kind === "progress" && agentEvent.failed, true);
  assertEquals(status(...open, stop("aborted")), "idle");
  assertEquals(status(prompt, mcp("beforeMCPExecution"), mcp("afterMCPExecution", { table: "t" })), "working");
});

Deno.test("Cursor's folder is its workspace, not that of a command", () => {
  assertEquals(understood(shell("beforeShellExecution")).report.facts, { cwd: "/x", model: "m" });
  assertEquals(understood({ ...prompt, workspace_roots: [], transcript_path: "/t" }).report.facts, {
    transcriptPath: "/t",
    model: "m",
    lastPrompt: "do",
  });
});

Deno.test("H1 no payload makes the adapter of Cursor throw, and an event from the future is a sign of life", () => {
  const names = fc.constantFrom(
    ..."sessionStart sessionEnd beforeSubmitPrompt stop preToolUse postToolUse postToolUseFailure".split(" "),
    ..."beforeShellExecution afterShellExecution beforeMCPExecution afterMCPExecution constructor new".split(" "),
  );
  const field = fc.constantFrom(..."tool_name tool_input command cwd prompt status workspace_roots model".split(" "));
  fc.assert(fc.property(names, fc.dictionary(field, fc.jsonValue()), (name, fields) => {
    const { report } = understood({ ...fields, hook_event_name: name });
    assert(typeof report.event.kind === "string");
    cursor.responseFor({ ...fields, hook_event_name: name }, { kind: "approve", scope: "once" });
  }));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    cursor.understand(value, {});
    cursor.responseFor(value, { kind: "deny" });
  }));
  for (const name of ["afterAgentThought", "beforeReadFile", "workspaceOpen", "constructor"]) {
    assertEquals(understood({ hook_event_name: name }).report.event, { kind: "noted" });
  }
  assert(!cursor.understand({ hook_event_name: "stop" }, {}).ok);
  assert(cursor.understand({ hook_event_name: "stop", session_id: "s" }, {}).ok);
});
