/** A request that is held for interceptors leaves no ghost, however its wait ends, and never waits longer than its hook. */
import { assertEquals } from "@std/assert";
import { sessionHandlers } from "../../src/core/handlers/session.ts";
import type { InterceptVerdict } from "../../src/core/interceptors.ts";
import { permissionRequest, rule } from "../support/claude_calls.ts";
import { bash, event, flushed, NO, PRINT, stored, YES } from "../support/claude_request.ts";
import { callOf, Desk, FakeCaller } from "../support/desk.ts";
import { held, interceptor, told } from "../support/interceptors.ts";

const RULES = [rule("allow", "touch *")];

/** One whose verdict comes when the test says so. */
async function slow(desk = new Desk({ safetyMode: "guarded", rules: RULES }), env?: Record<string, string>) {
  const verdict = Promise.withResolvers<InterceptVerdict | undefined>();
  const signals: AbortSignal[] = [];
  interceptor(desk, "guard", (_, signal) => {
    signals.push(signal);
    return verdict.promise;
  });
  await desk.report(event("UserPromptSubmit", { prompt: "go", prompt_id: "p1" }));
  await desk.report(bash("PreToolUse", "touch a", "t1"));
  const asks = permissionRequest("touch a");
  return { desk, verdict, signals, ...await held(desk, env === undefined ? asks : { ...asks, env }) };
}

const approvals = (desk: Desk) => desk.events.filter((one) => one.startsWith("approval"));
const DENY: InterceptVerdict = { decision: "deny", reason: "late" };

Deno.test("H4 the agent went on while its request was held: a late verdict is for nobody, and nothing is recorded", async () => {
  for (const end of ["PostToolUse", "Stop", "SessionEnd"]) {
    const { desk, verdict, signals, result } = await slow();
    if (end === "PostToolUse") await desk.report(bash(end, "touch a", "t1"));
    else await desk.report(event(end, { background_tasks: [], reason: "other" }));
    const status = desk.store.get("s")?.status;
    const { outcome, output } = await result;
    assertEquals([outcome, output], [
      end === "PostToolUse" ? "elsewhere" : end === "Stop" ? "dismissed" : "cancelled",
      undefined,
    ]);
    assertEquals(signals.map(({ aborted }) => aborted), [true]);
    verdict.resolve(DENY);
    await flushed();
    assertEquals([approvals(desk), desk.store.get("s")?.status, desk.timers], [[], status, 0], end);
  }
});

Deno.test("H4 a session that is closed by hand and a stop leave nothing held", async () => {
  const closed = await slow();
  const peer = new FakeCaller("cli", "admin");
  await sessionHandlers(closed.desk.deps)["session.close"]({ sessionId: "s" }, callOf(peer));
  assertEquals((await closed.result).outcome, "cancelled");
  const stopped = await slow();
  stopped.desk.broker.stop();
  assertEquals((await stopped.result).outcome, "cancelled");
  const row = stopped.desk.store.get("s");
  assertEquals(row?.status === "waiting" && row.waiting.terminalOnly, "restarted", "its own dialog is there");
  for (const { desk, verdict } of [closed, stopped]) {
    const before = desk.events.length;
    verdict.resolve(DENY);
    await flushed();
    assertEquals([approvals(desk), desk.events.length, desk.timers], [[], before, 0]);
  }
});

Deno.test("H4 the audit trail has a request whose hook its agent has killed while it was held, as that of one that was asked", async () => {
  const { desk, verdict, hook, id, result } = await slow();
  desk.pass(300);
  hook.hangUp();
  assertEquals((await result).outcome, "dismissed");
  verdict.resolve(DENY);
  await flushed();
  assertEquals([approvals(desk), desk.store.get("s")?.status, desk.timers], [
    ["approval.decided dismissed"],
    "working",
    0,
  ]);
  const { status, input, requestedAt, notes, ...rest } = stored(desk, id);
  assertEquals([status, input, notes], ["dismissed", "touch a", undefined], "no verdict counts");
  const { at } = (rest as unknown as { readonly dismissed: { readonly at: string } }).dismissed;
  assertEquals(Date.parse(at) - Date.parse(requestedAt), 300);
  const { actor } = desk.journal.records.findLast(({ type }) => type === "approval.decided") ?? {};
  assertEquals(actor, "daemon");
  await desk.report(bash("PostToolUse", "touch a", "t1"));
  assertEquals(stored(desk, id).status, "elsewhere", "it ran all the same");
});

