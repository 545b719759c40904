/** Gemini CLI's files of conversations: which may be read, how much of them, what counts, and what is no evidence. */
import { assert, assertEquals } from "@std/assert";
import { isChatIn, newestEnd } from "../../src/agents/gemini/chat_file.ts";
import { reconcileChat } from "../../src/agents/gemini/reconcile.ts";
import { GeminiChatsFeed } from "../../src/agents/gemini/feed.ts";
import type { Report } from "../../src/domain/report.ts";
import type { Session } from "../../src/domain/session.ts";
import { eventually } from "../support/harness_wait.ts";
import { MemoryChat } from "../support/memory_chat.ts";

const FOLDER = "/home/u/.gemini/tmp";
const FILE = `${FOLDER}/p/chats/session-1.jsonl`;
const T = (ms: number) => new Date(1_800_000_000_000 + ms).toISOString();
const said = (type: string, content: unknown, at: number) =>
  JSON.stringify({ id: "i", timestamp: T(at), type, content }) + "\n";
const cancel = (at: number) => said("info", "Request cancelled.", at);

function row(state: Partial<Session>, at = 0): Session {
  const base = { id: "s", agent: "gemini", startedAt: T(0), since: T(0), lastEventAt: T(at), priority: 0, tags: [] };
  return { ...base, turnCount: 1, subagents: 0, transcriptPath: FILE, ...state } as Session;
}

const working = { status: "working", working: { subagents: 0 } } as const;
const waiting = { status: "waiting", waiting: { for: "permission", text: "x" } } as const;
const idle = { status: "idle", idle: {} } as const;

Deno.test("A6 only a conversation in its own place below the permitted folder is read", () => {
  assert(isChatIn(FOLDER, FILE));
  for (
    const path of [
      "",
      "session-1.jsonl",
      "/home/u/.gemini/tmpx/p/chats/session-1.jsonl",
      "/home/u/.gemini/tmp/../x/chats/session-1.jsonl",
      `${FOLDER}//chats/session-1.jsonl`,
      `${FOLDER}/./chats/session-1.jsonl`,
      `${FOLDER}/p/chats/../session-1.jsonl`,
      `${FOLDER}/p/chats/sub/session-1.jsonl`,
      `${FOLDER}/p/chats/session-1.json`,
      `${FOLDER}/p/logs.json`,
    ]
  ) assert(!isChatIn(FOLDER, path), path);
});

Deno.test("H4 the end of a turn is the newest in the file, and what looks different is no evidence", () => {
  assertEquals(newestEnd(cancel(1) + said("gemini", "on", 2)), { kind: "cancelled", at: T(1) });
  const error = said("error", '[API Error: {"error":{"code":400,"message":"no key"}}]', 3);
  assertEquals(newestEnd(cancel(1) + error), { kind: "failed", at: T(3), text: "no key" });
  assertEquals(newestEnd(error + cancel(1)), { kind: "failed", at: T(3), text: "no key" }, "written down again");
  assertEquals(newestEnd(said("error", "[API Error: two\nlines]", 1)), {
    kind: "failed",
    at: T(1),
    text: "two\nlines",
  });
  const strange = [
    "",
    "\n\n",
    "{",
    said("info", "Request cancelled", 1),
    said("user", "Request cancelled.", 1),
    said("gemini", "Request cancelled.", 1),
    said("info", [{ text: "Request cancelled." }], 1),
    said("error", "MCP server x is gone", 1),
    said("error", `[API Error: ${"x".repeat(70_000)}]`, 1),
    cancel(1).replace(T(1), "soon"),
    `{"$set":{"messages":[${cancel(1).trim()}]}}\n`,
    `d"}]}},${cancel(1)}`,
  ];
  for (const text of strange) assertEquals(newestEnd(text), undefined, text.slice(0, 80));
});

Deno.test("H4 an end counts for the turn in which it was written, and for events that may be late, no longer", () => {
  const heal = (end: number, state: Partial<Session>, at: number, turnSince: number, now = at) =>
    reconcileChat({ end: { kind: "cancelled", at: T(end) }, row: row(state, at), turnSince: T(turnSince), now: T(now) })
      ?.kind;
  assertEquals(heal(50, waiting, 40, 10), "rested");
  assertEquals(heal(50, working, 150, 10), "rested", "a late AfterTool");
  assertEquals(heal(50, working, 2050, 10), undefined, "the turn goes on");
  assertEquals(heal(50, working, 60, 60), undefined, "the turn before");
  const others = [idle, { status: "starting", starting: {} }, { status: "closed", closed: { reason: "" } }] as const;
  for (const state of others) assertEquals(heal(50, state, 40, 10), undefined, state.status);
});

