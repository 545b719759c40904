/** What Claude Code asks, and the exact words of each answer (agents.md §2.1; recordings claude-decisions, claude-modes). */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { claude } from "../../src/agents/claude/events.ts";
import type { HookEnv } from "../../src/agents/shared/hook_env.ts";
import type { ApprovalRequest, Decision } from "../../src/domain/approval.ts";
import { recorded } from "../contract/replay.ts";

const YES: Decision = { kind: "approve", scope: "once" };

function hook(hook_event_name: string, tool_name: string, tool_input: unknown, more: object = {}) {
  return { session_id: "s", cwd: "/w", hook_event_name, tool_name, tool_input, ...more };
}

function asked(event: unknown, env: HookEnv = { CLAUDE_CODE_ENTRYPOINT: "cli" }): ApprovalRequest | undefined {
  const understood = claude.understand(event, env);
  assert(understood.ok);
  return understood.request;
}

const decided = (decision: object) => ({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });
const gated = (fields: object) => ({ hookSpecificOutput: { hookEventName: "PreToolUse", ...fields } });

Deno.test("three hooks of Claude take an answer; only beside its own dialog is it no wait for anybody", () => {
  const request = hook("PermissionRequest", "Bash", { command: "ls" });
  assertEquals(asked(request)?.dialog, "beside");
  for (const CLAUDE_CODE_ENTRYPOINT of ["sdk-cli", "sdk-ts", ""]) {
    assertEquals(asked(request, { CLAUDE_CODE_ENTRYPOINT })?.dialog, "behind");
  }
  assertEquals(asked(request, {})?.dialog, "behind");
  assertEquals(asked(hook("PreToolUse", "Bash", { command: "ls" }))?.dialog, "gate");
  assertEquals(asked({ ...hook("Elicitation", "", {}), mcp_server_name: "db", message: "?" })?.dialog, "behind");
  for (const name of ["PostToolUse", "Notification", "Stop", "PermissionDenied"]) {
    assertEquals(asked(hook(name, "Bash", { command: "ls" })), undefined);
  }
  assertEquals(asked({ session_id: "s", hook_event_name: "PermissionRequest" }), undefined);
});

Deno.test("an ask shows rules what will run, whole and unmasked", () => {
  const command = `curl -H 'Authorization: Bearer ${"x".repeat(3000)}' h\n; rm -rf /`;
  assertEquals(asked(hook("PermissionRequest", "Bash", { command, description: "Cleans" })), {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject: command,
    reasoning: "Cleans",
    toolInput: { command, description: "Cleans" },
    dialog: "beside",
    acceptsApproval: true,
  });
  const cases = [
    ["Edit", { file_path: "/a" }, "write", "/a"],
    ["Write", { file_path: "/a", content: "x" }, "write", "/a"],
    ["NotebookEdit", { notebook_path: "/n" }, "write", "/n"],
    ["Read", { file_path: "/a" }, "read", "/a"],
    ["Grep", { pattern: "/etc/x", path: "/a" }, "read", "/a"],
    ["Grep", { pattern: "/etc/x" }, "read", '{"pattern":"/etc/x"}'],
    ["Glob", { pattern: "/etc/*", path: "/a" }, "read", '{"pattern":"/etc/*","path":"/a"}'],
    ["WebFetch", { url: "https://h", prompt: "p" }, "fetch", "https://h"],
    ["WebSearch", { query: "q" }, "fetch", "q"],
    ["mcp__db__query", { command: "ls", description: "d" }, "other", '{"command":"ls","description":"d"}'],
    ["constructor", {}, "other", "{}"],
    ["Bash", { command: 7 }, "command", '{"command":7}'],
  ] as const;
  for (const [tool, input, action, subject] of cases) {
    const call = asked(hook("PermissionRequest", tool, input));
    assertEquals([call?.tool, call?.action, call?.subject, call?.reasoning], [tool, action, subject, undefined]);
  }
});

Deno.test("H5 the answers that Claude took in the recordings are the ones that the adapter gives", () => {
  const verdicts: Readonly<Record<string, Decision>> = {
    "touch a1": { kind: "approve", scope: "once" },
    "touch a2": { kind: "deny", message: "denied by the hub" },
    "touch a3": { kind: "deny", message: "too late" },
    "touch a4": { kind: "approve", scope: "session" }, // its suggestions were addDirectories and setMode: not ours to echo
    "hub answers?": { kind: "approve", scope: "once", answers: { "hub answers?": "No" } },
    "pretool answers?": { kind: "approve", scope: "once", answers: { "pretool answers?": "Yes" } },
  };
  const seen = ["decisions", "modes"].flatMap((name) =>
    recorded(Deno.readTextFileSync(new URL(`../fixtures/claude/${name}.jsonl`, import.meta.url)))
  ).flatMap(({ stdin, reply }) => {
    const found = Object.entries(verdicts).find(([words]) => JSON.stringify(stdin ?? "").includes(words));
    return reply === undefined || found === undefined ? [] : [{ stdin, reply, words: found[0], decision: found[1] }];
  });
  assertEquals(seen.map(({ words }) => words), Object.keys(verdicts));
  for (const { stdin, reply, decision } of seen) assertEquals(claude.responseFor(stdin, decision), reply);
});

