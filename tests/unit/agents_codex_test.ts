import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { codex } from "../../src/agents/codex/events.ts";
import type { ApprovalRequest, Decision } from "../../src/domain/approval.ts";
import type { Report } from "../../src/domain/report.ts";
import { Replay } from "../contract/replay.ts";

const NOW = "2026-11-20T10:00:00.000Z";
const FILE = "/home/u/.codex/sessions/rollout.jsonl";

function hook(hook_event_name: string, more: object = {}) {
  return { session_id: "s1", turn_id: "t1", cwd: "/w", transcript_path: FILE, hook_event_name, ...more };
}

function understood(event: unknown): { readonly report: Report; readonly request?: ApprovalRequest } {
  const result = codex.understand(event, {});
  assert(result.ok);
  return result;
}

Deno.test("Codex asks before its own dialog, and says why", () => {
  const tool = { tool_name: "Bash", tool_input: { command: "touch /x", description: "the mock asks for it" } };
  assertEquals(understood(hook("PermissionRequest", tool)).request, {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject: "touch /x",
    reasoning: "the mock asks for it",
    detail: "outside Codex's sandbox",
    toolInput: tool.tool_input,
    dialog: "behind",
    acceptsApproval: true,
  });
  const network = {
    tool_name: "Bash",
    tool_input: { command: "network-access host.example", description: "network-access https://host.example" },
  };
  const asked = understood(hook("PermissionRequest", network)).request;
  assertEquals([asked?.action, asked?.subject, asked?.detail], [
    "fetch",
    "https://host.example",
    "network access from Codex's sandbox",
  ]);
  const gate = understood(hook("PreToolUse", tool)).request;
  assertEquals([gate?.dialog, gate?.acceptsApproval], ["gate", false]);
  for (const name of ["PostToolUse", "Stop", "Interrupt"]) {
    assertEquals(understood(hook(name, tool)).request, undefined);
  }
});

Deno.test("a patch to one file is a write to its path; one to more is known only by its whole text", () => {
  const patch = (...lines: string[]) =>
    hook("PermissionRequest", {
      tool_name: "apply_patch",
      tool_input: { command: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n") },
    });
  const one = understood(patch("*** Update File: src/a.ts", "@@", "-a", "+*** Add File: no")).request;
  assertEquals([one?.action, one?.subject, one?.paths], ["write", "src/a.ts", undefined]);
  assertEquals(
    one?.detail,
    "*** Begin Patch\n*** Update File: src/a.ts\n@@\n-a\n+*** Add File: no\n*** End Patch",
  );
  for (
    const lines of [
      ["*** Update File: src/a.ts", "*** Move to: /etc/a"],
      [
        "*** Add File: src/a.ts",
        "+x",
        "*** Delete File: /etc/b",
      ],
      ["*** Update File: src/a.ts", "+x", "  *** Add File: .bashrc"],
      [],
    ]
  ) {
    const request = understood(patch(...lines)).request;
    assert(request?.action === "write" && request.subject.startsWith("*** Begin Patch"));
    assertEquals(request.detail, undefined); // the subject is all of it
  }
  const moved =
    understood(patch("*** Update File: src/a.ts", "*** Move to: /etc/a ", "  *** Add File: .bashrc")).request;
  assertEquals(moved?.paths, ["src/a.ts", "/etc/a", ".bashrc"]);
});

Deno.test("Codex is sent nothing but behavior and message: it fails closed on any other field", () => {
  const verdicts: readonly Decision[] = [
    { kind: "approve", scope: "once" },
    { kind: "approve", scope: "always", answers: { a: "b" } },
    { kind: "deny" },
    { kind: "deny", message: "no" },
  ];
  const permission_suggestions = [{
    ...{ type: "addRules", behavior: "allow", destination: "session" },
    rules: [{ toolName: "Bash", ruleContent: "ls" }],
  }];
  const event = hook("PermissionRequest", { tool_name: "Bash", tool_input: { command: "ls" }, permission_suggestions });
  for (const decision of verdicts) {
    assertEquals(codex.responseFor(event, decision), {
      hookSpecificOutput: {
        hookEventName: "PermissionRequest",
        decision: decision.kind === "approve"
          ? { behavior: "allow" }
          : { behavior: "deny", message: decision.message ?? "Denied by the user" },
      },
    });
  }
  const before = hook("PreToolUse", { tool_name: "Bash", tool_input: { command: "ls" } });
  assertEquals(codex.responseFor(before, { kind: "approve", scope: "once" }), undefined);
  assertEquals(codex.responseFor(before, { kind: "deny", message: "no" }), {
    hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "deny", permissionDecisionReason: "no" },
  });
  for (const event of [hook("Stop"), hook("Interrupt"), null, 1]) {
    assertEquals(codex.responseFor(event, { kind: "deny" }), undefined);
  }
});

