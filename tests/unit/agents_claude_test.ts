import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { claude } from "../../src/agents/claude/events.ts";
import { HOOK_SPECS } from "../../src/agents/registry.ts";
import { HOOK_ENV } from "../../src/agents/hook_env.ts";
import { adapterOf, HOOK_NAMES } from "../../src/agents/adapters.ts";
import type { Report } from "../../src/domain/report.ts";

function reportOf(event: Record<string, unknown>, env: Record<string, string> = {}): Report {
  const understood = claude.understand({ session_id: "s1", ...event }, env);
  assert(understood.ok);
  return understood.report;
}

const NAMES = [
  "PreToolUse PostToolUse PostToolUseFailure PostToolBatch Notification UserPromptSubmit UserPromptExpansion",
  "SessionStart SessionEnd Stop StopFailure SubagentStart SubagentStop PreCompact PostCompact PreModelSwitch",
  "PostModelSwitch PermissionRequest PermissionDenied Setup TeammateIdle TaskCreated TaskCompleted Elicitation",
  "ElicitationResult ConfigChange WorktreeCreate WorktreeRemove InstructionsLoaded CwdChanged FileChanged",
  "DirectoryAdded MessageDisplay",
].join(" ").split(" ");

Deno.test("adapterOf knows the agents of the table and no other name", () => {
  const names = HOOK_NAMES.map((name) => name.replace("NAME", "qwen"));
  assertEquals(names.map((name) => adapterOf(name)?.name), [...names.slice(0, -1), "qwen"]);
  for (const { name } of HOOK_SPECS) assert(HOOK_NAMES.includes(name), name);
  for (const name of ["", "__proto__", "Claude", "claude-like", "claude-like:", "claude-like:Q", "claude-like:a:b"]) {
    assertEquals(adapterOf(name), undefined);
  }
});

Deno.test("H2 every event that hooks install registers is one that its adapter knows", () => {
  for (const { name, rows } of HOOK_SPECS) {
    for (const { event } of rows) {
      const understood = adapterOf(name)?.understand({ session_id: "s1", hook_event_name: event }, {});
      assert(understood?.ok && understood.problem === undefined, `${name}: ${event}`);
    }
  }
});

Deno.test("understand never throws, and refuses only what names no session", () => {
  const field = fc.constantFrom(
    ..."tool_name tool_input tool_calls prompt prompt_id agent_id agent_type background_tasks source cwd error".split(
      " ",
    ),
    ..."notification_type message is_interrupt session_title model reason last_assistant_message __proto__".split(" "),
  );
  const event = fc.record({
    name: fc.constantFrom(...NAMES, "FromTheFuture", "constructor"),
    fields: fc.dictionary(field, fc.jsonValue()),
  });
  fc.assert(fc.property(event, ({ name, fields }) => {
    const { event: agentEvent } = reportOf({ ...fields, hook_event_name: name });
    assert(typeof agentEvent.kind === "string");
  }));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    claude.understand(value, {});
  }));
  for (
    const bad of [null, [], "x", 1, {}, { session_id: "" }, { session_id: 7 }, { session_id: "a\nb" }, {
      session_id: "-x",
    }]
  ) {
    assert(!claude.understand(bad, {}).ok);
  }
  assert(!claude.understand({ session_id: "x".repeat(201) }, {}).ok);
});

Deno.test("an event without a meaning, also one from the future, is a sign of life", () => {
  for (const name of ["MessageDisplay", "PreCompact", "WorktreeCreate", "FromTheFuture", "constructor"]) {
    assertEquals(reportOf({ hook_event_name: name }).event, { kind: "noted" });
  }
});

Deno.test("input nested 150,000 deep, as much as a line holds, is read", () => {
  const deep = JSON.parse('{"a":'.repeat(150_000) + "1" + "}".repeat(150_000));
  const { event: agentEvent } = reportOf({ hook_event_name: "PreToolUse", tool_name: "mcp__x", tool_input: deep });
  assert(agentEvent.kind === "tool" && agentEvent.tool.text?.startsWith('{"a":{"a":'));
});

