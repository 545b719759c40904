/** session.report as a whole: order, keys, late events, and answers that wait for the disk. */
import { adapterOf, nameProblem, PID_NAMESPACE } from "../../src/agents/adapters.ts";
import { FakeJournal } from "../support/fake_journal.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { receiveReport, type SessionDeps, sessionHandlers } from "../../src/core/handlers/session.ts";
import { TOPICS } from "../../src/domain/event.ts";
import { liveHandlers } from "../../src/core/handlers/subscribe.ts";
import { Inbox } from "../../src/approvals/inbox.ts";
import { callOf, FakeCaller } from "../support/desk.ts";
import { listsOf, viewsOf } from "../support/many_sessions.ts";
import { testBus } from "../support/bus.ts";
import { Store } from "../../src/core/store.ts";
import { TwinEvents } from "../../src/core/twin_events.ts";
import { UnrecognizedEvents } from "../../src/core/unrecognized_events.ts";
import type { Report } from "../../src/domain/report.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { type Handlers, methodTable } from "../../src/rpc/handler.ts";
import type { Peer } from "../../src/rpc/peer.ts";
import { Router } from "../../src/rpc/router.ts";

const NOW = "2026-11-20T10:00:00.000Z";
const EARLIER = "2026-11-20T09:00:00.000Z";

