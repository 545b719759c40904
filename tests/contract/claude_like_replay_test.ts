/**
 * As claude_replay_test.ts, for an agent whose hooks have Claude's shape: Qwen Code 0.24.4, headless (print) and in its
 * own terminal UI (tui), read against the order table of the lab.
 */
import { assert, assertEquals } from "@std/assert";
import { claudeLike } from "../../src/agents/claude_like/events.ts";
import { recorded, Replay, replay } from "./replay.ts";

const FOLDER = new URL("../fixtures/qwen/", import.meta.url);
const NAMES = ["print", "tui"];
const NOW = "2026-11-20T10:00:00.000Z";
const qwen = claudeLike("qwen");

function read(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

for (const name of NAMES) {
  Deno.test(`H2 the recording qwen ${name} gives the expected status after each event`, () => {
    assertEquals(replay(qwen, read(`${name}.jsonl`)), read(`${name}.expected.txt`).trimEnd().split("\n"));
  });
}

Deno.test("H2 every recording of Qwen Code is replayed", () => {
  const files = [...Deno.readDirSync(FOLDER)].map((e) => e.name).filter((n) => n.endsWith(".jsonl")).sort();
  assertEquals(files, NAMES.map((name) => `${name}.jsonl`));
});

Deno.test("H2 the empty prompt of each round of tools is not the user's (recording: qwen tui)", () => {
  const player = new Replay(qwen);
  const events = recorded(read("tui.jsonl")).filter(({ stdin }) => stdin !== undefined);
  for (const { stdin, env } of events) player.hook(stdin, env ?? {}, NOW);
  const prompts = events.filter(({ event }) => event === "UserPromptSubmit").map(({ stdin }) =>
    (stdin as { prompt: string }).prompt
  );
  assertEquals(prompts, ["run:touch perm-1", "", "run:touch perm-2", "error:400", "slow:20"]);
  const [session] = player.sessions();
  assertEquals([session?.agent, session?.turnCount, session?.lastPrompt], ["qwen", 4, "slow:20"]);
});

Deno.test("H2 one hook with a parent of its own does not cost the row its pid (recording: qwen tui, StopFailure)", () => {
  const player = new Replay(qwen);
  const parents = new Set<string>();
  let pid: number | undefined;
  for (const { stdin, env } of recorded(read("tui.jsonl"))) {
    if (stdin === undefined) continue;
    pid = player.hook(stdin, env ?? {}, NOW)[0]?.pid;
    parents.add(env?.["PPID"] ?? "");
    if (parents.size > 1) assertEquals(String(pid), [...parents][0]);
  }
  assertEquals(parents.size, 2);
});

Deno.test("H5 Qwen Code waits for its hook before it asks, and takes a plain yes or no", () => {
  const event = recorded(read("tui.jsonl")).find((line) => line.event === "PermissionRequest")?.stdin;
  const understood = qwen.understand(event, {});
  assert(understood.ok);
  assertEquals(understood.request, {
    for: "permission",
    tool: "run_shell_command",
    action: "command",
    subject: "touch perm-1",
    toolInput: (event as { tool_input: Readonly<Record<string, unknown>> }).tool_input,
    dialog: "behind",
    holdSecs: 45,
    acceptsApproval: true,
  });
  const decided = (decision: object) => ({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });
  assertEquals(qwen.responseFor(event, { kind: "approve", scope: "always" }), decided({ behavior: "allow" }));
  assertEquals(qwen.responseFor(event, { kind: "deny", message: "no" }), decided({ behavior: "deny", message: "no" }));
  const before = { ...event as object, hook_event_name: "PreToolUse" };
  const gate = qwen.understand(before, {});
  assertEquals([gate.ok && gate.request, qwen.responseFor(before, { kind: "deny" })], [undefined, undefined]);
});

Deno.test("A4 what an agent of Claude's shape would write is shown, by both names of a tool", () => {
  const detail = (tool_name: string, tool_input: object) => {
    const understood = qwen.understand(
      { session_id: "s", hook_event_name: "PermissionRequest", tool_name, tool_input },
      {},
    );
    return understood.ok ? [understood.request?.subject, understood.request?.detail] : [];
  };
  assertEquals(detail("write_file", { file_path: "/a", content: "x" }), ["/a", "x"]);
  assertEquals(detail("edit", { file_path: "/a", old_string: "o", new_string: "n" }), ["/a", "- o\n+ n"]);
  assertEquals(detail("Write", { file_path: "/a", content: "x" }), ["/a", "x"]);
});

Deno.test("H4 the turn of Qwen Code's parent ends while its background sub-agent asks: that row lives on", () => {
  const player = new Replay(qwen);
  const base = { session_id: "q1", cwd: "/w", permission_mode: "default", prompt_id: "q1########2" };
  const of = (hook_event_name: string, more: object) => player.hook({ ...base, hook_event_name, ...more }, {}, NOW);
  // Qwen Code 0.24.4 gives its tasks no type.
  const task = { id: "general-purpose-call_1", status: "running", agent_type: "general-purpose", description: "task" };
  const sub = { agent_id: task.id, agent_type: task.agent_type };
  of("UserPromptSubmit", { prompt: "go" });
  of("SubagentStart", sub);
  of("PermissionRequest", { ...sub, tool_name: "run_shell_command", tool_input: { command: "touch sb1" } });
  of("Stop", { last_assistant_message: "launched", background_tasks: [task] });
  const states = () => ["q1", task.id].map((id) => player.get(id)?.status);
  assertEquals(states(), ["working", "waiting"]);
  assertEquals(player.get("q1")?.subagents, 1);
  of("Stop", { background_tasks: [{ ...task, type: "shell" }] });
  assertEquals(states(), ["idle", "closed"], "what has another type is no sub-agent");
});

Deno.test("H5 Qwen Code's question and plan are no permissions; a question is left to its own terminal", () => {
  const asked = (tool_name: string, tool_input: object) => {
    const understood = qwen.understand(
      { session_id: "s", hook_event_name: "PermissionRequest", tool_name, tool_input },
      {},
    );
    assert(understood.ok);
    const { event } = understood.report;
    return { waits: event.kind === "requested" && [event.for, event.text], request: understood.request };
  };
  const questions = [{ question: "Which colour?", header: "Colour", options: [{ label: "red" }, { label: "blue" }] }];
  const question = asked("ask_user_question", { questions });
  assertEquals(question.waits, ["question", "Which colour?"]);
  assertEquals([question.request?.for, question.request?.acceptsApproval], ["question", false]);
  const plan = asked("exit_plan_mode", { plan: "first this" });
  assertEquals([plan.waits, plan.request?.acceptsApproval], [["plan", "first this"], true]);
});
