/**
 * The expectations stand beside the recordings (`NAME.expected.txt`) and were read against the lab's order tables by a
 * person. Where Gemini CLI sends nothing (Esc or No in a dialog, an API error), the row keeps its status until the next
 * event.
 */
import { assert, assertEquals } from "@std/assert";
import { gemini } from "../../src/agents/gemini/events.ts";
import { Replay, replay } from "./replay.ts";

const FOLDER = new URL("../fixtures/gemini/", import.meta.url);
const NAMES = ["dialogs", "full", "no", "permissions"];

function read(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

for (const name of NAMES) {
  Deno.test(`H2 the recording gemini ${name} gives the expected status after each event`, () => {
    assertEquals(replay(gemini, read(`${name}.jsonl`)), read(`${name}.expected.txt`).trimEnd().split("\n"));
  });
}

Deno.test("H2 every recording of gemini is replayed", () => {
  const files = [...Deno.readDirSync(FOLDER)].map((e) => e.name).filter((n) => n.endsWith(".jsonl")).sort();
  assertEquals(files, NAMES.map((name) => `${name}.jsonl`));
});

const NOW = "2026-11-20T10:00:00.000Z";
const session_id = "s1";
const base = { session_id, cwd: "/home/u" };
const prompt = { hook_event_name: "BeforeAgent", prompt: "do" };
const shell = (hook_event_name: string, command: string) => ({
  hook_event_name,
  tool_name: "run_shell_command",
  tool_input: { command },
});
const dialog = (command: string) => ({
  hook_event_name: "Notification",
  notification_type: "ToolPermission",
  message: "Tool Confirm Shell Command requires execution",
  details: { type: "exec", title: "Confirm Shell Command", command, rootCommand: "rm" },
});

function player(...events: Record<string, unknown>[]): Replay {
  const it = new Replay(gemini);
  for (const event of events) it.hook({ ...base, ...event }, {}, NOW);
  return it;
}

function status(...events: Record<string, unknown>[]): string | undefined {
  return player(...events).get(session_id)?.status;
}

Deno.test("H2 the dialog waits until its own call ends, not until another one's (gemini full: permission prompt)", () => {
  const asked = [prompt, shell("BeforeTool", "rm x"), dialog("rm x"), shell("BeforeTool", "ls")];
  assertEquals(status(...asked), "waiting");
  assertEquals(status(...asked, shell("AfterTool", "ls")), "waiting");
  assertEquals(status(...asked, shell("AfterTool", "rm x")), "working");
});

Deno.test("H2 after Esc in the dialog, which fires nothing, any later turn heals the row (gemini dialogs, no)", () => {
  const dismissed = [prompt, shell("BeforeTool", "rm x"), dialog("rm x")];
  assertEquals(status(...dismissed), "waiting");
  assertEquals(status(...dismissed, prompt), "working"); // the same prompt again
  assertEquals(status(...dismissed, { hook_event_name: "AfterAgent", prompt_response: "ok" }), "idle");
  assertEquals(status(...dismissed, { hook_event_name: "SessionStart", source: "resume" }), "idle");
});

Deno.test("H2 a second and third SessionEnd change nothing (gemini full: /quit)", () => {
  const end = { hook_event_name: "SessionEnd", reason: "exit" };
  const it = player(prompt, end);
  const first = it.get(session_id);
  it.hook({ ...base, ...end }, {}, "2026-11-20T10:00:05.000Z");
  const second = it.get(session_id);
  assert(first?.status === "closed" && second?.status === "closed");
  assertEquals([second.since, second.closed], [first.since, first.closed]);
  assertEquals(second.closed.reopenable, { command: ["gemini", "--resume", session_id], cwd: "/home/u" });
});

Deno.test("H2 Gemini's question is in its own words, which only BeforeTool tells", () => {
  const questions = [{ question: "Which colour?", type: "choice", options: [{ label: "red" }, { label: "blue" }] }];
  const ask = (hook_event_name: string) => ({ hook_event_name, tool_name: "ask_user", tool_input: { questions } });
  const open = {
    hook_event_name: "Notification",
    notification_type: "ToolPermission",
    message: "Tool Confirm Ask User requires confirmation",
    details: { type: "ask_user", title: "Ask User" },
  };
  const asked = player(prompt, ask("BeforeTool"), open).get(session_id);
  assertEquals(asked?.status === "waiting" && [asked.waiting.for, asked.waiting.text], ["question", "Which colour?"]);
  assertEquals(status(prompt, ask("BeforeTool"), open, ask("AfterTool")), "working");
  const untold = player(prompt, open).get(session_id);
  assertEquals(untold?.status === "waiting" && untold.waiting.text, open.message);
});

Deno.test("H2 an end with an id that was never announced makes no row (gemini --acp, each process)", () => {
  assertEquals(player({ hook_event_name: "SessionEnd", reason: "exit" }).size, 0);
});