Deno.test("A4 the line that resumes a session carries no option and no relative folder of the agent's", () => {
  const end = { hook_event_name: "SessionEnd", reason: "other" };
  assert(!claude.understand({ ...end, session_id: "--dangerously-skip-permissions" }, {}).ok);
  for (const [cwd, kept] of [["/x", { cwd: "/x" }], ["-x", {}], ["x/y", {}], ["~", {}]] as const) {
    const { event: agentEvent } = reportOf({ ...end, cwd });
    assert(agentEvent.kind === "ended");
    assertEquals(agentEvent.reopenable, { command: ["claude", "--resume", "s1"], ...kept });
  }
});

Deno.test("prompts that Claude writes to itself are not the user's", () => {
  const own = [{ prompt: "<task-notification>\n<id>" }, { prompt: "go on", source: "schedule_wakeup" }];
  for (const fields of own) {
    const report = reportOf({ hook_event_name: "UserPromptSubmit", prompt_id: "p", ...fields });
    assert(report.event.kind === "prompt" && !report.event.byUser);
    assertEquals(report.facts.lastPrompt, undefined);
  }
  const report = reportOf({ hook_event_name: "UserPromptSubmit", prompt_id: "p", prompt: "go on", source: "sdk" });
  assertEquals(report.event, { kind: "prompt", byUser: true, promptId: "p", text: "go on" });
  assertEquals(report.facts.lastPrompt, "go on");
});

Deno.test("secrets in commands, prompts, messages and inputs are masked", () => {
  const secret = "sk-ant-REDACTED";
  const events = [
    { hook_event_name: "PreToolUse", tool_name: "Bash", tool_input: { command: `KEY=${secret} run` } },
    { hook_event_name: "PreToolUse", tool_name: "mcp__x__y", tool_input: { deep: [{ api_key: secret }] } },
    { hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: { command: `echo ${secret}` } },
    { hook_event_name: "UserPromptSubmit", prompt: `use ${secret}` },
    { hook_event_name: "Stop", last_assistant_message: `it is ${secret}` },
    { hook_event_name: "StopFailure", error: "unknown", error_details: `bad key ${secret}` },
    { hook_event_name: "Notification", notification_type: "permission_prompt", message: secret },
  ];
  for (const event of events) {
    const text = JSON.stringify(reportOf(event));
    assert(!text.includes("canary") && text.includes("***"), text);
  }
});

Deno.test("a long command shows its head and its tail on one line", () => {
  const command = `echo ${"x".repeat(5000)}\n; rm -rf /`;
  const { event: agentEvent } = reportOf({ hook_event_name: "PreToolUse", tool_name: "Bash", tool_input: { command } });
  assert(agentEvent.kind === "tool");
  const text = agentEvent.tool.text ?? "";
  assert(text.length <= 400 && text.startsWith("echo xx") && text.endsWith("; rm -rf /"), text);
});

Deno.test("the place of the agent is read from the forwarded environment", () => {
  const env = { CLAUDE_PID: "4711", TMUX: "/tmp/tmux-1/a,b,99,0", TMUX_PANE: "%3", KITTY_WINDOW_ID: "5" };
  assertEquals(reportOf({ hook_event_name: "Stop" }, { ...env, SSH_TTY: "/dev/pts/3" }).facts, {
    pid: 4711,
    tty: "/dev/pts/3",
    terminal: { program: "tmux", tmuxPane: "%3", tmuxSocket: "/tmp/tmux-1/a,b", ssh: true },
  });
  const kitty = reportOf({ hook_event_name: "Stop" }, { KITTY_WINDOW_ID: "5" });
  assertEquals(kitty.facts, { terminal: { program: "kitty", windowId: "5" } });
  for (const pid of ["0", "-1", "1.5", "x", "99999999999"]) {
    assertEquals(reportOf({ hook_event_name: "Stop" }, { CLAUDE_PID: pid }).facts, {});
  }
});

Deno.test("A3 the hook client forwards no credential", () => {
  for (const name of HOOK_ENV) assert(!/KEY|TOKEN|SECRET|MESSAGING/.test(name), name);
});
