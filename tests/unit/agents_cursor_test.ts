/** No recording of Cursor exists: these tests hold what its documents say. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ApprovalRequest, Decision } from "../../src/domain/approval.ts";
import type { Report } from "../../src/domain/report.ts";
import { cursor } from "../../src/agents/cursor/events.ts";
import { Replay } from "../contract/replay.ts";

const base = { conversation_id: "c1", generation_id: "g1", cursor_version: "3.9", workspace_roots: ["/x"], model: "m" };

function understood(event: Record<string, unknown>): { readonly report: Report; readonly ask?: ApprovalRequest } {
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
  assertEquals(understood(shell("beforeShellExecution")).ask, {
    for: "permission",
    tool: "Shell",
    action: "command",
    subject: "rm x",
    cwd: "/y",
    dialog: "behind",
    takesYes: true,
  });
  const asks = [mcp("beforeMCPExecution"), mcp("beforeMCPExecution", { table: "t" })].map((e) => understood(e).ask);
  assertEquals(asks.map((ask) => [ask?.tool, ask?.action, ask?.subject]), [
    ["MCP:drop", "other", '{"table": "t"}'],
    ["MCP:drop", "other", '{"table":"t"}'],
  ]);
  for (const name of ["afterShellExecution", "preToolUse", "beforeReadFile", "stop"]) {
    assertEquals(understood(shell(name)).ask, undefined);
  }
});

Deno.test("A1 the answer to Cursor is flat and holds only documented fields", () => {
  const yes: Decision = { yes: true, scope: "always" };
  const event = { ...base, ...shell("beforeShellExecution") };
  assertEquals(cursor.answer(event, yes), { permission: "allow" });
  assertEquals(cursor.answer(event, { yes: false, message: "no" }), {
    permission: "deny",
    user_message: "no",
    agent_message: "no",
  });
  assertEquals(cursor.answer({ ...base, ...mcp("beforeMCPExecution") }, yes), { permission: "allow" });
  for (const odd of [null, [], {}, { ...base, ...stop("completed") }, shell("afterShellExecution")]) {
    assertEquals(cursor.answer(odd, yes), undefined);
  }
});

Deno.test("A1 before a tool of Cursor only a no is said, and commands are left to the hook behind", () => {
  const before = (tool_name: string, tool_input = {}) => ({ hook_event_name: "preToolUse", tool_name, tool_input });
  const write = before("Write", { file_path: "/w/.env", content: "x" });
  const { ask } = understood(write);
  assertEquals([ask?.tool, ask?.action, ask?.subject, ask?.dialog, ask?.takesYes], [
    "Write",
    "write",
    "/w/.env",
    "gate",
    false,
  ]);
  assertEquals(cursor.answer({ ...base, ...write }, { yes: true, scope: "once" }), undefined);
  assertEquals(cursor.answer({ ...base, ...write }, { yes: false })?.["permission"], "deny");
  for (const name of ["Shell", "MCP:drop"]) assertEquals(understood(before(name)).ask, undefined);
});

Deno.test("H2 a conversation of Cursor goes through its states", () => {
  assertEquals(status({ hook_event_name: "sessionStart" }), "starting");
  assertEquals(status(prompt), "working");
  assertEquals(status(prompt, { hook_event_name: "preToolUse", tool_name: "Read", tool_input: {} }), "working");
  assertEquals(status(prompt, stop("completed")), "idle");
  assertEquals(status(prompt, stop("aborted")), "idle");
  assertEquals(status(prompt, stop("error")), "error");
  assertEquals(status(prompt, { hook_event_name: "sessionEnd", reason: "user_close" }), "closed");
  const { happening } = understood({ hook_event_name: "subagentStart" }).report;
  assertEquals(happening, { kind: "subagent", change: 1 });
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
  const { happening } = understood(tool("postToolUseFailure", "rm x")).report;
  assertEquals(happening.kind === "progress" && happening.failed, true);
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
    assert(typeof report.happening.kind === "string");
    cursor.answer({ ...fields, hook_event_name: name }, { yes: true, scope: "once" });
  }));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    cursor.understand(value, {});
    cursor.answer(value, { yes: false });
  }));
  for (const name of ["afterAgentThought", "beforeReadFile", "workspaceOpen", "constructor"]) {
    assertEquals(understood({ hook_event_name: name }).report.happening, { kind: "noted" });
  }
  assert(!cursor.understand({ hook_event_name: "stop" }, {}).ok);
  assert(cursor.understand({ hook_event_name: "stop", session_id: "s" }, {}).ok);
});
