/**
 * The expectations stand beside the recordings (`NAME.expected.txt`, one line for each step and event) and were read
 * against the order tables of the lab by a person. Where Claude sends nothing (Esc, "No"), the row keeps its status
 * until the next event.
 */
import { assert, assertEquals } from "@std/assert";
import { claude } from "../../src/agents/claude/events.ts";
import { claudeHooks } from "../../src/agents/claude/hooks.ts";
import { recorded, Replay, replay } from "./replay.ts";

const FOLDER = new URL("../fixtures/claude/", import.meta.url);
const NAMES = [
  "compact-clear-resume",
  "decisions",
  "endings",
  "full",
  "modes",
  "permission-waits",
  "subagents",
  "tui-basic",
];

function read(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

for (const name of NAMES) {
  Deno.test(`H2 the recording claude ${name} gives the expected status after each event`, () => {
    assertEquals(replay(claude, read(`${name}.jsonl`)), read(`${name}.expected.txt`).trimEnd().split("\n"));
  });
}

/** What a recording gives without these events, and what is expected of the others. */
function without(name: string, ...events: readonly string[]): readonly [readonly string[], readonly string[]] {
  const isKept = (line: string) => line !== "" && !events.includes(JSON.parse(line).event);
  const kept = read(`${name}.jsonl`).split("\n").filter(isKept).join("\n");
  const expected = read(`${name}.expected.txt`).trimEnd().split("\n");
  return [replay(claude, kept), expected.filter((line) => !events.some((event) => line.startsWith(`${event} `)))];
}

Deno.test("H2 what only repeats another event is not registered, and no recording needs it", () => {
  const events = ["CwdChanged", "MessageDisplay"];
  assertEquals(claudeHooks.rows.filter(({ event }) => events.includes(event)), []);
  for (const name of NAMES) {
    const [given, expected] = without(name, ...events);
    assertEquals(given, expected, name);
  }
});

Deno.test("H2 PostToolBatch is registered, because a row would wait on for a call that was refused", () => {
  assertEquals(claudeHooks.rows.filter(({ event }) => event === "PostToolBatch").length, 1);
  const differ = NAMES.filter((name) => {
    const [given, expected] = without(name, "PostToolBatch");
    return given.some((line, at) => line !== expected[at] && line.includes(" waiting for "));
  });
  assertEquals(differ, ["compact-clear-resume"]);
});

Deno.test("H2 every recording is replayed", () => {
  const files = [...Deno.readDirSync(FOLDER)].map((e) => e.name).filter((n) => n.endsWith(".jsonl")).sort();
  assertEquals(files, NAMES.map((name) => `${name}.jsonl`));
});

const NOW = "2026-11-20T10:00:00.000Z";
const session_id = "s1";

function player(...events: Record<string, unknown>[]): Replay {
  const it = new Replay(claude);
  for (const event of events) it.hook({ session_id, cwd: "/home/u", ...event }, { CLAUDE_PID: "7" }, NOW);
  return it;
}

function status(events: Record<string, unknown>[], id = session_id): string | undefined {
  return player(...events).get(id)?.status;
}

const prompt = (prompt_id: string, text = "do") => ({ hook_event_name: "UserPromptSubmit", prompt_id, prompt: text });
const stop = (prompt_id: string, tasks: unknown[] = []) => ({
  hook_event_name: "Stop",
  prompt_id,
  background_tasks: tasks,
});
const call = (hook_event_name: string, command: string, more: Record<string, unknown> = {}) => ({
  hook_event_name,
  tool_name: "Bash",
  tool_input: { command },
  ...more,
});
const sub = { agent_id: "a1", agent_type: "general-purpose" };
const subStart = { hook_event_name: "SubagentStart", ...sub };
const subStop = { hook_event_name: "SubagentStop", ...sub };

Deno.test("H2 a queued prompt keeps the row working until its own Stop", () => {
  const queued = [prompt("p1"), prompt("p2"), prompt("p3"), stop("p1")];
  assertEquals(status(queued), "working");
  assertEquals(status([...queued, stop("p2")]), "working");
  assertEquals(status([...queued, stop("p2"), stop("p3")]), "idle");
});

Deno.test("H2 what arrives late after Stop does not reopen the turn", () => {
  const late = [
    { hook_event_name: "MessageDisplay", prompt_id: "p1" },
    call("PostToolUse", "ls"),
    { hook_event_name: "PostToolBatch", tool_calls: [{ tool_name: "Bash", tool_input: { command: "ls" } }] },
    call("PermissionDenied", "ls"),
    subStop,
    { hook_event_name: "SomethingNew" },
  ];
  for (const event of late) assertEquals(status([prompt("p1"), stop("p1"), event]), "idle");
});

Deno.test("H2 a call that runs beside an open dialog does not close it", () => {
  const asked = [
    prompt("p1"),
    call("PreToolUse", "rm x", { tool_use_id: "t1" }),
    call("PermissionRequest", "rm x"),
    call("PreToolUse", "ls", { tool_use_id: "t2" }),
  ];
  assertEquals(status(asked), "waiting");
  assertEquals(status([...asked, call("PostToolUse", "ls", { tool_use_id: "t2" })]), "waiting");
  assertEquals(status([...asked, call("PostToolUse", "rm -i x", { tool_use_id: "t1" })]), "working");
  const batch = { hook_event_name: "PostToolBatch", tool_calls: [{ tool_name: "Bash", tool_use_id: "t1" }] };
  assertEquals(status([...asked, batch]), "working");
});

Deno.test("H2 a question of an MCP server waits until its result", () => {
  const asked = [prompt("p1"), { hook_event_name: "Elicitation", mcp_server_name: "db", message: "Which one?" }];
  const it = player(...asked);
  assertEquals(it.get(session_id)?.status, "waiting");
  assertEquals(status([...asked, { hook_event_name: "ElicitationResult", mcp_server_name: "db" }]), "working");
});

Deno.test("H2 an interrupt that a failed call tells, and the reminder of an idle prompt, end the turn", () => {
  const failure = call("PostToolUseFailure", "ls", { is_interrupt: true });
  assertEquals(status([prompt("p1"), call("PreToolUse", "ls"), failure]), "idle");
  const idle = { hook_event_name: "Notification", notification_type: "idle_prompt", message: "waiting" };
  assertEquals(status([prompt("p1"), call("PermissionRequest", "ls"), idle]), "idle");
});

Deno.test("H2 a conversation resumed after a kill in mid-turn is idle, a compaction in mid-turn changes nothing", () => {
  const start = (source: string) => ({ hook_event_name: "SessionStart", source });
  assertEquals(status([prompt("p1"), subStart, start("resume")]), "idle");
  assertEquals(player(prompt("p1"), subStart, start("resume")).get(session_id)?.subagents, 0);
  assertEquals(status([prompt("p1"), start("compact")]), "working");
});

Deno.test("H2 a sub-agent that asks gets a row of its own, and its session keeps its status", () => {
  const asked = [prompt("p1"), subStart, { ...call("PermissionRequest", "rm x"), ...sub }];
  const it = player(...asked);
  assertEquals(it.get(session_id)?.status, "working");
  const child = it.get("a1");
  assert(child?.status === "waiting");
  assertEquals([child.parentId, child.title, child.pid], [session_id, "general-purpose", 7]);

  // Claude's reminder names the session only
  const reminder = { hook_event_name: "Notification", notification_type: "permission_prompt", message: "needs you" };
  assertEquals(status([...asked, reminder]), "working");
  assertEquals(status([...asked, { ...call("PostToolUse", "rm x"), ...sub }], "a1"), "working");

  const ended = player(...asked, subStop);
  assertEquals([ended.get("a1")?.status, ended.get(session_id)?.subagents], ["closed", 0]);
  assertEquals(ended.get(session_id)?.status, "working");
});

Deno.test("H2 a sub-agent's row does not outlive its session, its turn or its process", () => {
  const asked = [prompt("p1"), subStart, { ...call("PermissionRequest", "rm x"), ...sub }];
  assertEquals(status([...asked, { hook_event_name: "SessionEnd", reason: "other" }], "a1"), "closed");
  assertEquals(status([...asked, prompt("p2"), stop("p2")], "a1"), "closed");
  assertEquals(status([...asked, { hook_event_name: "SessionStart", source: "resume" }], "a1"), "closed");
  const running = [{ id: "a1", type: "subagent", status: "running" }];
  assertEquals(status([...asked, stop("p1", running)], "a1"), "waiting");
  assertEquals(status([...asked, stop("p1", running)]), "working");
});

/** The rows after each event of a recording, with the event. */
function played(name: string) {
  const it = new Replay(claude);
  return recorded(read(`${name}.jsonl`)).flatMap(({ event = "", stdin, env }) =>
    stdin === undefined
      ? []
      : [{ event, stdin: stdin as Record<string, unknown>, rows: it.hook(stdin, env ?? {}, NOW) }]
  );
}

Deno.test("H2 a task notification is a turn, but not the user's (recordings: claude full, endings)", () => {
  for (const name of ["full", "endings"]) {
    const events = played(name);
    const at = events.findIndex(({ stdin }) => String(stdin["prompt"]).startsWith("<task-notification>"));
    assert(at > 0, name);
    const [before, after] = [events[at - 1]!.rows.at(-1)!, events[at]!.rows.at(-1)!];
    assertEquals([after.status, after.turnCount, after.lastPrompt], ["working", before.turnCount, before.lastPrompt]);
  }
});

Deno.test("H2 the end of a sub-agent without a type is noise: Claude's own forks (recording: claude subagents)", () => {
  const noise = played("subagents").filter(({ event, stdin }) =>
    event === "SubagentStop" && stdin["agent_type"] === ""
  );
  assertEquals(noise.length, 2);
  for (const { rows } of noise) {
    assertEquals(rows.map(({ id, subagents }) => [id === rows[0]?.id, subagents]), [[true, 0]]);
  }
});

Deno.test("H2 after Esc, of which Claude says nothing, the next prompt is a turn of its own (recording: claude tui-basic)", () => {
  const events = played("tui-basic");
  const prompts = events.flatMap(({ event, rows }, i) => event === "UserPromptSubmit" ? [{ i, row: rows[0]! }] : []);
  const silent = prompts.filter(({ i }, n) =>
    n > 0 && !events.slice(prompts[n - 1]!.i, i).some(({ event }) => event === "Stop")
  );
  assert(silent.length > 0);
  for (const { i, row } of silent) {
    assertEquals([row.status, row.promptId], ["working", events[i]?.stdin["prompt_id"]]);
  }
});

Deno.test("H2 --resume of an unknown id fires SessionEnd alone, which makes no row (lab README, order seen)", () => {
  const it = new Replay(claude);
  assertEquals(it.hook({ session_id: "nobody", hook_event_name: "SessionEnd", reason: "other" }, {}, NOW), []);
  assertEquals(it.size, 0);
});
