/** Approvals that end in an odd way: by hand, on a full disk, with a window's mistake. None is left as a ghost. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sessionHandlers } from "../../src/core/handlers/session.ts";
import { Inbox } from "../../src/approvals/inbox.ts";
import { testBus } from "../support/bus.ts";
import { testProjections } from "../support/projections.ts";
import { Store } from "../../src/core/store.ts";
import { sessionState } from "../../src/domain/session.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { callOf, Desk, FakeCaller, type Report } from "../support/desk.ts";

function event(hook_event_name: string, more: Record<string, unknown> = {}): Report {
  const env = { CLAUDE_CODE_ENTRYPOINT: "cli" };
  return { agent: "claude", event: { session_id: "s", cwd: "/w", hook_event_name, ...more }, env };
}
const asks = (command: string, more: Record<string, unknown> = {}) =>
  event("PermissionRequest", { tool_name: "Bash", tool_input: { command }, ...more });

async function asking(desk = new Desk(), more: Record<string, unknown> = {}) {
  const hook = new FakeCaller();
  const { approval } = await desk.report(asks("touch a", more), hook);
  const id = approval?.id ?? "none";
  return { desk, id, waiting: desk.broker.wait(id, hook) };
}

const YES = { decision: "approve" } as const;

Deno.test("H4 a session that is closed or deleted by hand takes its questions along, those of its sub-agents too", async () => {
  for (const [name, reason] of [["session.close", "closed by hand"], ["session.delete", "deleted"]] as const) {
    for (const sub of [{}, { agent_id: "sub1", agent_type: "helper" }]) {
      const desk = new Desk();
      desk.attach();
      await desk.report(event("UserPromptSubmit", { prompt: "go", prompt_id: "p1" }));
      const { id, waiting } = await asking(desk, sub);
      const peer = new FakeCaller("cli", "admin");
      await sessionHandlers(desk.deps)[name]({ sessionId: "s" }, callOf(peer));
      assertEquals(await waiting, { id, outcome: "cancelled" });
      const approval = desk.inbox.get(id);
      assertEquals(approval?.status === "cancelled" && approval.cancelled.reason, `its session was ${reason}`);
      assertEquals([desk.inbox.pendingCount, desk.timers], [0, 0]);
    }
  }
});

Deno.test("H4 a hook that is gone before its question is read leaves no ghost", async () => {
  const desk = new Desk();
  const hook = new FakeCaller();
  hook.hangUp();
  await desk.report(asks("touch a"), hook);
  const [gone] = desk.inbox.resolved();
  assertEquals([gone?.status, desk.inbox.pendingCount, desk.timers], ["cancelled", 0, 0]);
});

Deno.test("C6 H4 an end that a full disk does not take frees the hook, and is written as soon as there is room", async () => {
  const { desk, id, waiting } = await asking();
  desk.journal.room = 0;
  desk.pass(45_000);
  assertEquals(await waiting, { id, outcome: "expired" });
  await assertRejects(() => desk.broker.decide({ id, ...YES }, "tui:admin"), ConsoleError, "is already over");
  desk.journal.room = Infinity;
  const { event: other } = event("UserPromptSubmit", { prompt: "go" });
  await desk.report({ agent: "claude", event: { ...other as object, session_id: "other" } });
  assertEquals([desk.inbox.get(id)?.status, desk.inbox.pendingCount], ["expired", 0]);
  const row = desk.store.get("s");
  assertEquals(row?.status === "waiting" && row.waiting.approvalId, undefined);
});

Deno.test("C6 H4 an end that a full disk did not take is owed, and written without an event of any agent", async () => {
  const { desk, id, waiting } = await asking();
  desk.journal.room = 0;
  desk.pass(45_000);
  assertEquals(await waiting, { id, outcome: "expired" });
  assertThrows(() => desk.store.owed.make(), ConsoleError);
  assertEquals([desk.inbox.get(id)?.status, desk.inbox.pendingCount], ["pending", 1], "as long as it is full");
  desk.journal.room = Infinity;
  desk.store.owed.make();
  assertEquals([desk.inbox.get(id)?.status, desk.inbox.pendingCount], ["expired", 0]);
  const row = desk.store.get("s");
  assertEquals(row?.status === "waiting" && row.waiting.approvalId, undefined);
  const { seq } = desk.store;
  desk.store.owed.make();
  assertEquals(desk.store.seq, seq, "once");
});

Deno.test("C6 a change of the mode that the journal does not take keeps no decision from its hook", async () => {
  const settings = { safetyMode: "guarded", rules: [{ tool: "Bash", pattern: "make", decision: "allow" }] } as const;
  const desk = new Desk(settings);
  for (let i = 0; i < 5; i++) {
    await desk.report(asks("make"));
    await desk.report(event("PostToolUseFailure", { tool_name: "Bash", tool_input: { command: "make" } }));
  }
  assertEquals([desk.policy.mode, desk.modes.length], ["manual", 1]);
  const { id, waiting } = await asking(desk);
  desk.modes.push = () => {
    throw new ConsoleError("read_only", "the journal cannot be written: the disk is full");
  };
  await desk.broker.decide({ id, ...YES }, "tui:admin");
  assertEquals([(await waiting).outcome, desk.policy.mode], ["approved", "guarded"]);
});

Deno.test("H4 a repeat is acknowledged when the first answer is on the disk; a key of another answer decides nothing", async () => {
  const { desk, id } = await asking();
  let onDisk = () => {};
  desk.journal.durable = () => new Promise<void>((resolve) => onDisk = resolve);
  const first = desk.broker.decide({ id, ...YES, idempotencyKey: "k" }, "tui:admin");
  const written = onDisk;
  let told = false;
  const second = desk.broker.decide({ id, ...YES, idempotencyKey: "k" }, "tui:admin").then(() => told = true);
  await Promise.resolve();
  assertEquals(told, false);
  written();
  onDisk();
  await Promise.all([first, second]);
  const { approval } = await desk.report(asks("touch b"));
  const other = approval?.id ?? "";
  await assertRejects(
    () => desk.broker.decide({ id: other, ...YES, idempotencyKey: "k" }, "tui:admin"),
    ConsoleError,
    "was used for another change before",
  );
  assertEquals(desk.inbox.get(other)?.status, "pending");
});

Deno.test("an end of a rule is refused where no rule is made: nobody believes in one that does not end", async () => {
  const { desk, id } = await asking();
  for (const answer of [YES, { ...YES, scope: "once" }, { decision: "deny" }] as const) {
    const params = { id, ...answer, expiresInSecs: 60 };
    await assertRejects(
      () => desk.broker.decide(params, "tui:admin"),
      ConsoleError,
      '"expiresInSecs" was given, but no rule',
    );
  }
  assertEquals(desk.inbox.get(id)?.status, "pending");
});

Deno.test("H4 a script's question leaves no ghost: however it ends, its row is what it was", async () => {
  const ends: Readonly<Record<string, (desk: Desk, id: string, script: FakeCaller) => unknown>> = {
    approved: (desk, id) => desk.broker.decide({ id, ...YES }, "cli:admin"),
    denied: (desk, id) => desk.broker.decide({ id, decision: "deny" }, "cli:admin"),
    expired: (desk) => desk.pass(60_000),
    dismissed: (_, __, script) => script.hangUp(),
  };
  const befores: Readonly<Record<string, (desk: Desk) => unknown>> = {
    working: (desk) => desk.report(event("PreToolUse", { tool_name: "Bash", tool_input: { command: "make" } })),
    idle: (desk) => desk.report(event("Stop", { last_assistant_message: "done" })),
    error: (desk) => desk.report(event("StopFailure", { error: "rate_limit" })),
  };
  for (const [outcome, end] of Object.entries(ends)) {
    for (const [status, come] of Object.entries(befores)) {
      const desk = new Desk();
      await desk.report(event("UserPromptSubmit", { prompt: "go" }));
      await come(desk);
      const before = sessionState(desk.store.get("s")!);
      assertEquals(before.status, status);
      const script = new FakeCaller("script");
      const asked = desk.broker.request({ sessionId: "s", tool: "deploy", input: "x" }, script);
      const [open] = desk.inbox.pending();
      assertEquals(desk.store.get("s")?.status, "waiting");
      await end(desk, open?.id ?? "", script);
      assertEquals((await asked).outcome, outcome);
      assertEquals(sessionState(desk.store.get("s")!), before, `${status}, ${outcome}`);
    }
  }
});

Deno.test("H4 a script's question stays open whatever the agent does, and comes after the agent's own", async () => {
  const { desk, id: own } = await asking();
  const asked = desk.broker.request({ sessionId: "s", tool: "deploy", input: "x" }, new FakeCaller("script"));
  const shown = () => {
    const row = desk.store.get("s");
    return row?.status === "waiting" ? row.waiting.approvalId : row?.status;
  };
  const scripts = desk.inbox.pending().at(-1)?.id ?? "";
  assertEquals(shown(), own);
  await desk.broker.decide({ id: own, ...YES }, "cli:admin");
  assertEquals(shown(), scripts);
  await desk.report(event("PostToolUse", { tool_name: "Bash", tool_input: { command: "touch a" } }));
  await desk.report(event("Stop", { last_assistant_message: "done" }));
  assertEquals(shown(), scripts);
  await desk.broker.decide({ id: scripts, ...YES }, "cli:admin");
  assertEquals([(await asked).outcome, shown()], ["approved", "idle"]);
});

Deno.test("H4 a script's question that a killed daemon left: its row is what it was", async () => {
  const desk = new Desk();
  await desk.report(event("UserPromptSubmit", { prompt: "go" }));
  await desk.report(event("Stop", { last_assistant_message: "done" }));
  void desk.broker.request({ sessionId: "s", tool: "deploy", input: "x" }, new FakeCaller("script"));
  const after = new Desk({}, desk.journal);
  assertEquals(after.store.get("s")?.status, "waiting");
  after.broker.closeOrphans();
  assertEquals([after.store.get("s")?.status, after.inbox.pending()], ["idle", []]);
});

Deno.test("a script that asks again and again on one connection leaves nothing behind", async () => {
  const desk = new Desk();
  const script = new FakeCaller("script");
  let listeners = 0;
  const { addEventListener, removeEventListener } = script.signal;
  script.signal.addEventListener = (
    ...args: unknown[]
  ) => (listeners++, Reflect.apply(addEventListener, script.signal, args));
  script.signal.removeEventListener = (
    ...args: unknown[]
  ) => (listeners--, Reflect.apply(removeEventListener, script.signal, args));
  for (let i = 0; i < 300; i++) {
    const asked = desk.broker.request({ sessionId: "job", agent: "deploy", tool: "Deploy", input: `${i}` }, script);
    const [open] = desk.inbox.pending();
    await desk.broker.decide({ id: open?.id ?? "", ...YES }, "cli:admin");
    assertEquals((await asked).outcome, "approved");
  }
  assertEquals([listeners, desk.timers, desk.inbox.resolved().length], [0, 0, 200]);
});

/** A store that knows what `desk` has in its journal, and one that knows what its snapshot says. */
function restarted(desk: Desk): readonly Inbox[] {
  const clock = { now: () => 0, steady: () => 0 };
  const [byReplay, bySnapshot] = [new Inbox(), new Inbox()];
  const storeOf = (inbox: Inbox) => {
    const projections = testProjections([() => inbox]);
    return new Store({ clock, bus: testBus(), idempotencyKeys: 10, staleAfterMs: () => 1, projections });
  };
  const [replayed, saved] = [storeOf(byReplay), storeOf(bySnapshot)];
  for (const record of desk.journal.records) replayed.replay(record);
  saved.restore(JSON.parse(JSON.stringify(desk.store.save())));
  return [byReplay, bySnapshot];
}
const of = (inbox: Inbox) => [inbox.pending(), inbox.resolved(), inbox.rules()];

