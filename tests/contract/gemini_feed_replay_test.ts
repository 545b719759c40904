/**
 * Hooks and the file of a real conversation (Gemini CLI 0.61.0 in the lab, tests/fixtures/feeds), in the order in which
 * they came: what the file heals, and that it spoils nothing that the hooks know.
 */
import { assertEquals } from "@std/assert";
import { gemini } from "../../src/agents/gemini/events.ts";
import { GeminiChatsFeed } from "../../src/agents/gemini/feed.ts";
import { MemoryChat } from "../support/memory_chat.ts";
import { Replay, statusLine } from "./replay.ts";

interface Line {
  readonly t: number;
  readonly step?: string;
  readonly stdin?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly line?: Record<string, unknown>;
}

interface Options {
  /** Whether the feed is on. */
  readonly feed: boolean;
  /** How long a hook takes from the agent to us, ms; a turn begins only after its first one. */
  readonly hookMs?: number;
}

const LINES = Deno.readTextFileSync(new URL("../fixtures/feeds/gemini-chats.jsonl", import.meta.url)).trim().split("\n")
  .map((line) => JSON.parse(line) as Line);
const FOLDER = "/home/u/.gemini/tmp";
const FILE = `${FOLDER}/project/chats/session-2026-11-20T15-30-51810d38.jsonl`;
const SESSION = "51810d38-a83c-4303-b924-856b7862bee5";

/** The states of the session in each step of the recording. */
function play({ feed, hookMs = 0 }: Options): Map<string, string[]> {
  const replay = new Replay(gemini);
  const chat = new MemoryChat(FILE);
  const started = LINES.find(({ line }) => line?.["startTime"] !== undefined)!;
  const epoch = Date.parse(String(started.line!["startTime"])) - started.t;
  let now = "";
  const reader = new GeminiChatsFeed({
    folder: FOLDER,
    files: chat,
    port: {
      sessions: () => replay.sessions(),
      get: (id) => replay.get(id),
      isSeenAlive: () => false,
      children: () => [],
      report: (report) => void replay.report(report, now),
      now: () => now,
    },
    guarded: (_what, action) => action(),
  });
  const looks = (t: number) => feed ? [250, 2250].map((ms) => ({ at: t + ms, act: () => reader.look() })) : [];
  const steps = new Map<string, string[]>();
  const acts = LINES.flatMap(({ t, step, stdin, env, line }): { at: number; act: () => void }[] => {
    if (step !== undefined) return [{ at: t, act: () => void steps.set(step, []) }];
    if (line !== undefined) return [{ at: t, act: () => chat.write(`${JSON.stringify(line)}\n`) }, ...looks(t)];
    const act = () => {
      replay.hook(stdin, env ?? {}, now);
      if (feed) reader.rowChanged(SESSION);
    };
    const at = stdin?.["hook_event_name"] === "BeforeAgent" ? t : t + hookMs;
    return [{ at, act }, ...looks(at)];
  });
  for (const { at, act } of acts.sort((a, b) => a.at - b.at)) {
    now = new Date(epoch + at).toISOString();
    act();
    const seen = [...steps.values()].at(-1);
    const row = replay.get(SESSION);
    const state = row === undefined ? undefined : statusLine(row).slice(9);
    if (state !== undefined && seen?.at(-1) !== state) seen?.push(state);
  }
  reader.stop();
  return steps;
}

function endsOf(options: Options): Record<string, string | undefined> {
  return Object.fromEntries([...play(options)].map(([step, states]) => [step, states.at(-1)]));
}

/** Where the hooks alone leave a row whose turn has ended, and how it really ended. */
const GHOSTS: Readonly<Record<string, readonly [ghost: string, end: string]>> = {
  "dialog, No": ["waiting for permission: run_shell_command: touch perm-no", "idle"],
  "dialog, Esc": ["waiting for permission: run_shell_command: touch perm-esc", "idle"],
  "Esc in a tool": ["working", "idle"],
  "API error": ["idle", "error unknown"],
};

Deno.test("H4 gemini-chats: where hooks alone leave a ghost the file ends it, and elsewhere it changes no end", () => {
  const alone = endsOf({ feed: false });
  for (const [step, [ghost]] of Object.entries(GHOSTS)) assertEquals(alone[step], ghost, step);
  // Hooks that take their time are overtaken by the file, and still no ghost is left.
  for (const hookMs of [0, 150, 400]) {
    for (const [step, end] of Object.entries(endsOf({ feed: true, hookMs }))) {
      assertEquals(end, GHOSTS[step]?.[1] ?? alone[step], `${step}, hooks take ${hookMs} ms`);
    }
  }
});

Deno.test("H4 gemini-chats: the Esc of a sub-agent's dialog ends no turn, and the next turn is not taken for the last", () => {
  const states = play({ feed: true });
  const asked = "waiting for permission: run_shell_command: touch sub-esc";
  assertEquals(states.get("subagent asks, Esc")?.slice(-3), ["working run_shell_command", asked, "idle"]);
  assertEquals(states.get("dialog, Esc"), [
    "idle",
    "working",
    "working run_shell_command",
    "waiting for permission: run_shell_command: touch perm-esc",
    "idle",
  ]);
});
