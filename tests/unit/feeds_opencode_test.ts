/** Prompts for OpenCode's sessions: only the process that says so gets them, and a cancel is over in time. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { OpenCodeServerFeed } from "../../src/agents/opencode/feed.ts";
import { type Http, OpenCodeServer } from "../../src/agents/opencode/server.ts";
import { PID_NAMESPACE } from "../../src/agents/adapters.ts";
import type { GivePrompt } from "../../src/domain/session_prompt.ts";
import { decideClose, isRefusal } from "../../src/domain/decide.ts";
import type { HttpRequest } from "../../src/platform/http_client.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { OtherSessions } from "../../src/turn/other_sessions.ts";
import type { TurnContext } from "../../src/turn/turn_context.ts";
import { Desk } from "../support/desk.ts";
import { SERVED, SERVER } from "../support/fake_opencode.ts";
import type { Json } from "../support/wire.ts";

const ELSEWHERE = { [PID_NAMESPACE]: "pid:[2]" };

class Bench {
  readonly desk = new Desk();
  /** The calls so far: method and the end of the path. */
  readonly calls: string[] = [];
  /** In the place of a reply. */
  readonly replies = new Map<string, (signal: AbortSignal) => unknown>();
  readonly feed: OpenCodeServerFeed;

  constructor() {
    const { store } = this.desk;
    const port = {
      sessions: () => store.sessions(),
      get: (id: string) => store.get(id),
      isSeenAlive: (pid: number) => store.processes.isSeenAlive(pid),
      children: () => [],
      report: () => {},
      now: () => "",
    };
    const http: Http = {
      exchange: (request) => this.#exchange(request),
      follow: (_request, _max, { onStatus }) => {
        onStatus(200);
        return new Promise(() => {});
      },
    };
    this.feed = new OpenCodeServerFeed(port, new OpenCodeServer(http, { username: undefined, password: "secret" }));
  }

  async tell(event: Json, env: Record<string, string> = {}): Promise<void> {
    const whole = { type: "session.updated", sessionID: SERVED, directory: "/w", properties: {}, ...event };
    await this.desk.report({ agent: "opencode", event: whole, env });
  }

  /** Where the row says that its process listens. */
  get told(): string | undefined {
    return this.desk.store.get(SERVED)?.serverUrl;
  }

  get way(): GivePrompt | undefined {
    return this.feed.wayInto(SERVED);
  }

  async served(pid = 100): Promise<void> {
    await this.tell({ type: "session.created", pid, serverUrl: SERVER });
    this.desk.store.processes.saw(pid, true);
  }

  /** Gives a prompt, and takes it back `cancelMs` behind its sending. @returns its end, and how long behind the cancel */
  async cancelled(cancelMs: number): Promise<readonly [end: string, ms: number]> {
    const cancel = new AbortController();
    let at = NaN;
    const sending = () =>
      void setTimeout(() => {
        at = performance.now();
        cancel.abort(new Error("taken back"));
      }, cancelMs);
    const listener = { sending, text: () => {}, call: () => {} };
    const end = await this.way?.("hello", listener, cancel.signal).catch((error) => String(error));
    return [end ?? "no way", performance.now() - at];
  }

  async #exchange({ method, url, signal }: HttpRequest): ReturnType<Http["exchange"]> {
    const end = new URL(url).pathname.split("/").at(-1) ?? "";
    this.calls.push(`${method} ${end}`);
    const reply = this.replies.get(end);
    const usual: Record<string, unknown> = { status: {}, message: [], abort: true, prompt_async: {} };
    const value = reply === undefined ? usual[end] ?? { id: SERVED } : await reply(signal);
    return { status: 200, text: JSON.stringify(value) };
  }
}

const hangs = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

Deno.test("R7 where OpenCode listens is told by the row's own process, and each event of it replaces that", async () => {
  const bench = new Bench();
  await bench.served();
  assertEquals([bench.told, bench.way !== undefined], [SERVER, true]);
  await bench.tell({ pid: 100 });
  assertEquals(bench.told, undefined, "it has no server now, or an older plugin");
  await bench.tell({ serverUrl: SERVER });
  assertEquals(bench.told, undefined, "nobody knows whose it is");
  await bench.tell({ pid: 100, serverUrl: SERVER });
  await bench.tell({ type: "session.updated" });
  assertEquals(bench.told, SERVER, "an event without a pid says nothing of it");
  const { approval } = await bench.desk.report({
    agent: "opencode",
    event: {
      type: "permission.asked",
      sessionID: SERVED,
      pid: 100,
      serverUrl: SERVER,
      directory: "/w",
      properties: { id: "per_1", sessionID: SERVED, permission: "bash", patterns: ["ls"], metadata: { command: "ls" } },
    },
    env: {},
  });
  if (approval !== undefined) await bench.desk.broker.decide({ id: approval.id, decision: "deny" }, "cli:approve");
  assertEquals(bench.told, SERVER, "an answer is no event of the process");
  const sub = { sessionID: "ses_sub", parentID: SERVED, agent: "explore", type: "chat.message" };
  await bench.tell({ ...sub, pid: 100, serverUrl: SERVER });
  assertEquals(bench.told, SERVER, "a sub-agent's event is the process's too");
  await bench.tell({ ...sub, pid: 100 });
  assertEquals(bench.told, undefined);
});

