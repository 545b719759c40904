/** A feed that cannot read something: what ends it, what is tried again, and what the log says. */
import { assertEquals } from "@std/assert";
import { ClaudeSessionsFeed } from "../../src/agents/claude/feed.ts";
import { CodexAppServerFeed } from "../../src/agents/codex/feed.ts";
import { GeminiChatsFeed } from "../../src/agents/gemini/feed.ts";
import { errorBoundary } from "../../src/agents/shared/error_boundary.ts";
import type { Guarded } from "../../src/agents/shared/feed_port.ts";
import type { Session } from "../../src/domain/session.ts";
import { isNotCapable } from "../../src/platform/deno_files.ts";
import type { Log } from "../../src/platform/system.ts";
import { eventually } from "../support/harness_wait.ts";
import { MemoryChat } from "../support/memory_chat.ts";

function bench() {
  const said: string[] = [];
  const off = { count: 0, stop: () => {} };
  const say = (level: string) => (text: string, more: object = {}) =>
    void said.push(`${level} ${text.split(" ").slice(0, 4).join(" ")} ${Object.values(more).join(" ")}`);
  const log: Log = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  const guarded = errorBoundary({ log, feed: "f", off: () => (off.count++, off.stop()) });
  return { said, off, guarded };
}

const fails = (error: unknown) => () => {
  throw error;
};
const denied = new Deno.errors.PermissionDenied("EACCES");
const notCapable = new Deno.errors.NotCapable("--allow-read");

Deno.test("only what our own sandbox refuses ends a feed", () => {
  for (const error of [denied, new Deno.errors.NotADirectory(""), new Error("Too many open files (os error 24)")]) {
    const { guarded, off, said } = bench();
    guarded("x", fails(error));
    assertEquals([isNotCapable(error), off.count, said.length], [false, 0, 1]);
  }
  const { guarded, off, said } = bench();
  guarded("x", fails(notCapable));
  assertEquals([off.count, said], [1, ["warn a feed is off: f NotCapable: --allow-read"]]);
});

Deno.test("a trouble is told once, until it was over", () => {
  const { guarded, said } = bench();
  for (const what of ["x", "x", "y", "x"]) guarded(what, fails(denied));
  guarded("x", () => {});
  guarded("y", fails(denied));
  guarded("x", fails(denied));
  const told = (what: string) => `debug a feed could not f ${what} PermissionDenied: EACCES`;
  assertEquals(said, ["x", "y", "x"].map(told));
});

Deno.test("of very many troubles at once those that were told are forgotten, and told anew", () => {
  const { guarded, said } = bench();
  for (let i = 0; i < 100; i++) guarded(`x${i}`, fails(denied));
  guarded("x0", fails(denied));
  assertEquals(said.length, 100);
  guarded("one more", fails(denied));
  guarded("x0", fails(denied));
  assertEquals(said.length, 102);
});

const T = new Date(1_800_000_000_000).toISOString();
const FOLDER = "/nowhere/tmp";
const STAT = { kind: "file", size: 9, mode: 0o600, uid: 0, inode: 1, device: 1, mtimeMs: 0 } as const;

function row(id: string, agent: string, more: Partial<Session>): Session {
  const base = { id, agent, startedAt: T, since: T, lastEventAt: T, priority: 0, tags: [], turnCount: 1, subagents: 0 };
  return { ...base, status: "working", working: { subagents: 0 }, ...more } as Session;
}

function port(sessions: readonly Session[]) {
  return {
    sessions: () => sessions,
    get: () => sessions[0],
    children: () => [],
    isSeenAlive: () => false,
    now: () => T,
    report: () => {},
  };
}

function claude(guarded: Guarded, folder: string, read: (path: string) => Uint8Array): ClaudeSessionsFeed {
  const sessions = [1, 2, 3].map((pid) => row(`s${pid}`, "claude", { pid }));
  return new ClaudeSessionsFeed({ folder, files: { stat: () => STAT, read }, port: port(sessions), guarded });
}

Deno.test("H4 a file of Claude's that cannot be read keeps no other from being read, now and at the next look", () => {
  const { guarded, off, said } = bench();
  const read: string[] = [];
  const feed = claude(guarded, FOLDER, (path) => {
    read.push(path.slice(-6));
    if (path.endsWith("/1.json")) throw denied;
    return new Uint8Array();
  });
  feed.look();
  feed.look();
  assertEquals(read, ["1.json", "2.json", "3.json", "1.json", "2.json", "3.json"]);
  assertEquals([off.count, said.length], [0, 1]);
});

Deno.test("A6 outside the sandbox nothing more is tried", () => {
  const { guarded, off } = bench();
  let reads = 0;
  const feed = claude(guarded, FOLDER, () => {
    reads++;
    throw notCapable;
  });
  off.stop = () => feed.stop();
  feed.look();
  feed.look();
  assertEquals([reads, off.count], [1, 1]);
});

Deno.test("H4 an error in what Claude's feed does after a change is no uncaught one", async () => {
  const folder = await Deno.makeTempDir();
  const { guarded, said } = bench();
  let fail = false;
  let reads = 0;
  const feed = claude(guarded, folder, () => {
    reads++;
    if (fail) throw denied;
    return new Uint8Array();
  });
  feed.look();
  fail = true;
  await Deno.writeTextFile(`${folder}/2.json`, "{}");
  await eventually(() => reads === 7, 5000, "the looks right after the change, and when it has settled");
  assertEquals(said.length, 3);
  feed.stop();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("H4 a conversation of Gemini's that cannot be read keeps no other from being read", () => {
  const { guarded, off, said } = bench();
  const chat = new MemoryChat(`${FOLDER}/p/chats/session-2.jsonl`);
  const broken = `${FOLDER}/q/chats/session-1.jsonl`;
  chat.write('{"type":"user"}\n');
  const sessions = [broken, chat.path].map((transcriptPath) => row(transcriptPath, "gemini", { transcriptPath }));
  const stat = (path: string) => path.startsWith(`${FOLDER}/q`) ? fails(denied)() : chat.stat(path);
  const files = { stat, readRange: chat.readRange };
  const feed = new GeminiChatsFeed({ folder: FOLDER, files, port: port(sessions), guarded });
  feed.look();
  assertEquals([chat.reads.length, off.count], [1, 0]);
  assertEquals(said.filter((line) => line.includes(broken)).length, 1);
  feed.stop();
});

Deno.test("H4 a socket of Codex's that cannot be tried now is tried again", async () => {
  const { guarded, off } = bench();
  let dials = 0;
  const dial = () => {
    if (++dials === 1) throw new Error("Too many open files (os error 24)");
    return { send: () => {}, bufferedBytes: 0, close: () => {} };
  };
  const feed = new CodexAppServerFeed({ port: port([]), dial, guarded, clientInfo: { name: "n", version: "0" } });
  feed.start();
  await eventually(() => dials === 2, 5000, "the second try");
  assertEquals(off.count, 0);
  feed.stop();
});