Deno.test("no says why, and PreToolUse has its own words", () => {
  const request = hook("PermissionRequest", "Bash", { command: "ls" });
  assertEquals(
    claude.responseFor(request, { kind: "deny" }),
    decided({ behavior: "deny", message: "Denied by the user" }),
  );
  const before = hook("PreToolUse", "Bash", { command: "ls" });
  assertEquals(claude.responseFor(before, YES), gated({ permissionDecision: "allow" }));
  assertEquals(
    claude.responseFor(before, { kind: "deny", message: "no" }),
    gated({ permissionDecision: "deny", permissionDecisionReason: "no" }),
  );
  for (const event of [hook("Stop", "", {}), null, [], "x", {}, hook("constructor", "", {})]) {
    assertEquals(claude.responseFor(event, YES), undefined);
    assertEquals(claude.responseFor(event, { kind: "deny" }), undefined);
  }
});

Deno.test("a question is answered with all its answers or not at all", () => {
  const questions = [
    { question: "Which?", header: "h", options: [{ label: "A", description: "a" }, { label: "B" }], multiSelect: true },
    { question: "Why?", header: "h", options: [] },
  ];
  for (const event of ["PermissionRequest", "PreToolUse"]) {
    const event_ = hook(event, "AskUserQuestion", { questions });
    const call = asked(event_);
    assertEquals([call?.for, call?.action], ["question", "other"]);
    assertEquals(call?.choices, [
      { question: "Which?", options: ["A", "B"], descriptions: ["a", ""], multiple: true },
      { question: "Why?", options: [], multiple: false },
    ]);
    assertEquals(claude.responseFor(event_, YES), undefined);
    assertEquals(claude.responseFor(event_, { ...YES, answers: { "Which?": "A" } }), undefined);
    const given = { "Which?": "A, B", "Why?": "so", "Other?": "x" };
    const updatedInput = { questions, answers: { "Which?": "A, B", "Why?": "so" } };
    assertEquals(
      claude.responseFor(event_, { ...YES, answers: given }),
      event === "PreToolUse"
        ? gated({ permissionDecision: "allow", updatedInput })
        : decided({ behavior: "allow", updatedInput }),
    );
  }
  assertEquals(
    claude.responseFor(hook("PermissionRequest", "AskUserQuestion", {}), { ...YES, answers: {} }),
    undefined,
  );
});

Deno.test("a plan is accepted or sent back at its dialog, never before it", () => {
  const plan = hook("PermissionRequest", "ExitPlanMode", { plan: "1. go" });
  assertEquals([asked(plan)?.for, asked(plan)?.subject], ["plan", "1. go"]);
  assertEquals(asked(hook("PermissionRequest", "ExitPlanMode", {}))?.subject, "{}"); // as recorded: claude-modes
  // its input goes back: a bare yes leaves the dialog on the screen (tried with 2.1.329)
  assertEquals(claude.responseFor(plan, YES), decided({ behavior: "allow", updatedInput: { plan: "1. go" } }));
  assertEquals(claude.responseFor(plan, YES, true), undefined, "a plan that was cut must not replace the whole one");
  assertEquals(
    claude.responseFor(plan, { kind: "deny", message: "smaller" }),
    decided({ behavior: "deny", message: "smaller" }),
  );
  assertEquals(claude.responseFor({ ...plan, hook_event_name: "PreToolUse" }, YES), undefined);
});

Deno.test("a form of an MCP server is filled in by its schema, or declined", () => {
  const requested_schema = {
    type: "object",
    properties: {
      name: { type: "string", title: "Your name" },
      colour: { type: "string", enum: ["red", "blue"] },
      count: { type: "integer" },
      sure: { type: "boolean" },
      tags: { type: "array", items: { type: "string", enum: ["a", "b"] } },
    },
    required: ["name"],
  };
  const form = {
    session_id: "s",
    hook_event_name: "Elicitation",
    mcp_server_name: "db",
    message: "Who?",
    requested_schema,
  };
  const call = asked(form);
  assertEquals([call?.for, call?.tool, call?.subject, call?.acceptsApproval], ["elicitation", "db", "Who?", true]);
  assertEquals(call?.choices?.map(({ question, options }) => [question, options]), [
    ["Your name", []],
    ["colour", ["red", "blue"]],
    ["count", []],
    ["sure", ["true", "false"]],
    ["tags", ["a", "b"]],
  ]);
  const said = (fields: object) => ({ hookSpecificOutput: { hookEventName: "Elicitation", ...fields } });
  const fill = (answers: Record<string, string>) => claude.responseFor(form, { ...YES, answers });
  assertEquals(fill({ "Your name": "Ada" }), said({ action: "accept", content: { name: "Ada" } }));
  assertEquals(
    fill({ "Your name": "Ada", colour: "red", count: "3", sure: "false", tags: "a, b" }),
    said({ action: "accept", content: { name: "Ada", colour: "red", count: 3, sure: false, tags: ["a", "b"] } }),
  );
  const wrong = [{}, { colour: "red" }, { "Your name": "A", colour: "green" }, { "Your name": "A", count: "1.5" }, {
    "Your name": "A",
    sure: "maybe",
  }];
  for (const answers of wrong as Record<string, string>[]) assertEquals(fill(answers), undefined);
  assertEquals(claude.responseFor(form, YES), undefined);
  assertEquals(claude.responseFor(form, { kind: "deny", message: "no" }), said({ action: "decline" }));

  const plain = { ...form, requested_schema: { type: "object", properties: {} } };
  assertEquals(claude.responseFor(plain, YES), said({ action: "accept", content: {} }));
  for (
    const other of [{ ...form, mode: "url", url: "https://h" }, {
      ...form,
      requested_schema: { properties: { deep: { type: "object" } } },
    }]
  ) {
    assertEquals([asked(other)?.acceptsApproval, claude.responseFor(other, YES)], [false, undefined]);
    assertEquals(claude.responseFor(other, { kind: "deny" }), said({ action: "decline" }));
  }
});