Deno.test("R7 no address of OpenCode is kept behind an event from another pid namespace, or for a closed row", async () => {
  const bench = new Bench();
  await bench.served();
  bench.desk.store.processes.saw(100, false);
  await bench.tell({ pid: 7, serverUrl: SERVER }, ELSEWHERE);
  assertEquals(bench.told, undefined);
  await bench.served();
  const closed = decideClose(bench.desk.store.get(SERVED), SERVED, "by hand", "2026-11-20T10:00:00.000Z");
  assert(!isRefusal(closed) && "session" in closed.data);
  assertEquals(Object.hasOwn(closed.data.session, "serverUrl"), false);
});

Deno.test("R7 a conversation in two processes has the way of the one that its row shows", async () => {
  const bench = new Bench();
  const { processes } = bench.desk.store;
  await bench.served();
  await bench.tell({ type: "chat.message", pid: 200, properties: { text: "go" } });
  processes.saw(200, true);
  assertEquals([bench.desk.store.get(SERVED)?.pid, bench.told], [200, undefined]);
  await bench.tell({ type: "dispose", pid: 200 });
  assertEquals([bench.desk.store.get(SERVED)?.pid, bench.told], [100, SERVER]);
});

Deno.test("R7 a process that no look has shown, or that is gone, gets neither prompt nor password", async () => {
  const bench = new Bench();
  await bench.tell({ type: "session.created", pid: 100, serverUrl: SERVER });
  assertEquals(bench.way, undefined, "never seen");
  const { processes } = bench.desk.store;
  processes.saw(100, true);
  const way = bench.way;
  processes.saw(100, false);
  assertEquals(bench.way, undefined);
  const listener = { sending: () => {}, text: () => {}, call: () => {} };
  const give = async (one = way) => {
    assert(one !== undefined);
    await one("hello", listener, new AbortController().signal);
  };
  await assertRejects(() => give(), Error, "does not say any more");
  assertEquals(bench.calls, [], "ended before its prompt's turn came");

  processes.saw(100, true);
  bench.replies.set("status", () => {
    processes.saw(100, false);
    return { [SERVED]: { type: "busy" } };
  });
  await assertRejects(() => give(bench.way), Error, "does not say any more");
  processes.saw(100, true);
  bench.replies.set("status", () => ({}));
  bench.replies.set("message", () => {
    processes.saw(100, false);
    return [];
  });
  await assertRejects(() => give(bench.way), Error, "does not say any more");
  assert(!bench.calls.includes("POST prompt_async"));

  processes.saw(100, true);
  bench.replies.clear();
  bench.replies.set("prompt_async", () => {
    processes.saw(100, false);
    return {};
  });
  await assertRejects(() => give(bench.way), Error, "OpenCode has ended");
  assertEquals(bench.calls.at(-1), "POST prompt_async");
});

Deno.test("R7 no way is asked for where the row's process is gone, of whichever agent it is", () => {
  const asked: string[] = [];
  const context = {
    store: { get: (id: string) => ({ id, agent: "codex", status: "idle" }), isLost: () => true },
    promptWays: { into: (_: string, id: string) => asked.push(id), openedBy: () => undefined },
    settings: { booted: {} },
  } as unknown as TurnContext;
  const others = new OtherSessions(context, new AbortController().signal);
  const refused = assertThrows(() => others.place("s", "cli"), ConsoleError);
  assertMatch(refused.details.hint ?? "", /^its process is gone: agent-console session close s, then submit/);
  assertEquals(asked, []);
});

Deno.test("R7 a cancel while OpenCode hangs at the prompt, or whose reply is lost, aborts it and is over in ten seconds", async () => {
  const aborted = (bench: Bench) => {
    const isAborted = bench.calls.includes("POST abort");
    const error = { name: "MessageAbortedError", data: {} };
    const prompt = { info: { id: "m1", role: "user" }, parts: [{ type: "text", text: "hello" }] };
    return isAborted ? [prompt, { info: { id: "m2", role: "assistant", parentID: "m1", error }, parts: [] }] : [];
  };
  const hanging = new Bench();
  hanging.replies.set("prompt_async", hangs);
  hanging.replies.set("message", () => aborted(hanging));
  const lost = new Bench();
  lost.replies.set(
    "prompt_async",
    () => new Promise((_, reject) => setTimeout(() => reject(new TypeError("connection reset")), 300)),
  );
  lost.replies.set("message", () => aborted(lost));
  const dead = new Bench();
  for (const end of ["prompt_async", "abort"]) dead.replies.set(end, hangs);
  await Promise.all([hanging, lost, dead].map((bench) => bench.served()));
  const ends = await Promise.all([hanging, lost, dead].map((bench) => bench.cancelled(100)));
  assertEquals(ends.map(([end]) => end), ["cancelled", "cancelled", "Error: taken back"]);
  assertEquals([hanging, lost, dead].map(({ calls }) => calls.includes("POST abort")), [true, true, true]);
  assert(ends[0]![1] < 5000 && ends[1]![1] < 5000 && ends[2]![1] < 11_000, JSON.stringify(ends));
});
