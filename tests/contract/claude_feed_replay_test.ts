/**
 * Hooks and status files of real sessions (Claude Code 2.1.329 in the lab, tests/fixtures/feeds), in the order in which
 * they came: what the status files heal, and that they spoil nothing that the hooks know.
 */
import { assert, assertEquals } from "@std/assert";
import { claude } from "../../src/agents/claude/events.ts";
import { ClaudeSessionsFeed } from "../../src/agents/claude/feed.ts";
import { Replay, statusLine } from "./replay.ts";

const FOLDER = "/home/u/.claude/sessions";

interface Line {
  readonly t: number;
  readonly step?: string;
  readonly stdin?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly file?: string;
  readonly content?: Record<string, unknown>;
}

interface Options {
  /** Whether the feed is on. */
  readonly feed: boolean;
  /** How long a hook takes from the agent to us, ms. */
  readonly hookMs?: number;
}

/** The state of the session at the end of each step of the recording. */
function play(name: string, { feed, hookMs = 0 }: Options): Map<string, { end: string; seen: string[] }> {
  const lines = Deno.readTextFileSync(new URL(`../fixtures/feeds/${name}.jsonl`, import.meta.url)).trim().split("\n")
    .map((line) => JSON.parse(line) as Line);
  const replay = new Replay(claude);
  const files = new Map<string, string>();
  const started = lines.find(({ content }) => content !== undefined)!;
  const epoch = Number(started.content!["startedAt"]) - started.t;
  let now = "";
  const stat = { size: 600, mode: 0o600, uid: 0, inode: 1, device: 1, mtimeMs: 0 };
  const reader = new ClaudeSessionsFeed({
    folder: FOLDER,
    files: {
      stat: (path) => files.has(path) ? { ...stat, kind: "file" } : undefined,
      read: (path) => new TextEncoder().encode(files.get(path)),
    },
    port: {
      sessions: () => replay.sessions(),
      get: (id) => replay.get(id),
      isSeenAlive: () => false,
      children: (id) => replay.children(id),
      report: (report) => void replay.report(report, now),
      now: () => now,
    },
    guarded: (_what, action) => action(),
  });
  const steps = new Map<string, { end: string; seen: string[] }>();
  const acts = lines.flatMap((line): { at: number; act: () => void }[] => {
    const { t, step, stdin, env, file, content } = line;
    if (step !== undefined) {
      return [{ at: t, act: () => void steps.set(step, { end: "", seen: [] }) }];
    }
    if (stdin !== undefined) return [{ at: t + hookMs, act: () => void replay.hook(stdin, env ?? {}, now) }];
    const path = `${FOLDER}/${file}`;
    return [
      {
        at: t,
        act: () => void (content === undefined ? files.delete(path) : files.set(path, JSON.stringify(content))),
      },
      ...(feed ? [250, 2300].map((ms) => ({ at: t + ms, act: () => reader.look() })) : []),
    ];
  });
  for (const { at, act } of acts.sort((a, b) => a.at - b.at)) {
    now = new Date(epoch + at).toISOString();
    act();
    const step = [...steps.values()].at(-1);
    const main = replay.sessions().filter(({ parentId }) => parentId === undefined).at(-1);
    if (step === undefined || main === undefined) continue;
    const children = replay.children(main.id).map((child) => ` / ${child.status}`).join("");
    step.end = `${statusLine(main).slice(9)}${children}`;
    if (step.seen.at(-1) !== step.end) step.seen.push(step.end);
  }
  return steps;
}

function endsOf(name: string, options: Options): Record<string, string> {
  return Object.fromEntries([...play(name, options)].map(([step, { end }]) => [step, end]));
}

/** Where the hooks alone leave a row that is at rest long since; in the other steps they end right. */
const GHOSTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "claude-rests": {
    "dialog, Esc": "waiting for permission: Bash: touch perm-esc",
    "question, Esc": "waiting for question: Which colour?",
    "auto mode, dialog, Esc": "working Agent",
    "Esc while streaming": "working",
  },
  "claude-dialogs": {
    "dialog, No": "waiting for permission: Bash: touch perm-no",
    "plan mode, dialog, Esc": "working Bash",
  },
};

const LIVE = "auto mode, cannot check";

for (const [name, ghosts] of Object.entries(GHOSTS)) {
  Deno.test(`H4 ${name}: where hooks alone leave a ghost the status file ends it, and elsewhere it changes no end`, () => {
    const alone = endsOf(name, { feed: false });
    for (const [step, ghost] of Object.entries(ghosts)) assertEquals(alone[step], ghost, step);
    // Hooks that take their time are overtaken by the file, and still no ghost is left.
    for (const hookMs of [0, 150, 400]) {
      for (const [step, end] of Object.entries(endsOf(name, { feed: true, hookMs }))) {
        if (step !== LIVE) assertEquals(end, step in ghosts ? "idle" : alone[step], `${step}, hooks take ${hookMs} ms`);
      }
    }
  });
}

Deno.test("H4 a dialog for which no hook runs (plan and auto mode) is seen by its status file, with its call", () => {
  const dialogs = play("claude-dialogs", { feed: true });
  assertEquals(dialogs.get("plan mode, dialog, Esc")?.seen.slice(-2), [
    "waiting for permission: Bash: touch plan-1",
    "idle",
  ]);
  const rests = play("claude-rests", { feed: true });
  assertEquals(rests.get(LIVE)?.end, "waiting for question: dialog open");
});

Deno.test("H4 a dialog that was answered Yes in the terminal is over at once, not when its command has ended", () => {
  const { seen } = play("claude-dialogs", { feed: true }).get("long command, Yes")!;
  const asked = seen.findIndex((line) => line.startsWith("waiting"));
  assertEquals(seen.slice(asked + 1), ["working Bash", "working", "idle"]);
  const alone = play("claude-dialogs", { feed: false }).get("long command, Yes")!;
  assertEquals(alone.seen.slice(-2), ["working", "idle"]);
});

Deno.test("H4 the dialog of a sub-agent is in the file of the whole process: its own row waits, its session's does not", () => {
  const { seen } = play("claude-dialogs", { feed: true }).get("subagent asks, Esc")!;
  assert(seen.includes("working +1 / waiting") && seen.includes("working +1 / working"), seen.join(" > "));
  assert(!seen.some((line) => line.startsWith("waiting")), seen.join(" > "));
});