Deno.test("H4 an API error fails the turn that its AfterAgent ended without an answer, and one that stays silent", () => {
  const heal = (state: Partial<Session>, now: number) =>
    reconcileChat({
      end: { kind: "failed", at: T(50), text: "no key" },
      row: row(state, 60),
      turnSince: T(10),
      now: T(now),
    });
  const failed = { kind: "failed", error: "unknown", text: "no key" } as const;
  assertEquals(heal(idle, 60), failed);
  assertEquals(heal({ status: "idle", idle: { lastMessage: "done" } }, 60), undefined);
  assertEquals(heal(working, 60), undefined, "its AfterAgent is on the way");
  assertEquals(heal(working, 2050), failed);
  assertEquals(heal({ status: "error", error: { kind: "unknown", text: "no key" } }, 9000), undefined);
});

function bench(sessions: Session[]) {
  const chat = new MemoryChat(FILE);
  const reports: Report[] = [];
  const feed = new GeminiChatsFeed({
    folder: FOLDER,
    files: chat,
    port: {
      sessions: () => sessions,
      get: (id) => sessions.find((one) => one.id === id),
      isSeenAlive: () => false,
      children: () => [],
      report: (report) => void reports.push(report),
      now: () => T(100),
    },
    guarded: (_what, action) => action(),
  });
  return { chat, reports, feed };
}

Deno.test("A6 rows at rest, of other agents, and files behind links are not read", () => {
  for (
    const one of [
      row(idle),
      row({ ...working, agent: "claude" }),
      row({ ...working, transcriptPath: "/etc/passwd" }),
      row({ status: "closed", closed: { reason: "" } }),
    ]
  ) {
    const { chat, feed } = bench([one]);
    chat.write(cancel(50));
    feed.look();
    assertEquals([...chat.asked], [FOLDER], "nothing but whether Gemini CLI is there");
    feed.stop();
  }
  for (const link of [FILE, `${FOLDER}/p`, `${FOLDER}/p/chats`]) {
    const { chat, feed, reports } = bench([row(waiting)]);
    chat.write(cancel(50));
    chat.kinds.set(link, "symlink");
    feed.look();
    assertEquals([chat.reads, reports], [[], []], link);
    feed.stop();
  }
});

Deno.test("A6 of a long file its end is read, then what comes; what is written behind an end does not hide it", () => {
  const { chat, feed, reports } = bench([row(waiting, 40)]);
  const MAX = 262_144;
  chat.write(said("gemini", "x".repeat(1000), 1).repeat(600));
  const before = chat.bytes.length;
  feed.look();
  feed.look();
  assertEquals(chat.reads, [[before - MAX, MAX]]);
  // After an Esc the conversation is written again, in one line longer than all that is read at once.
  chat.write(cancel(50) + `{"$set":{"messages":"${"y".repeat(MAX * 2)}"}}\n`);
  feed.look();
  assertEquals(reports.map(({ event }) => event.kind), ["rested"]);
  assert(chat.reads.every(([, length]) => length <= MAX));
  const after = before + cancel(50).length;
  assertEquals(chat.reads.slice(1).map(([offset]) => offset), [before, after, after + MAX, after + 2 * MAX]);
  const [offset, length] = chat.reads.at(-1)!;
  assertEquals(offset + length, chat.bytes.length, "and it goes on behind that line");
  chat.bytes = new Uint8Array();
  chat.write(cancel(60));
  feed.look();
  assertEquals(chat.reads.at(-1), [0, chat.bytes.length], "a file that was made anew is read anew");
  feed.stop();
});

Deno.test("A6 of much that is new in a file one look reads some, and another one soon the rest", async () => {
  const { chat, feed, reports } = bench([row(waiting, 40)]);
  chat.write(said("user", "x", 1));
  feed.look();
  chat.write(said("gemini", "x".repeat(1000), 1).repeat(5000) + cancel(50));
  feed.look();
  assertEquals([chat.reads.length, reports.length], [1 + 16, 0]);
  await eventually(() => reports.length === 1, 5000, "the end of the turn");
  feed.stop();
});