Deno.test("H1 asking and answering never throw on a payload", () => {
  const names = fc.constantFrom("PermissionRequest", "PreToolUse", "Elicitation");
  const tools = fc.constantFrom("Bash", "AskUserQuestion", "ExitPlanMode", "__proto__", "x");
  const any = fc.jsonValue();
  const decisions: fc.Arbitrary<Decision> = fc.oneof(
    fc.record({ kind: fc.constant("approve" as const), scope: fc.constantFrom("once" as const, "always" as const) }),
    fc.record({ kind: fc.constant("deny" as const), message: fc.string() }),
  );
  fc.assert(
    fc.property(names, tools, any, any, any, decisions, (name, tool, input, suggestions, schema, decision) => {
      const event = hook(name, tool, input, { permission_suggestions: suggestions, requested_schema: schema });
      assert(claude.understand(event, {}).ok);
      claude.responseFor(event, decision);
    }),
  );
});

Deno.test("A4 what a tool would write is its detail; the subject stays the path that rules are about", () => {
  const cases: readonly [string, object, string | undefined][] = [
    ["Write", { file_path: "/a", content: "x\n- y" }, "x\n- y"],
    ["Write", { file_path: "/a", content: "" }, ""],
    ["Write", { file_path: "/a", content: 7 }, undefined],
    ["Edit", { file_path: "/a", old_string: "o\r\n+ p", new_string: "n" }, "- o\r\n- + p\n+ n"],
    ["Edit", { file_path: "/a", old_string: "", new_string: "n" }, "+ n"],
    ["Edit", { file_path: "/a", old_string: "o", new_string: "" }, "- o"],
    ["Edit", { file_path: "/a", old_string: "o", new_string: "n", replace_all: true }, "at every place:\n- o\n+ n"],
    [
      "MultiEdit",
      { file_path: "/a", edits: [{ old_string: "a", new_string: "b" }, 1, { old_string: "c", new_string: "d" }] },
      "- a\n+ b\n- c\n+ d",
    ],
    ["NotebookEdit", { notebook_path: "/n", new_source: "x\ny" }, "cell:\n+ x\n+ y"],
    [
      "NotebookEdit",
      { notebook_path: "/n", new_source: "", edit_mode: "delete", cell_id: "c\n1" },
      "delete cell c\\n1:",
    ],
    ["Read", { file_path: "/a", content: "x" }, undefined],
    ["Bash", { command: "ls", content: "x" }, undefined],
    ["mcp__x__y", { content: "x" }, undefined],
  ];
  for (const [tool, input, detail] of cases) {
    for (const event of ["PermissionRequest", "PreToolUse"]) {
      const call = asked(hook(event, tool, input));
      assertEquals(call?.detail, detail, JSON.stringify(input));
      if (detail !== undefined) assert(call?.subject.startsWith("/") && !call.subject.includes("\n"));
    }
  }
  const bare = asked(hook("PermissionRequest", "Write", { content: "x" }));
  assertEquals([bare?.subject, bare?.detail], ['{"content":"x"}', undefined]); // the input as a whole shows it
});

Deno.test("A4 the Write that Claude asked about in a recording says what it would write", () => {
  const text = Deno.readTextFileSync(new URL("../fixtures/claude/compact-clear-resume.jsonl", import.meta.url));
  const asks = recorded(text).filter(({ event }) => event === "PermissionRequest").map(({ stdin }) => asked(stdin))
    .filter((call) => call?.tool === "Write");
  assert(asks.length > 0);
  for (const call of asks) assertEquals([call?.subject, call?.detail], ["/system-reminder/f.txt", "hi\n"]);
});

Deno.test("H4 a sub-agent's request has no dialog on the screen while its hook runs, whatever the entrypoint", () => {
  const request = hook("PermissionRequest", "Bash", {}, { agent_id: "a1", agent_type: "general-purpose" });
  for (const CLAUDE_CODE_ENTRYPOINT of ["cli", "sdk-cli", "sdk-ts"]) {
    assertEquals(asked(request, { CLAUDE_CODE_ENTRYPOINT })?.dialog, "behind");
  }
});