Deno.test("H4 of two hooks that brought a held request the last one that is gone withdraws it, once", async () => {
  const first = await slow();
  const second = await held(first.desk, permissionRequest("touch a"));
  first.hook.hangUp();
  assertEquals(approvals(first.desk), []);
  second.hook.hangUp();
  assertEquals([approvals(first.desk), second.id], [["approval.decided dismissed"], first.id]);
});

Deno.test("H4 what a feed or an agent of ours takes back while it is held is over, and is asked as it would be otherwise", async () => {
  for (const isTakenBack of [true, false]) {
    const desk = new Desk({ safetyMode: "guarded", rules: RULES });
    const verdict = Promise.withResolvers<InterceptVerdict | undefined>();
    interceptor(desk, "guard", () => verdict.promise);
    await desk.report({
      agent: "codex",
      event: { session_id: "t", cwd: "/w", hook_event_name: "UserPromptSubmit", prompt: "go" },
    });
    const what = { for: "permission" } as const;
    const request = {
      ...what,
      tool: "Bash",
      action: "command",
      subject: "touch a",
      cwd: "/w",
      dialog: "none",
    } as const;
    const event = { kind: "requested", ...what, text: "touch a" } as const;
    const report = { agent: "codex", sessionId: "t", facts: {}, event };
    const ended = new AbortController();
    const decision = desk.broker.requestDecision(report, { ...request, acceptsApproval: true }, ended.signal);
    await flushed();
    assertEquals(approvals(desk), []);
    if (isTakenBack) ended.abort();
    verdict.resolve({ decision: "ask", reason: "x" });
    await flushed();
    if (!isTakenBack) {
      const [open] = desk.inbox.pending();
      assertEquals([open?.noDialog, open?.notes?.length], [true, 1]);
      ended.abort();
    }
    assertEquals(await decision, undefined);
    assertEquals(approvals(desk).at(-1), isTakenBack ? undefined : "approval.decided elsewhere");
    assertEquals([desk.inbox.pendingCount, desk.timers], [0, 0]);
  }
});

Deno.test("H4 a hook that gave up before it began to wait leaves its question to the terminal", async () => {
  const desk = new Desk({ safetyMode: "guarded", rules: RULES });
  interceptor(desk, "guard", () => new Promise(() => {}));
  const hook = new FakeCaller();
  await desk.report(permissionRequest("touch a"), hook);
  hook.hangUp();
  assertEquals([approvals(desk), desk.store.get("s")?.status], [["approval.decided cancelled"], "waiting"]);
});

Deno.test("H4 a journal that takes nothing frees the hook without a decision", async () => {
  for (const verdict of [undefined, DENY, { decision: "ask", reason: "x" } as const]) {
    const one = await slow();
    one.desk.journal.room = 0;
    one.verdict.resolve(verdict);
    const { outcome, output } = await one.result;
    assertEquals([outcome, output, approvals(one.desk)], ["cancelled", undefined, []]);
  }
  const killed = await slow();
  killed.desk.journal.room = 0;
  killed.hook.hangUp();
  await flushed();
  assertEquals([(await killed.result).outcome, approvals(killed.desk), killed.desk.timers], ["dismissed", [], 0]);
  const { desk, verdict, result } = await slow(new Desk());
  verdict.resolve(undefined);
  desk.journal.room = 0;
  desk.broker.stop();
  assertEquals((await result).outcome, "cancelled");
});

Deno.test("H4 a person who is faster than an interceptor has decided", async () => {
  for (const late of [DENY, { note: "x" }, { decision: "ask", reason: "x" } as const]) {
    const desk = new Desk();
    const verdict = Promise.withResolvers<InterceptVerdict | undefined>();
    interceptor(desk, "guard", () => verdict.promise);
    const hook = new FakeCaller();
    const { approval } = await desk.report(permissionRequest("make"), hook);
    const id = approval?.id ?? "";
    const waiting = desk.broker.wait(id, hook);
    await desk.broker.decide({ id, ...YES }, "cli:admin");
    assertEquals(told((await waiting).output), "allow");
    verdict.resolve(late);
    await flushed();
    const story = ["approval.requested pending", "approval.decided approved"];
    assertEquals([approvals(desk), stored(desk, id).status], [story, "approved"]);
  }
});

