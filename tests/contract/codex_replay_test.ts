/**
 * As claude_replay_test.ts, for Codex: the expectations were read against the order table of the lab. Codex tells Esc
 * (Interrupt) and no error of the API; a row of which nothing more is heard keeps its status.
 */
import { assert, assertEquals } from "@std/assert";
import type { Decision } from "../../src/domain/approval.ts";
import { codex } from "../../src/agents/codex/events.ts";
import { readThread } from "../../src/agents/codex/thread_codec.ts";
import { CodexThreads } from "../../src/agents/codex/thread_rows.ts";
import type { Report } from "../../src/domain/report.ts";
import { type Recorded, recorded, Replay, replay } from "./replay.ts";

const FOLDER = new URL("../fixtures/codex/", import.meta.url);
const NAMES = ["acp", "full", "permissions", "tui"];
const NOW = "2026-11-20T10:00:00.000Z";

function read(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

for (const name of NAMES) {
  Deno.test(`H2 the recording codex ${name} gives the expected status after each event`, () => {
    assertEquals(replay(codex, read(`${name}.jsonl`)), read(`${name}.expected.txt`).trimEnd().split("\n"));
  });
}

Deno.test("H2 every recording of Codex is replayed", () => {
  const files = [...Deno.readDirSync(FOLDER)].map((e) => e.name).filter((n) => n.endsWith(".jsonl")).sort();
  assertEquals(files, NAMES.map((name) => `${name}.jsonl`));
});

/** The events of one step of a recording, and the player before them. */
function step(recording: string, name: string): { readonly events: readonly Recorded[]; readonly player: Replay } {
  const lines = recorded(read(`${recording}.jsonl`));
  const start = lines.findIndex((line) => line.step === name);
  assert(start >= 0, `${recording} has no step ${name}`);
  const end = lines.findIndex((line, i) => i > start && line.step !== undefined);
  const player = new Replay(codex);
  for (const { stdin, env } of lines.slice(0, start)) if (stdin !== undefined) player.hook(stdin, env ?? {}, NOW);
  return { events: lines.slice(start + 1, end < 0 ? undefined : end), player };
}

function play(player: Replay, events: readonly Recorded[]): string {
  return events.flatMap(({ stdin, env }) => player.hook(stdin, env ?? {}, NOW)).map((s) => s.status).join(" ");
}

Deno.test("H2 Interrupt ends a turn: at the dialog, while streaming, in a tool (recordings codex full, permissions)", () => {
  const cases = [["full", "Esc on the dialog"], ["full", "Esc while streaming"], [
    "permissions",
    "a3: hook would allow after 20, Esc after 3",
  ], ["permissions", "sleep tool, Esc while it runs"]] as const;
  for (const [recording, name] of cases) {
    const { events, player } = step(recording, name);
    assertEquals(events.at(-1)?.event, "Interrupt");
    assert(play(player, events).endsWith("idle"), name);
  }
});

Deno.test("H2 after an API error, of which Codex says nothing, the next prompt or the end heals the row (codex full)", () => {
  const { events, player } = step("full", "API error");
  assertEquals(events.map((line) => line.event), ["UserPromptSubmit"]);
  assertEquals(play(player, events), "working");
  assertEquals(play(player, step("full", "/quit").events), "closed");

  const healed = step("full", "API error");
  play(healed.player, healed.events);
  const { session_id } = events[0]!.stdin as { session_id: string };
  const turn = (hook_event_name: string) => ({ session_id, hook_event_name, turn_id: "next", prompt: "again" });
  healed.player.hook(turn("UserPromptSubmit"), {}, NOW);
  assertEquals(healed.player.hook(turn("Stop"), {}, NOW)[0]?.status, "idle");
});

Deno.test("H2 a resumed thread is idle, whatever its last process left behind (codex tui: SIGTERM fires no SessionEnd)", () => {
  const { events, player } = step("tui", "resumed prompt");
  const start = events[0]!;
  const { session_id } = start.stdin as { session_id: string };
  player.hook({ session_id, hook_event_name: "UserPromptSubmit", turn_id: "t", prompt: "x" }, {}, NOW);
  assertEquals(player.hook(start.stdin, start.env ?? {}, NOW)[0]?.status, "idle");
});

Deno.test("H2 a sub-agent of Codex may outlive the turn: it is counted beside the idle row until it ends (codex full)", () => {
  const { events, player } = step("full", "subagent");
  const rows = events.map(({ stdin, env }) => player.hook(stdin, env ?? {}, NOW)[0]!);
  const stop = rows[events.findIndex((line) => line.event === "Stop")];
  assert(stop?.status === "idle" && stop.idle.background === 1 && stop.subagents === 1);
  const last = rows.at(-1);
  assert(last?.status === "idle" && last.idle.background === undefined && last.subagents === 0);
  assertEquals(player.size, 2, "a sub-agent that asks nothing has no row"); // exec and TUI
});

Deno.test("H2 the end of a thread that never ran makes no row (codex permissions: /new and /quit)", () => {
  const { events, player } = step("permissions", "/quit");
  assertEquals(events.map((line) => line.event), ["SessionEnd", "SessionEnd"]);
  const before = player.size;
  assertEquals(play(player, events), "closed");
  assertEquals(player.size, before);
});

Deno.test("H2 the thread in which Codex makes a title has no row, from its start to its end (recording: codex acp)", () => {
  const player = new Replay(codex);
  const titles = recorded(read("acp.jsonl")).filter(({ stdin, env }) => {
    const rows = player.hook(stdin, env ?? {}, NOW);
    const own = (stdin as { transcript_path: unknown }).transcript_path === null;
    if (own) assertEquals(rows, []);
    return own;
  });
  assertEquals(titles.map((line) => line.event), ["SessionStart", "UserPromptSubmit", "Stop", "SessionEnd"]);
  assertEquals(player.size, 1);
});

Deno.test("H2 the pid is the parent that two events in a row name; a resumed thread loses the old one at once (codex tui)", () => {
  const player = new Replay(codex);
  const pids = recorded(read("tui.jsonl")).flatMap(({ stdin, env }) => {
    const row = stdin === undefined ? undefined : player.hook(stdin, env ?? {}, NOW)[0];
    return row === undefined ? [] : [`${row.id.slice(-4)} ${row.pid ?? "-"}`];
  });
  assertEquals(pids.slice(0, 9), [
    ...["67d3 -", "67d3 17146", "67d3 17146"],
    ...["4008 -", "4008 17146", "4008 17146"],
    ...["4008 -", "4008 17496", "4008 17496"], // resumed in another process
  ]);
});

Deno.test("H5 the answers that Codex took in the recordings are the ones that the adapter gives", () => {
  const verdicts: Readonly<Record<string, Decision>> = {
    "lab-a1": { kind: "approve", scope: "once" },
    "lab-a2": { kind: "deny", message: "denied by the hub" },
    "lab-a3": { kind: "approve", scope: "always" }, // Codex fails closed on updatedPermissions
  };
  const replies = recorded(read("permissions.jsonl")).filter(({ reply }) => reply !== undefined);
  assertEquals(replies.length, 3);
  for (const { stdin, reply } of replies) {
    const [, decision] = Object.entries(verdicts).find(([name]) => JSON.stringify(stdin).includes(name))!;
    assertEquals(codex.responseFor(stdin, decision), reply);
  }
});

Deno.test("H2 Codex with hooks and feed: the first prompt goes working once, whichever of both is first", () => {
  const lines = recorded(read("tui.jsonl"));
  const start = lines.find(({ event }) => event === "SessionStart")!;
  const prompt = lines.find(({ event }) => event === "UserPromptSubmit")!;
  const id = String((start.stdin as { session_id: string }).session_id);
  const thread = readThread({ id, preview: "", cwd: "/home/u" });
  assert(thread !== undefined);
  type Step = (player: Replay, threads: CodexThreads) => unknown;
  const hook = ({ stdin, env }: Recorded): Step => (player) => player.hook(stdin, env ?? {}, NOW);
  const started: Step = (_, threads) => threads.started(thread);
  const active: Step = (_, threads) => threads.changed(id, "active");
  for (
    const [steps, expected] of [
      [[started, active, hook(start), hook(prompt)], "starting working working working"],
      [[started, hook(start), active, hook(prompt)], "starting starting working working"],
      [[hook(start), hook(prompt), started, active], "starting working working working"],
    ] as const
  ) {
    const player = new Replay(codex);
    const port = {
      sessions: () => player.sessions(),
      get: (row: string) => player.get(row),
      isSeenAlive: () => false,
      children: (row: string) => player.children(row),
      now: () => NOW,
      report: (report: Report) => void player.report(report, NOW),
    };
    const threads = new CodexThreads(port);
    const seen = steps.map((step) => (step(player, threads), player.get(id)?.status));
    assertEquals(seen.join(" "), expected);
  }
});