function build() {
  const journal = new FakeJournal();
  const clock = { now: () => Date.parse(NOW), steady: () => 0 };
  const store = new Store({ clock, bus: testBus(), idempotencyKeys: 8, staleAfterMs: () => 60_000 });
  store.attach(journal);
  const told: string[] = [];
  const approvals = {
    reportCommitted: (report: Report) => void told.push(report.event.kind),
    eventCommitted: () => {},
    noteWorkspace: () => {},
    endRequests: () => {},
    receive: () => {
      throw new Error("nothing asks here");
    },
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const deps: SessionDeps = {
    store,
    approvals,
    agents: { adapterOf, nameProblem, pidNamespace: PID_NAMESPACE },
    unknown: new UnrecognizedEvents(store, log, () => 0),
    ownSessions: new Set(),
    twins: new TwinEvents(),
    now: () => NOW,
  };
  const tell = (event: Record<string, unknown>, idempotencyKey?: string, at?: string) =>
    receiveReport(deps, "hook:report", {
      agent: "claude",
      event: { session_id: "s", cwd: "/w", ...event },
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    }, at ?? NOW);
  return { deps, store, journal, tell, told };
}

const PROMPT = { hook_event_name: "UserPromptSubmit", prompt: "go" };
const END = { hook_event_name: "SessionEnd", reason: "other" };
const ASKED = {
  hook_event_name: "PermissionRequest",
  tool_name: "Bash",
  tool_input: { command: "ls" },
  agent_id: "sub",
  agent_type: "helper",
};

const caller: Peer = new FakeCaller("test", "admin");

Deno.test("P6 an event of several rows that failed half-way is finished by its repeat, and answers for its session", () => {
  const { store, journal, tell } = build();
  tell(PROMPT);
  tell(ASKED);
  assertEquals(store.children("s").length, 1);
  journal.room = 1;
  assertThrows(() => tell(END, "k"), ConsoleError, "full");
  assertEquals([store.children("s").length, store.get("s")?.status], [0, "working"]);
  journal.room = Infinity;
  const answer = tell(END, "k");
  assertEquals([answer.sessionId, answer.status, store.get("s")?.status], ["s", "closed", "closed"]);
  const count = journal.records.length;
  assertEquals([tell(END, "k"), journal.records.length], [answer, count]);
});

Deno.test("C9 a spooled event has the time at which it happened, and one that was overtaken only fills gaps", () => {
  const { store, tell, told } = build();
  tell(PROMPT, undefined, EARLIER);
  assertEquals([store.get("s")?.lastEventAt, store.get("s")?.since], [EARLIER, EARLIER]);
  tell({ hook_event_name: "Stop" });
  const before = store.get("s");
  assertEquals([before?.status, before?.lastEventAt], ["idle", NOW]);
  tell({ ...PROMPT, prompt: "older", cwd: "/other", permission_mode: "plan" }, undefined, "2026-11-20T09:30:00.000Z");
  const { permissionMode, ...rest } = store.get("s") ?? {} as never;
  assertEquals([permissionMode, rest], ["plan", before]);
  tell(END, undefined, "2026-11-20T09:40:00.000Z");
  assertEquals(store.get("s")?.status, "idle");
  assertEquals(told, ["prompt", "finished", "noted", "noted"]);
});

Deno.test("a late event of a lost row leaves it lost, a session that starts again does not", () => {
  const { store, tell } = build();
  tell(PROMPT);
  store.setLost("s", "daemon");
  tell({ hook_event_name: "PostToolUse", tool_name: "Bash", tool_input: {} });
  assertEquals(viewsOf(store.freeze())[0]?.lost, true);
  tell({ hook_event_name: "SessionStart", source: "resume" });
  assertEquals(viewsOf(store.freeze())[0]?.lost, undefined);
});

Deno.test("C1 with journal.fsync always a change is answered when it is on the disk, a repeat too; else at once", async () => {
  const { deps } = build();
  const timeout = () => new AbortController().signal;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const methods = methodTable(sessionHandlers(deps) as Handlers);
  const options = { methods, log, requestMs: 1000, newBugId: () => "b", onBug: () => {}, timeout };
  const report = {
    id: 1,
    method: "session.report",
    params: { agent: "claude", event: { session_id: "s", ...PROMPT } },
  };
  const params = { ...report.params, idempotencyKey: "k" };
  assert(!(new Router(options).run({ ...report, params }, caller) instanceof Promise));
  const waits: { seq: number | undefined; done: () => void }[] = [];
  const always = new Router({
    ...options,
    durable: (seq) => new Promise((done) => waits.push({ seq, done })),
  });
  for (const request of [{ ...report, params }, report]) {
    let answered = false;
    const answer = Promise.resolve(always.run(request, caller)).then((result) => (answered = true, result));
    await new Promise((resolve) => setTimeout(resolve, 0));
    const wait = waits.pop();
    assertEquals(answered, false);
    wait?.done();
    assertEquals((await answer as { seq: number }).seq, wait?.seq);
  }
  // A feature's method may answer with something else than its record: then all that there is must be on the disk.
  const other = new Router({
    ...options,
    methods: methodTable({ "session.close": () => ({}) } as unknown as Handlers),
    durable: (seq) => new Promise((done) => waits.push({ seq, done })),
  });
  const answer = other.run({ id: 3, method: "session.close", params: { sessionId: "s" } }, caller);
  await new Promise((resolve) => setTimeout(resolve, 0));
  const [wait] = waits;
  assertEquals(wait?.seq, undefined);
  wait?.done();
  assertEquals(await answer, {});
  assert(!(always.run({ id: 2, method: "session.get", params: { sessionId: "s" } }, caller) instanceof Promise));
  const broken = new Router({
    ...options,
    durable: () => Promise.reject(new ConsoleError("read_only", "the journal cannot be put on the disk: EIO")),
  });
  const failed = await assertRejects(async () => await broken.run(report, caller), ConsoleError);
  assertEquals(failed.kind, "read_only");
});

Deno.test("P7 subscribe takes every topic of the protocol and refuses others", () => {
  const { store } = build();
  const [bus, inbox, presence] = [testBus(), new Inbox(), { join: () => () => {} }];
  const lists = listsOf(store);
  const { subscribe } = liveHandlers({
    store,
    lists,
    bus,
    inbox,
    presence,
    topics: TOPICS,
    featureSnapshots: () => ({}),
    queueEvents: 10,
    queueBytes: 1e6,
  });
  const call = callOf(caller);
  const all = ["session", "approval", "turn", "capsule", "daemon", "journal", "hook"];
  assertEquals((subscribe({ topics: all }, call) as { seq: number }).seq, 0);
  assertThrows(() => subscribe({ topics: ["approvals"] }, call), ConsoleError, "approvals");
});

Deno.test("H1 a name from a future version: a sign of life, and kept as unknown once, not with each event", () => {
  const { store, journal, tell } = build();
  for (const tool_name of ["a", "b", "c"]) tell({ hook_event_name: "BrandNewEvent", tool_name });
  tell({ hook_event_name: "AnotherOne", key: `sk-ant-${"x".repeat(40)}`, text: "y".repeat(10_000) });
  const unknown = journal.records.filter(({ type }) => type === "hook.unknown").map(({ data }) =>
    data as Record<string, string>
  );
  assertEquals(unknown.map(({ problem }) => problem), [
    'the event "BrandNewEvent" is not known',
    'the event "AnotherOne" is not known',
  ]);
  assertEquals(JSON.parse(unknown[0]!["raw"]!)["tool_name"], "a");
  assert(unknown[1]!["raw"]!.length <= 4096 && !unknown[1]!["raw"]!.includes("xxxx"));
  assertEquals(store.get("s")?.status, "starting");
});

Deno.test("H1 however many names a version brings, the journal keeps a hundred", () => {
  const { journal, tell } = build();
  for (let i = 0; i < 150; i++) tell({ hook_event_name: `New${i}` });
  assertEquals(journal.records.filter(({ type }) => type === "hook.unknown").length, 100);
});