Deno.test("a rule that has ended is kept no longer than to the next question, in the replay too", async () => {
  const desk = new Desk();
  const approve = async (command: string, expiresInSecs?: number) => {
    const { approval } = await desk.report(asks(command));
    const ends = expiresInSecs === undefined ? {} : { expiresInSecs };
    await desk.broker.decide({ id: approval?.id ?? "", ...YES, scope: "always", ...ends }, "tui:admin");
  };
  await approve("stays");
  for (let i = 0; i < 50; i++) await approve(`touch ${i}`, 60);
  await approve("longer", 61);
  assertEquals(desk.inbox.rules().length, 52);
  desk.pass(60_000);
  await desk.report(asks("another"));
  assertEquals(desk.inbox.rules().map(({ pattern }) => pattern), ["stays", "longer"]);
  for (const inbox of restarted(desk)) assertEquals(of(inbox), of(desk.inbox));
});

Deno.test("H4 answers that nobody was asked for push none that a human gave out of the inbox, in the replay too", async () => {
  const desk = new Desk({ safetyMode: "guarded", rules: [{ tool: "Bash", pattern: "rm *", decision: "deny" }] });
  const { id } = await asking(desk);
  await desk.broker.decide({ id, ...YES }, "tui:admin");
  for (let i = 0; i < 201; i++) await desk.report(asks(i % 2 === 0 ? "git status" : "rm x"));
  await assertRejects(() => desk.broker.decide({ id, ...YES }, "tui:admin"), ConsoleError, "was already approved");
  const settled = desk.inbox.resolved();
  assertEquals([settled.length, settled[0]?.id, settled.at(-1)?.input], [201, id, "git status"]);
  for (const inbox of restarted(desk)) assertEquals(of(inbox), of(desk.inbox));
});