Deno.test("H4 a verdict that comes while a person's decision is on its way to the disk is late", async () => {
  for (const late of [DENY, { note: "x" }]) {
    const desk = new Desk();
    const verdict = Promise.withResolvers<InterceptVerdict | undefined>();
    interceptor(desk, "guard", () => verdict.promise);
    const { approval } = await desk.report(permissionRequest("make"));
    const synced = Promise.withResolvers<void>();
    desk.journal.durable = () => synced.promise;
    const deciding = desk.broker.decide({ id: approval?.id ?? "", ...YES }, "cli:admin");
    verdict.resolve(late);
    await flushed();
    synced.resolve();
    await deciding;
    await flushed();
    assertEquals(approvals(desk), ["approval.requested pending", "approval.decided approved"]);
  }
});

Deno.test("H1 a held hook waits no longer than its configured wait, half of which is left for a person", async () => {
  const desk = new Desk({ safetyMode: "guarded", rules: RULES });
  desk.waitMs = 1000;
  interceptor(desk, "guard", () => new Promise(() => {}));
  const { id, waitMs, result } = await held(desk, permissionRequest("touch a"));
  assertEquals(waitMs, 1000);
  desk.pass(500);
  await flushed();
  assertEquals([stored(desk, id).status, stored(desk, id).deadline], ["pending", "2026-11-20T10:00:01.000Z"]);
  desk.pass(500);
  assertEquals([(await result).outcome, stored(desk, id).status], ["expired", "expired"]);
});

Deno.test("A5 two hooks of one request are held once and get one answer, by an interceptor, a rule or a person", async () => {
  for (const verdict of [undefined, DENY, { decision: "ask", reason: "x" } as const]) {
    const one = await slow();
    const two = await held(one.desk, permissionRequest("touch a"));
    assertEquals([two.id, one.signals.length], [one.id, 1]);
    one.verdict.resolve(verdict);
    await flushed();
    if (verdict !== undefined && verdict !== DENY) {
      assertEquals(one.desk.inbox.pendingCount, 1);
      await one.desk.broker.decide({ id: one.id, ...NO }, "cli:admin");
    }
    const [first, second] = await Promise.all([one.result, two.result]);
    assertEquals([first, told(first.output)], [second, verdict === undefined ? "allow" : "deny"]);
    for (const { hook } of [one, two]) one.desk.broker.acknowledge(one.id, hook, true);
  }
});

Deno.test("A1 a rule that is gone, or a denial that is new, when the interceptors have spoken is what counts", async () => {
  const rules = [...RULES];
  const { desk, verdict, id } = await slow(new Desk({ safetyMode: "guarded", rules }));
  rules.splice(0);
  verdict.resolve(undefined);
  await flushed();
  assertEquals(stored(desk, id).status, "pending", "no rule allows it any more");
  const denies = [...RULES];
  const other = await slow(new Desk({ safetyMode: "guarded", rules: denies }));
  denies.push(rule("deny", "touch *"));
  other.verdict.resolve(undefined);
  assertEquals(told((await other.result).output), "deny");
});

Deno.test("H1 a hook that blocks its agent is left to it where a wish to ask finds no window", async () => {
  const { desk, verdict, result } = await slow(undefined, PRINT);
  verdict.resolve({ decision: "ask", reason: "x" });
  assertEquals([(await result).outcome, desk.inbox.pendingCount], ["expired", 0]);
  const row = desk.store.get("s");
  assertEquals(row?.status === "waiting" && row.waiting.terminalOnly, "no_window");
});

Deno.test("L no client makes all wait: beyond 256 held at a time a person is asked at once", async () => {
  const desk = new Desk({ safetyMode: "guarded", rules: RULES });
  interceptor(desk, "guard", () => new Promise(() => {}));
  for (let i = 0; i < 256; i++) await held(desk, permissionRequest(`touch ${i}`));
  assertEquals(desk.inbox.pendingCount, 0);
  const { approval } = await desk.report(permissionRequest("touch more"));
  assertEquals(stored(desk, approval?.id ?? "").status, "pending");
});

Deno.test("A1 without an interceptor nothing is held: a rule answers in its reply, and a question opens in its turn", async () => {
  const desk = new Desk({ safetyMode: "guarded", rules: RULES });
  interceptor(desk, "guard", () => undefined)();
  const { approval, output } = await desk.report(permissionRequest("touch a"));
  assertEquals([approval, told(output)], [undefined, "allow"]);
  const caller = new FakeCaller();
  const reply = sessionHandlers(desk.deps)["session.report"](permissionRequest("make"), callOf(caller));
  assertEquals([reply instanceof Promise, desk.inbox.pendingCount], [false, 1]);
});
