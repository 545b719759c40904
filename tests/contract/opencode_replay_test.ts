/**
 * The recording goes through the plugin's own text, the adapter and the rules of the domain. The expectations stand
 * beside it (`NAME.expected.txt`: what the plugin forwarded, and the rows) and were read against the lab's order table
 * by a person. Repeated "busy", the second "idle" and untitled updates are not forwarded.
 */
import { assert, assertEquals } from "@std/assert";
import { opencode } from "../../src/agents/opencode/events.ts";
import type { Report } from "../../src/domain/report.ts";
import { PluginPlayer } from "./opencode_plugin_player.ts";
import { recorded, Replay, statusLine, timeOf } from "./replay.ts";

const FOLDER = new URL("../fixtures/opencode/", import.meta.url);
const NAMES = ["dialogs", "full"];

function read(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

async function replay(lines: string): Promise<readonly string[]> {
  await using plugin = await PluginPlayer.withoutProcesses();
  const player = new Replay(opencode);
  const out: string[] = [];
  for (const line of recorded(lines)) {
    if (line.step !== undefined) {
      out.push(`-- ${line.step}`);
      continue;
    }
    for (const event of await plugin.play(line)) {
      const rows = player.hook(event, {}, timeOf(line));
      out.push(`${event["type"]} → ${rows.map(statusLine).join("; ")}`);
    }
  }
  return out;
}

for (const name of NAMES) {
  Deno.test(`H2 the recording opencode ${name} gives the expected status after each event`, async () => {
    assertEquals(await replay(read(`${name}.jsonl`)), read(`${name}.expected.txt`).trimEnd().split("\n"));
  });
}

Deno.test("H2 every recording of opencode is replayed", () => {
  const files = [...Deno.readDirSync(FOLDER)].map((e) => e.name).filter((n) => n.endsWith(".jsonl")).sort();
  assertEquals(files, NAMES.map((name) => `${name}.jsonl`));
});

const NOW = "2026-11-20T10:00:00.000Z";
const base = { sessionID: "s1", directory: "/home/u", pid: 7 };

const on = (type: string, properties: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  ...base,
  type,
  properties,
  ...more,
});
const prompt = on("chat.message", { text: "do" });
const busy = on("session.status", { status: { type: "busy" } });
const idle = on("session.status", { status: { type: "idle" } });
const call = (callID: string) => on("tool.execute.before", { tool: "bash", callID, args: { command: "rm x" } });
const done = (callID: string) => on("tool.execute.after", { tool: "bash", callID });
const question = (callID: string) => ({
  id: `per_${callID}`,
  permission: "bash",
  patterns: ["rm x"],
  metadata: { command: "rm x" },
  always: ["rm *"],
  tool: { messageID: "m", callID },
});
const asked = (callID: string) => on("permission.asked", question(callID));
const replied = (callID: string, reply: string) => on("permission.replied", { reply, asked: question(callID) });

function player(...events: Record<string, unknown>[]): Replay {
  const it = new Replay(opencode);
  for (const event of events) it.hook(event, {}, NOW);
  return it;
}

function status(...events: Record<string, unknown>[]): string | undefined {
  return player(...events).get("s1")?.status;
}

function agentEvent(event: unknown): Report["event"] {
  const understood = opencode.understand(event, {});
  assert(understood.ok);
  return understood.report.event;
}

Deno.test("H2 a yes in the terminal lets the call go on, a no ends the turn (opencode full, dialogs)", () => {
  const open = [prompt, busy, call("c1"), asked("c1")];
  assertEquals(status(...open), "waiting");
  assertEquals(status(...open, call("c2"), done("c2")), "waiting");
  assertEquals(status(...open, replied("c2", "once")), "waiting");
  assertEquals(status(...open, replied("c1", "once")), "working");
  assertEquals(status(...open, replied("c1", "always")), "working");
  assertEquals(status(...open, done("c1")), "working"); // the reply was lost
  assertEquals(status(...open, replied("c1", "reject")), "idle");
  assertEquals(status(...open, replied("c1", "reject"), busy), "working"); // rejected with a comment for the agent
});

Deno.test("H2 Esc while streaming ends the turn, and what follows it changes nothing (opencode full)", () => {
  const aborted = on("session.error", { error: { name: "MessageAbortedError", data: { message: "Aborted" } } });
  assertEquals(status(prompt, busy, aborted), "idle");
  assertEquals(status(prompt, busy, aborted, idle), "idle");
});

Deno.test("H2 an error stays shown after idle, a retry shows one until the turn goes on (opencode dialogs)", () => {
  const error = (name: string, data: unknown) => on("session.error", { error: { name, data } });
  assertEquals(status(prompt, busy, error("ProviderAuthError", { message: "no key" }), idle), "error");
  const retry = on("session.status", { status: { type: "retry", attempt: 1, message: "Too Many Requests", next: 1 } });
  assertEquals(agentEvent(retry), { kind: "failed", error: "rate_limit", text: "Too Many Requests" });
  assertEquals(status(prompt, busy, retry), "error");
  assertEquals(status(prompt, busy, retry, busy), "working");
  const escaped = on("session.status", { status: { type: "idle" }, was: "retry" });
  assertEquals(status(prompt, busy, retry, escaped), "idle");
  const kinds = [[400, "invalid_request"], [401, "auth"], [429, "rate_limit"], [500, "server"], [529, "overloaded"]];
  for (const [statusCode, kind] of kinds) {
    const failed = agentEvent(error("APIError", { statusCode, message: "x" }));
    assert(failed.kind === "failed");
    assertEquals(failed.error, kind);
  }
});

Deno.test("H2 a sub-agent that asks has a row of its own until its turn ends, and its session works on (opencode dialogs)", () => {
  const sub = { sessionID: "s2", parentID: "s1", agent: "general" };
  const inSub = (event: Record<string, unknown>) => ({ ...event, ...sub });
  const open = [prompt, busy, inSub(on("session.created")), inSub(prompt), inSub(busy), inSub(call("c1"))];
  assertEquals(player(...open).get("s1")?.subagents, 1);
  assertEquals(player(...open).get("s2"), undefined);
  const it = player(...open, inSub(asked("c1")));
  assertEquals([it.get("s1")?.status, it.get("s2")?.status], ["working", "waiting"]);
  assertEquals([it.get("s2")?.parentId, it.get("s2")?.title], ["s1", "general"]);
  const ended = player(...open, inSub(asked("c1")), inSub(replied("c1", "reject")), inSub(idle));
  assertEquals([ended.get("s1")?.status, ended.get("s2")?.status], ["working", "closed"]);
  assertEquals(ended.get("s1")?.subagents, 0);
});
