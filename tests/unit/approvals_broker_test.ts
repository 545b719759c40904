/** The inbox: opened, answered once, in the order journal, disk, hook. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { Desk, FakeCaller, type Report } from "../support/desk.ts";
import { FakeJournal } from "../support/fake_journal.ts";
import { receiveReport } from "../../src/core/handlers/session.ts";
import { bash, event, manual, NO, openRequest, stored, YES } from "../support/claude_request.ts";

const allowed = { hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "allow" } } };

Deno.test("H4 a yes from a window is journaled, on the disk, and only then told to the hook; the row goes on at once", async () => {
  const { desk, hook, id } = await openRequest();
  assertEquals(desk.store.get("s")?.status, "waiting");
  const waiting = desk.broker.wait(id, hook);
  let onDisk = () => {};
  desk.journal.durable = () => new Promise<void>((resolve) => onDisk = resolve);
  let told = false;
  waiting.then(() => told = true);
  const deciding = desk.broker.decide({ id, ...YES }, "tui:admin");
  await Promise.resolve();
  assertEquals([desk.inbox.get(id)?.status, desk.store.get("s")?.status, told], ["approved", "working", false]);
  onDisk();
  assertEquals((await deciding).status, "approved");
  assertEquals(await waiting, { id, outcome: "approved", output: allowed });
  assertEquals(desk.timers, 0);
});

Deno.test("H4 a no carries its message to the agent, and the row goes on", async () => {
  const { desk, hook, id } = await openRequest();
  const waiting = desk.broker.wait(id, hook);
  await desk.broker.decide({ id, ...NO, message: "use npm" }, "tui:admin");
  const { output, outcome, message } = await waiting;
  assertEquals([outcome, message], ["denied", "use npm"]);
  assertEquals(output, {
    hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "deny", message: "use npm" } },
  });
  const row = desk.store.get("s");
  assertEquals(row?.status === "working" && row.working.tool, undefined, "what was denied does not run");
});

Deno.test("H4 two windows answer at the same instant, 1,000 times: one outcome each, the other hears already_decided", async () => {
  const desk = manual();
  for (let i = 0; i < 1000; i++) {
    const { hook, id } = await openRequest(`touch ${i}`, desk);
    const waiting = desk.broker.wait(id, hook);
    const answers = await Promise.allSettled([
      desk.broker.decide({ id, ...YES }, "tui:admin"),
      desk.broker.decide({ id, ...NO }, "web:admin"),
    ]);
    assertEquals(answers.map(({ status }) => status), ["fulfilled", "rejected"]);
    const { reason } = answers[1] as PromiseRejectedResult;
    assertEquals([(reason as ConsoleError).kind, (reason as ConsoleError).exitCode], ["already_decided", 1]);
    assertEquals((await waiting).outcome, "approved");
    hook.hangUp();
  }
  const decided = desk.journal.records.filter(({ type }) => type === "approval.decided");
  assertEquals(decided.length, 1000);
});

Deno.test("H4 the same idempotency key decides once and answers the same", async () => {
  const { desk, id } = await openRequest();
  const first = await desk.broker.decide({ id, ...YES, idempotencyKey: "k" }, "tui:admin");
  const events = desk.journal.records.length;
  assertEquals(await desk.broker.decide({ id, ...YES, idempotencyKey: "k" }, "tui:admin"), first);
  assertEquals(desk.journal.records.length, events);
});

Deno.test("P6 the repeat of a report gets its number, its session and its status: a decision is given once", async () => {
  const { desk } = await openRequest();
  const report = { ...bash("PermissionRequest", "make test"), idempotencyKey: "k" };
  const { seq, sessionId, status, ...given } = await desk.report(report);
  assertEquals(await desk.report(report), { seq, sessionId, status });
  assertEquals(Object.keys(given), ["approval"]);
});

Deno.test("an idempotency key that another call used does nothing, and says so", async () => {
  const { desk, id } = await openRequest();
  const always = { ...YES, scope: "always" } as const;
  const first = await desk.broker.decide({ id, ...always, idempotencyKey: "k" }, "tui:admin");
  const other = await openRequest("touch b", desk);
  const second = await desk.broker.decide({ id: other.id, ...always, idempotencyKey: "l" }, "tui:admin");
  const [r1, r2] = [first.ruleId ?? "", second.ruleId ?? ""];
  await assertRejects(
    () => desk.revoke({ id: r1, idempotencyKey: "k" }, "cli:admin"),
    ConsoleError,
    "was used for another change before",
  );
  const revoked = await desk.revoke({ id: r1, idempotencyKey: "m" }, "cli:admin");
  assertEquals(await desk.revoke({ id: r1, idempotencyKey: "m" }, "cli:admin"), revoked);
  await assertRejects(
    () => desk.revoke({ id: r2, idempotencyKey: "m" }, "cli:admin"),
    ConsoleError,
    "was used for another change before",
  );
  await assertRejects(
    () => desk.revoke({ id: "no", idempotencyKey: "k" }, "cli:admin"),
    ConsoleError,
    "was used for another change before",
  );
  assertEquals(desk.policy.rules().map((rule) => rule.id), [r2]);
  // Nor does the key of a yes make a no: that one was never given, though it is settled.
  const third = await openRequest("touch c", desk);
  await desk.broker.decide({ id: third.id, ...NO }, "tui:admin");
  const again = () => desk.broker.decide({ id: third.id, ...YES, idempotencyKey: "k" }, "tui:admin");
  await assertRejects(again, ConsoleError, "was used for another change before");
});

Deno.test("A1 only the connection that asked may wait for the answer", async () => {
  const { desk, id } = await openRequest();
  try {
    await desk.broker.wait(id, new FakeCaller());
  } catch (error) {
    return assertEquals((error as ConsoleError).kind, "not_found");
  }
  throw new Error("a stranger may wait");
});

Deno.test("C1 approvals that a killed daemon left open are closed by an event at the next start", async () => {
  const { desk, id } = await openRequest();
  const next = new Desk({}, desk.journal);
  assertEquals(next.inbox.get(id)?.status, "pending");
  next.broker.closeOrphans();
  const approval = stored(next, id);
  assertEquals(approval.status === "cancelled" && approval.cancelled.reason, "the daemon was restarted");
  const row = next.store.get("s");
  assertEquals(row?.status === "waiting" && row.waiting.approvalId, undefined);
  await assertRejects(
    () => next.broker.decide({ id, ...YES }, "tui:admin"),
    ConsoleError,
    "has ended: the daemon was restarted",
  );
});

Deno.test("C1 the end of a killed daemon's approval is no newer than its agent: what hooks spooled since then still counts", async () => {
  const { desk, id } = await openRequest();
  const spooled = (next: Desk, { event, env }: Report, ms: number) => {
    const at = new Date(next.clock.now() + ms).toISOString();
    receiveReport(next.deps, "hook:report", { agent: "claude", event, env: env ?? {} }, at);
  };
  for (const first of ["spool", "orphans"]) {
    const journal = new FakeJournal();
    journal.records = [...desk.journal.records];
    const next = new Desk({}, journal);
    next.pass(60_000);
    const read = () => {
      spooled(next, bash("PostToolUse", "touch a", "id touch a"), -30_000);
      spooled(next, event("Stop", { last_assistant_message: "all done", background_tasks: [] }), -20_000);
    };
    if (first === "spool") read();
    next.broker.closeOrphans();
    if (first === "orphans") read();
    const row = next.store.get("s");
    assertEquals([row?.status, row?.status === "idle" && row.idle.lastMessage], ["idle", "all done"], first);
    assertEquals(stored(next, id).status, "cancelled");
  }
});

Deno.test("F1 a stop frees every hook at once, without a decision, and leaves nothing open", async () => {
  const { desk, hook, id } = await openRequest();
  const waiting = desk.broker.wait(id, hook);
  desk.broker.stop();
  assertEquals((await waiting).outcome, "cancelled");
  assertEquals([desk.inbox.pendingCount, desk.timers], [0, 0]);
});

Deno.test("C6 a journal that takes nothing: no decision, the approval stays open", async () => {
  const { desk, id } = await openRequest();
  desk.journal.room = 0;
  await assertRejects(() => desk.broker.decide({ id, ...YES }, "tui:admin"), ConsoleError, "full");
  assertEquals(stored(desk, id).status, "pending");
});

Deno.test("H4 a question is answered with its answers, and is no yes without them", async () => {
  const desk = manual();
  const questions = [{
    question: "Which colour?",
    options: [{ label: "red", description: "as wine" }, { label: "blue" }],
  }];
  const hook = new FakeCaller();
  const { approval } = await desk.report(
    event("PermissionRequest", { tool_name: "AskUserQuestion", tool_input: { questions } }),
    hook,
  );
  const id = approval?.id ?? "";
  assertEquals(stored(desk, id).choices, [
    { question: "Which colour?", options: ["red", "blue"], descriptions: ["as wine", ""], multiple: false },
  ]);
  const refused = await assertRejects(
    () => desk.broker.decide({ id, ...YES }, "tui:admin"),
    ConsoleError,
    "is a question and an approval alone does not answer it",
  );
  assertEquals(refused.hint, `agent-console approve ${id} --answer NUMBER, or --say TEXT`);
  const waiting = desk.broker.wait(id, hook);
  await desk.broker.decide({ id, ...YES, answers: { "Which colour?": "red" } }, "tui:admin");
  assertEquals(JSON.stringify((await waiting).output).includes('"answers":{"Which colour?":"red"}'), true);
});

Deno.test("H4 a form is no yes with an answer that its field does not take; the error says what fields take", async () => {
  const desk = manual();
  const hook = new FakeCaller();
  desk.attach();
  const requested_schema = { type: "object", properties: { sure: { type: "boolean" } } };
  const elicitation = { mcp_server_name: "m", message: "Sure?", mode: "form", requested_schema };
  const { approval } = await desk.report(event("Elicitation", elicitation), hook);
  const id = approval?.id ?? "";
  const answered = (sure: string) => desk.broker.decide({ id, ...YES, answers: { sure } }, "tui:admin");
  const refused = await assertRejects(
    () => answered("yes"),
    ConsoleError,
    `request "${id}" is a form and each of its fields needs a value that it takes`,
  );
  assertEquals(refused.hint?.includes("--answer NUMBER for a choice or --say VALUE"), true);
  const waiting = desk.broker.wait(id, hook);
  await answered("true");
  assertEquals(JSON.stringify((await waiting).output).includes('"content":{"sure":true}'), true);
});

Deno.test("a script asks by approval.request, and hears the outcome", async () => {
  const desk = manual();
  const script = new FakeCaller("script");
  const asking = desk.broker.request({ sessionId: "job", agent: "deploy", tool: "Deploy", input: "to prod" }, script);
  const [open] = desk.inbox.pending();
  assertEquals([open?.tool, open?.input, desk.store.get("job")?.status], ["Deploy", "to prod", "waiting"]);
  await desk.broker.decide({ id: open?.id ?? "", ...YES }, "cli:admin");
  assertEquals((await asking).outcome, "approved");
});

Deno.test("A1 no rule comes of what a script asks: it would answer an agent's call of that name", async () => {
  const desk = manual();
  const params = { sessionId: "s", agent: "deploy", tool: "Bash", input: "make all" };
  const asking = desk.broker.request(params, new FakeCaller("script"));
  const id = desk.inbox.pending()[0]?.id ?? "";
  for (const scope of ["session", "workspace", "always"] as const) {
    const why = `request "${id}" makes no rule for ${scope}, because a script asks it`;
    await assertRejects(() => desk.broker.decide({ id, ...YES, scope }, "tui:admin"), ConsoleError, why);
  }
  assertEquals([stored(desk, id).status, desk.policy.rules()], ["pending", []]);
  await desk.broker.decide({ id, ...YES, scope: "once" }, "tui:admin");
  assertEquals((await asking).outcome, "approved");
});

Deno.test("A3 a secret in the name of a tool, or in what a script asks, is kept nowhere, and a name has its bound", async () => {
  const secret = "sk-ant-" + "canary01".repeat(4);
  const tool = `curl -H 'Authorization: Bearer ${secret}' \u202e${"x".repeat(5000)}`;
  const desk = new Desk({ rules: [{ tool, pattern: "a denied one", decision: "deny" }] });
  const input = `curl -H 'Authorization: Bearer ${secret}'`;
  const script = new FakeCaller("script");
  const asking = desk.broker.request({ sessionId: "job", agent: "deploy", tool, input }, script);
  const custom = (name: string, more = {}) =>
    desk.report({ agent: "custom", event: { agent: "mine", session: "s", event: name, tool, input: "x", ...more } });
  await custom("tool");
  desk.attach();
  const { approval } = await custom("ask");
  assert(!JSON.stringify(desk.journal.records).includes(secret), "a secret is in the journal");
  const shown = /^curl .* \*\*\*' \\u202ex+…$/;
  for (const { tool } of desk.inbox.pending()) assert(tool.length <= 200 && shown.test(tool), tool);
  for (const id of ["s", "job"]) {
    const row = desk.store.get(id);
    assert(row?.status === "waiting" && row.waiting.tool !== undefined && row.waiting.tool.name.length <= 200);
    assert(row.waiting.text.includes("Bearer ***"), row.waiting.text);
  }
  // A rule is kept as it is and matches the real name: this one cannot be kept, one that is configured holds.
  const id = approval?.id ?? "";
  await assertRejects(() => desk.broker.decide({ id, ...YES, scope: "always" }, "tui:admin"), ConsoleError, "name");
  assertEquals((await custom("ask", { input: "a denied one" })).output?.["decision"], "deny");
  // The end of the call is known by the name that the row shows.
  await custom("tool_end");
  assertEquals(stored(desk, id).status, "elsewhere");
  for (const { id } of desk.inbox.pending()) await desk.broker.decide({ id, ...NO }, "cli:admin");
  assertEquals((await asking).outcome, "denied");
});

Deno.test("A4 what would be written is kept beside the path, masked, also after the answer and in the journal", async () => {
  const desk = manual();
  await desk.report(event("UserPromptSubmit", { prompt: "go", prompt_id: "p1" }));
  const tool_input = { file_path: "/w/notes.txt", content: "API_KEY=hunter2000\nX=\u202e1\n" };
  const hook = new FakeCaller();
  const asks = event("PermissionRequest", { tool_name: "Write", tool_input });
  const { approval } = await desk.report(asks, hook);
  const id = approval?.id ?? "none";
  const seen = () => [stored(desk, id).status, stored(desk, id).input, stored(desk, id).detail];
  assertEquals(seen(), ["pending", "/w/notes.txt", "API_KEY=***\nX=\\u202e1\n"]);
  const waiting = desk.broker.wait(id, hook);
  await desk.broker.decide({ id, ...YES, scope: "session" }, "tui:admin");
  await waiting;
  assertEquals(seen(), ["approved", "/w/notes.txt", "API_KEY=***\nX=\\u202e1\n"]);
  assert(!JSON.stringify(desk.journal.records).includes("hunter2000"));
  // The rule of that yes is about the path: other words to the same file are allowed, the same ones elsewhere are not.
  const write = (file_path: string, content: string) =>
    desk.report(event("PermissionRequest", { tool_name: "Write", tool_input: { file_path, content } }));
  assertEquals((await write("/w/notes.txt", "other")).output, allowed);
  assertEquals((await write("/w/b", tool_input.content)).output, undefined);
});