// The hooks of a title thread as in the recording codex-acp; the other text is that of the notify lines of the TUI.
Deno.test("H2 the thread in which Codex makes a title has no row; one without a file that the user began has", () => {
  const thread = (session_id: string, prompt: string) => {
    const common = { session_id, transcript_path: null, model: "gpt-5.6-luna" };
    return [
      hook("SessionStart", { ...common, source: "startup" }),
      hook("UserPromptSubmit", { ...common, prompt }),
      hook("Stop", { ...common, last_assistant_message: "Add tests" }),
      hook("SessionEnd", { ...common, reason: "other" }),
    ];
  };
  const player = new Replay(codex);
  const titles = [
    "Generate a concise, single-line task title of at most 36 characters and under five words where possible.",
    "Your task is to generate a very short title for this task",
  ];
  for (const [i, prompt] of titles.entries()) {
    for (const event of thread(`title${i}`, prompt)) assertEquals(player.hook(event, {}, NOW), []);
  }
  const own = thread("own", "say:hi").map((event) => player.hook(event, {}, NOW).map(({ status }) => status).join());
  assertEquals(own, ["", "working", "idle", "closed"]);
  // the same words of the user, in a thread that is kept
  assertEquals(player.hook(hook("UserPromptSubmit", { prompt: titles[0] }), {}, NOW)[0]?.status, "working");
  assertEquals(player.sessions().map(({ id }) => id), ["own", "s1"]);
});

Deno.test("H2 Codex: a call whose request carries more than the call itself is still the same call", () => {
  const player = new Replay(codex);
  const status = (event: object) => player.hook(event, {}, NOW)[0]?.status;
  const call = { tool_name: "mcp__db__query", tool_input: { q: "1" }, tool_use_id: "c1" };
  status(hook("UserPromptSubmit", { prompt: "go" }));
  status(hook("PreToolUse", call));
  const fields = { tool_name: "mcp__db__query", tool_input: { q: "1", description: "why" } };
  assertEquals(status(hook("PermissionRequest", fields)), "waiting");
  assertEquals(status(hook("PostToolUse", { ...call, tool_use_id: "other", tool_input: { q: "2" } })), "waiting");
  assertEquals(status(hook("PostToolUse", call)), "working");
});

Deno.test("A4 the line that resumes a Codex session carries no option and no relative folder of the agent's", () => {
  assert(!codex.understand(hook("SessionEnd", { session_id: "--dangerously-bypass" }), {}).ok);
  const { report } = understood(hook("SessionEnd", { reason: "other", cwd: "x/y" }));
  assertEquals(report.event, {
    kind: "ended",
    reason: "other",
    reopenable: { command: ["codex", "resume", "s1"] },
  });
});

Deno.test("H1 Codex: understand never throws, and an event from the future is a sign of life", () => {
  const field = fc.constantFrom(
    ..."tool_name tool_input prompt turn_id agent_id source transcript_path last_assistant_message __proto__".split(
      " ",
    ),
  );
  const name = fc.constantFrom("SessionStart", "PermissionRequest", "Stop", "PreToolUse", "Interrupt", "FromTheFuture");
  fc.assert(fc.property(name, fc.dictionary(field, fc.jsonValue()), (hook_event_name, fields) => {
    const event = { ...fields, session_id: "s", hook_event_name };
    assert(codex.understand(event, {}).ok);
    codex.responseFor(event, { kind: "approve", scope: "once" });
  }));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    codex.understand(value, {});
  }));
  assertEquals(understood(hook("FromTheFuture")).report.event, { kind: "noted" });
});
