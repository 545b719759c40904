/** Who a row's agent is: names that are another's are refused, and a payload is read as what it is. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { adapterOf, nameProblem } from "../../src/agents/adapters.ts";
import { AGENTS } from "../../src/agents/registry.ts";
import { FAMILY, storedName } from "../../src/agents/shared/agent_name.ts";
import { customName, isFreeName, RESERVED_NAMES } from "../../src/agents/shared/free_name.ts";
import { escapeControls } from "../../src/domain/sanitize.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { Desk, FakeCaller } from "../support/desk.ts";

const OTHERS = [
  ...["claude", "Claude", "claud3", "c1aude", "cl-aude", "claude_", "claude-code", "daude", "codex", "c0dex", "codex-"],
  ...[
    "gemini",
    "gemlni",
    "gernini",
    "gemini-cli",
    "opencode",
    "open-code",
    "0pencode",
    "cursor",
    "custom",
    "claude-like",
  ],
  ...["сlaude", "claude\u200b", "agent-console", "daemon"],
];

Deno.test("S1 the name of an agent that the program knows, or one that looks like it, is nobody else's", () => {
  for (const name of OTHERS) {
    assertEquals(isFreeName(name), false, name);
    assertEquals(adapterOf(storedName(FAMILY, name)), undefined, name);
    assertEquals(adapterOf(`${FAMILY}:${name}`), undefined, name);
    const event = { agent: name, session: "s", event: "prompt", prompt: "x" };
    assertEquals(adapterOf("custom")?.understand(event, {}).ok, false, name);
  }
  for (const name of ["qwen", "my-agent", "deep_code", "kimi", "amp", "aider"]) {
    assertEquals(customName(`${FAMILY}:${name}`), name);
  }
  for (const { name } of AGENTS) assert(RESERVED_NAMES.includes(name), name);
});

Deno.test("S1 a name that goes on behind a known agent's, or is one slip away from it, is nobody else's", () => {
  const forms = [
    "claude1",
    "claudes",
    "claude-pro",
    "claudeai",
    "c1aude-2",
    "codex1",
    "codex-pro",
    "geminii",
    "cursor1",
  ];
  const slips = ["cluade", "calude", "lcaude", "claud", "claudde", "coddex", "gemni", "opencod", "cursro", "daemom"];
  for (const name of [...forms, ...slips]) {
    assertEquals([name, isFreeName(name), adapterOf(`${FAMILY}:${name}`)], [name, false, undefined]);
  }
  for (const name of ["qwen", "copilot", "mine", "goose", "cline", "cody", "customer-bot", "aider", "kiro", "crush"]) {
    assertEquals(customName(`${FAMILY}:${name}`), name);
  }
});

Deno.test("S1 a hook under another agent's name makes no row, and the log and the journal say so", async () => {
  const desk = new Desk();
  const event = { session_id: "s", hook_event_name: "UserPromptSubmit", prompt: "x", cwd: "/w" };
  const refused = await desk.report({ agent: "claude-like:claude", event }).catch((error) => String(error));
  assert(String(refused).includes("claude is another agent's name"), String(refused));
  assertEquals([desk.store.size, desk.events], [0, ["hook.unknown"]]);
});

const CURSOR = { conversation_id: "c1", session_id: "c1", generation_id: "g1", cursor_version: "3.13.25" };
const PLACE = { workspace_roots: ["/w"] };

Deno.test("H3 Cursor runs Claude Code's hooks as well: one row, of Cursor, and each prompt and sub-agent counts once", async () => {
  const desk = new Desk();
  const tell = async (event: Record<string, unknown>) => {
    for (const agent of ["claude", "cursor"]) await desk.report({ agent, event: { ...CURSOR, ...PLACE, ...event } });
  };
  await tell({ hook_event_name: "beforeSubmitPrompt", prompt: "hello" });
  await tell({ hook_event_name: "subagentStart", subagent_id: "a" });
  await tell({ hook_event_name: "subagentStart", subagent_id: "b" });
  const [row] = [...desk.store.sessions()];
  assertEquals([row?.id, row?.agent, row?.cwd, row?.status], ["c1", "cursor", "/w", "working"]);
  assertEquals([desk.store.size, row?.turnCount, row?.subagents], [1, 1, 2]);
  await tell({ hook_event_name: "subagentStop", subagent_id: "a" });
  await tell({ hook_event_name: "stop", status: "completed" });
  assertEquals([desk.store.get("c1")?.status, desk.store.get("c1")?.subagents], ["idle", 1]);
  assert(!desk.events.includes("hook.unknown"));
});

Deno.test("H3 Cursor's events under Claude Code's names are Cursor's too", async () => {
  const desk = new Desk();
  await desk.report({
    agent: "claude",
    event: { ...CURSOR, ...PLACE, hook_event_name: "UserPromptSubmit", prompt: "hello" },
  });
  await desk.report({ agent: "claude", event: { ...CURSOR, ...PLACE, hook_event_name: "Stop", status: "completed" } });
  assertEquals(
    [...desk.store.sessions()].map(({ agent, status, lastPrompt }) => [agent, status, lastPrompt]),
    [["cursor", "idle", "hello"]],
  );
  assert(!desk.events.includes("hook.unknown"));
});

Deno.test("H3 Cursor's question through both hooks is one, and each hook gets Cursor's answer", async () => {
  const desk = new Desk();
  const leave = desk.attach();
  const event = { ...CURSOR, ...PLACE, hook_event_name: "beforeShellExecution", command: "rm x", cwd: "/w" };
  const hooks = [new FakeCaller(), new FakeCaller()];
  const first = await desk.report({ agent: "claude", event }, hooks[0]);
  const second = await desk.report({ agent: "cursor", event }, hooks[1]);
  assertEquals(first.approval?.id, second.approval?.id);
  assertEquals(desk.inbox.pendingCount, 1);
  const waits = hooks.map((hook) => desk.broker.wait(first.approval?.id ?? "", hook));
  await desk.broker.decide({ id: first.approval?.id ?? "", decision: "approve" }, "cli:approve");
  assertEquals((await Promise.all(waits)).map(({ output }) => output), [{ permission: "allow" }, {
    permission: "allow",
  }]);
  leave();
});

Deno.test("S1 the log says why a name is refused: another agent's, none, or one that cannot be used, in letters that deceive nobody", () => {
  const own = "claude-like needs --name with a name of its own";
  assertEquals(
    nameProblem("claude-like:claude"),
    `agent is claude-like:claude, but claude is another agent's name, or reads like it: ${own}`,
  );
  assertEquals(nameProblem(FAMILY), own);
  for (const [name, shown] of [["Qwen Coder", "Qwen Coder"], ["q\u202een\n", "q\\u202een\\n"]] as const) {
    const problem = nameProblem(storedName(FAMILY, name));
    assert(problem.startsWith(`agent is claude-like:${shown}, which is no usable name: ${own}`), problem);
  }
  assert(nameProblem(storedName(FAMILY, "x".repeat(9000))).length < 300);
  assert(nameProblem("foo").startsWith("agent is foo, expected claude, "));
});

Deno.test("S1 a hook of an agent that nobody knows is told in the journal, whatever its name", async () => {
  for (const agent of ["foo", "Foo Bar", "claude-like:Qwen", "\u202ex"]) {
    const desk = new Desk();
    await assertRejects(() => desk.report({ agent, event: {} }), ConsoleError, "the report was not understood");
    const [record] = desk.journal.records.filter(({ type }) => type === "hook.unknown");
    assertEquals((record?.data as { agent: string }).agent, escapeControls(agent));
  }
});
