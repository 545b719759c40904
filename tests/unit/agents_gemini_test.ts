import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ApprovalRequest, Decision } from "../../src/domain/approval.ts";
import type { Report } from "../../src/domain/report.ts";
import { gemini } from "../../src/agents/gemini/events.ts";

function understood(event: Record<string, unknown>): { readonly report: Report; readonly request?: ApprovalRequest } {
  const it = gemini.understand({ session_id: "s1", ...event }, { CLAUDE_PID: "7", TMUX_PANE: "%3" });
  assert(it.ok);
  return it;
}

const YES: Decision = { kind: "approve", scope: "once" };
const NO: Decision = { kind: "deny" };
const before = (tool_name: string, tool_input: unknown) => ({ hook_event_name: "BeforeTool", tool_name, tool_input });
const dialog = (details: unknown) => ({
  hook_event_name: "Notification",
  notification_type: "ToolPermission",
  message: "Tool x requires y",
  details,
});

Deno.test("A1 Gemini CLI's hook can deny a call and never approve one", () => {
  const call = before("run_shell_command", { command: "rm x" });
  assertEquals(gemini.responseFor(call, { ...NO, message: "not now" }), { decision: "deny", reason: "not now" });
  assertEquals(Object.keys(gemini.responseFor(call, NO) ?? {}), ["decision", "reason"]); // a deny without a reason is no deny
  assertEquals(gemini.responseFor(call, YES), undefined);
  assertEquals(gemini.responseFor(dialog({ type: "exec", command: "rm x" }), NO), undefined);
  for (const odd of [null, [], "x", {}]) assertEquals(gemini.responseFor(odd, NO), undefined);
});

Deno.test("A1 a call of Gemini CLI is asked at its gate, with the whole command, and only there", () => {
  const command = `echo ${"x".repeat(5000)}\nrm -rf /`;
  const { report, request } = understood(before("run_shell_command", { command, description: "clean up" }));
  assertEquals(request, {
    for: "permission",
    tool: "run_shell_command",
    action: "command",
    subject: command,
    reasoning: "clean up",
    dialog: "gate",
    acceptsApproval: false,
  });
  assert(report.event.kind === "tool" && (report.event.tool.text?.length ?? 0) <= 400);
  const actions = [
    before("write_file", { file_path: "/a" }),
    before("replace", { file_path: "/a" }),
    before("read_file", { file_path: "/a" }),
    before("web_fetch", { prompt: "read http://x" }),
    before("mcp_db_drop", { table: "t" }),
  ].map((event) => [understood(event).request?.action, understood(event).request?.subject]);
  assertEquals(actions, [
    ["write", "/a"],
    ["write", "/a"],
    ["read", "/a"],
    ["fetch", "read http://x"],
    ["other", '{"table":"t"}'],
  ]);
  const details = [
    before("write_file", { file_path: "/a", content: "x\n" }),
    before("replace", { file_path: "/a", instruction: "i", old_string: "o", new_string: "n" }),
  ].map((event) => understood(event).request?.detail);
  assertEquals(details, ["x\n", "- o\n+ n"]);
  assertEquals(
    understood({ ...before("run_shell_command", { command }), hook_event_name: "AfterTool" }).request,
    undefined,
  );
  assertEquals(understood(dialog({ type: "exec", command })).request, undefined);
});

Deno.test("H2 a dialog of Gemini CLI says what it is about", () => {
  const happenings = [
    { type: "exec", command: "rm x" },
    { type: "edit", filePath: "/a", title: "Confirm Edit" },
    { type: "mcp", serverName: "db", toolName: "drop" },
    { type: "info", prompt: "fetch http://x" },
    { type: "ask_user", title: "Answer" },
    { type: "exit_plan_mode" },
    undefined,
  ].map((details) => {
    const h = understood(dialog(details)).report.event;
    assert(h.kind === "requested");
    return [h.for, h.text, h.tool?.name];
  });
  assertEquals(happenings, [
    ["permission", "run_shell_command: rm x", "run_shell_command"],
    ["permission", "/a", undefined],
    ["permission", "mcp_db_drop", "mcp_db_drop"],
    ["permission", "fetch http://x", undefined],
    ["question", "Tool x requires y", undefined],
    ["plan", "Tool x requires y", undefined],
    ["permission", "Tool x requires y", undefined],
  ]);
  const other = understood({ hook_event_name: "Notification", notification_type: "New" });
  assertEquals(other.report.event, { kind: "noted" });
});

Deno.test("H2 an answer that never came is no last message", () => {
  const end = (prompt_response: string) => understood({ hook_event_name: "AfterAgent", prompt_response }).report;
  assertEquals(end("[no response text]").event, { kind: "finished" });
  assertEquals(end("done").event, { kind: "finished", lastMessage: "done" });
});

Deno.test("A4 the line that resumes a conversation of Gemini CLI carries no option and no relative folder", () => {
  const end = { hook_event_name: "SessionEnd", reason: "exit", cwd: "x" };
  assert(!gemini.understand({ ...end, session_id: "--yolo" }, {}).ok);
  const { event: agentEvent } = understood(end).report;
  assert(agentEvent.kind === "ended");
  assertEquals(agentEvent.reopenable, { command: ["gemini", "--resume", "s1"] });
});

Deno.test("Gemini CLI is not taken for the agent that started it", () => {
  const { facts } =
    understood({ hook_event_name: "BeforeAgent", prompt: "do", cwd: "/x", transcript_path: "/t" }).report;
  assertEquals(facts, {
    cwd: "/x",
    transcriptPath: "/t",
    lastPrompt: "do",
    terminal: { program: "tmux", tmuxPane: "%3" },
  });
});

Deno.test("H1 no payload makes the adapter of Gemini CLI throw, and an event from the future is a sign of life", () => {
  const names = fc.constantFrom(
    ..."SessionStart SessionEnd BeforeAgent AfterAgent BeforeTool AfterTool Notification BeforeModel".split(" "),
    ..."constructor FromTheFuture".split(" "),
  );
  const field = fc.constantFrom(
    ..."tool_name tool_input prompt prompt_response notification_type details source reason cwd __proto__".split(" "),
  );
  fc.assert(fc.property(names, fc.dictionary(field, fc.jsonValue()), (name, fields) => {
    const { report } = understood({ ...fields, hook_event_name: name });
    assert(typeof report.event.kind === "string");
  }));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    gemini.understand(value, {});
    gemini.responseFor(value, NO);
  }));
  for (const name of ["BeforeModel", "PreCompress", "FromTheFuture", "constructor"]) {
    assertEquals(understood({ hook_event_name: name }).report.event, { kind: "noted" });
  }
});

Deno.test("A3 secrets in what Gemini CLI says are masked in the row", () => {
  const secret = "sk-ant-REDACTED";
  const events = [
    before("run_shell_command", { command: `KEY=${secret} run` }),
    before("mcp_x", { deep: [{ api_key: secret }] }),
    dialog({ type: "exec", command: `echo ${secret}` }),
    { hook_event_name: "BeforeAgent", prompt: `use ${secret}` },
    { hook_event_name: "AfterAgent", prompt_response: `it is ${secret}` },
  ];
  for (const event of events) {
    const text = JSON.stringify(understood(event).report);
    assert(!text.includes("canary") && text.includes("***"), text);
  }
});