Deno.test("C1 what the inbox holds comes back from a snapshot; rules of a session go with it, in the replay too", async () => {
  const desk = new Desk();
  const { id } = await asking(desk);
  await desk.broker.decide({ id, ...YES, scope: "session" }, "tui:admin");
  const { approval } = await desk.report(asks("touch b"));
  const [, saved] = restarted(desk);
  assertEquals(saved && of(saved), of(desk.inbox));
  assertEquals(saved?.pending().map(({ id }) => id), [approval?.id]);
  assertEquals(saved?.rules().map(({ scope }) => scope), ["session"]);
  const peer = new FakeCaller("cli", "admin");
  sessionHandlers(desk.deps)["session.delete"]({ sessionId: "s" }, callOf(peer));
  assertEquals(desk.inbox.rules(), []);
  for (const inbox of restarted(desk)) assertEquals(of(inbox), of(desk.inbox));
});

Deno.test("P6 the repeat of a close changes nothing, and a key that was used for another change is refused", async () => {
  const desk = new Desk();
  const call = callOf(new FakeCaller("cli", "admin"));
  const handlers = sessionHandlers(desk.deps);
  await desk.report(asks("git push"));
  const close = { sessionId: "s", idempotencyKey: "k" };
  const first = await handlers["session.close"](close, call);
  await handlers["session.reopen"]({ sessionId: "s" }, call);
  const { approval } = await desk.report(asks("git pull"));
  assertEquals(await handlers["session.close"](close, call), first);
  assertEquals(desk.inbox.pending().map(({ id }) => id), [approval?.id]);
  const others = [
    ["session.close", "other"],
    ["session.delete", "other"],
    ["session.update", "other"],
    ["session.delete", "s"], // the same session, but another change
    ["session.update", "s"],
    ["session.reopen", "s"],
  ] as const;
  for (const [method, sessionId] of others) {
    const refused = assertThrows(() => handlers[method]({ sessionId, idempotencyKey: "k" }, call), ConsoleError);
    assertEquals([refused.kind, refused.hint !== undefined], ["conflict", true], `${method} ${sessionId}`);
  }
  const none = { id: "nope", decision: "approve", idempotencyKey: "k" } as const;
  assertEquals((await assertRejects(() => desk.broker.decide(none, "cli:admin"), ConsoleError)).kind, "conflict");
});
