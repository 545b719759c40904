/** What Codex's app-server may send, or leave unsaid, at the worst moment; the wire is the test's own hand. */
import { assertEquals } from "@std/assert";
import { CodexAppServerFeed } from "../../src/agents/codex/feed.ts";
import { type Dial, Link } from "../../src/agents/codex/json_rpc_link.ts";
import type { WebSocketEvents } from "../../src/platform/web_socket.ts";
import { noSessions } from "../support/codex_bench.ts";
import { eventually } from "../support/harness_wait.ts";

type Sent = { readonly id?: number; readonly method?: string };

function wire() {
  const sent: Sent[] = [];
  const lines: WebSocketEvents[] = [];
  const dial: Dial = (events) => {
    lines.push(events);
    return { send: (text) => void sent.push(JSON.parse(text)), bufferedBytes: 0, close: () => events.onClose() };
  };
  const line = () => lines[lines.length - 1]!;
  return {
    sent,
    lines,
    dial,
    line,
    tell: (message: object) => line().onText(JSON.stringify(message)),
    /** Answers the newest call of `method`, once it has come. */
    async answer(method: string, result: object): Promise<void> {
      const id = await eventually(() => sent.find((one) => one.method === method)?.id, 5000, method);
      sent.splice(sent.findIndex((one) => one.id === id), 1);
      line().onText(JSON.stringify({ id, result }));
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

function feedOn({ dial }: { readonly dial: Dial }): CodexAppServerFeed {
  return new CodexAppServerFeed({
    dial,
    requestDecision: () => Promise.resolve(undefined),
    port: noSessions,
    clientInfo: { name: "n", version: "0" },
    guarded: (_what, action) => action(),
  });
}

const THREAD = { threadId: "t" };
const BUSY = { method: "thread/status/changed", params: { ...THREAD, status: { type: "active" } } };

async function begun(on: ReturnType<typeof wire>): Promise<CodexAppServerFeed> {
  const feed = feedOn(on);
  feed.start();
  on.line().onOpen();
  await on.answer("initialize", {});
  await on.answer("thread/loaded/list", { data: [] });
  on.tell({ method: "thread/started", params: { thread: { id: "t" } } });
  on.tell(BUSY);
  return feed;
}

Deno.test("A4 Codex unloads a session while the feed attaches to it: its questions are left to its hooks", async () => {
  const on = wire();
  const feed = await begun(on);
  on.tell({ method: "thread/closed", params: THREAD });
  await on.answer("thread/resume", {});
  assertEquals(feed.bringsRequests("t"), false);
  feed.stop();
});

Deno.test("A4 on a new connection no session is attached to before Codex has said so again", async () => {
  const on = wire();
  const feed = await begun(on);
  await on.answer("thread/resume", {});
  assertEquals(feed.bringsRequests("t"), true);
  on.line().onClose();
  assertEquals(feed.bringsRequests("t"), false);
  await eventually(() => on.lines.length === 2, 5000, "the second connection");
  on.line().onOpen();
  on.tell(BUSY);
  await on.answer("thread/resume", {});
  assertEquals(feed.bringsRequests("t"), true);
  feed.stop();
});

const NOTHING = { onOpen: () => {}, onMessage: () => {}, onRequest: () => {}, onClose: () => {} };

Deno.test("a server that takes the connection and then says nothing loses it", () => {
  const timers: { readonly ms: number; readonly due: AbortController }[] = [];
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (ms) => {
    const due = new AbortController();
    timers.push({ ms, due });
    return due.signal;
  };
  try {
    for (const [opens, left] of [[false, 1], [true, 0]] as const) {
      let closed = 0;
      const on = wire();
      new Link(on.dial, { ...NOTHING, onClose: () => closed++ });
      if (opens) on.line().onOpen();
      for (const { ms, due } of timers.splice(0)) if (ms <= 10_000) due.abort();
      assertEquals(closed, left);
    }
  } finally {
    AbortSignal.timeout = timeout;
  }
});

Deno.test("a message of more than 4 MiB is passed over, and the next one is taken", () => {
  const seen: number[] = [];
  const on = wire();
  new Link(on.dial, { ...NOTHING, onMessage: (_method, { n }) => seen.push(Number(n)) });
  const message = (n: number, units: number) => JSON.stringify({ method: "m", params: { n } }).padEnd(units);
  for (const [n, units] of [[1, 4_194_304], [2, 4_194_305], [3, 0]] as const) on.line().onText(message(n, units));
  on.line().onClose();
  assertEquals(seen, [1, 3]);
});
