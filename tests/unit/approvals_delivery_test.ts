/**
 * Whether a decision reached its agent, and what the agent's later events correct: nothing is reported as given that was
 * not, and the dialog beside a hook may have been answered before.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { Desk, FakeCaller } from "../support/desk.ts";
import {
  askedByTui,
  bash,
  event,
  flushed,
  manual,
  NO,
  openRequest,
  PRINT,
  stored,
  TUI,
  waitsFor,
  YES,
} from "../support/claude_request.ts";

Deno.test("H4 a decision is answered when its hook has passed it on, and says so", async () => {
  const { desk, hook, id, waiting } = await askedByTui();
  let answered = false;
  const deciding = desk.broker.decide({ id, ...YES }, "cli:admin").finally(() => answered = true);
  await waiting;
  await flushed();
  assertEquals(answered, false, "before the hook said that it has written the answer");
  desk.broker.acknowledge(id, hook, true);
  assertEquals((await deciding).delivered, true);
  assertEquals([stored(desk, id).status, desk.timers], ["approved", 0]);
  assertEquals(desk.events.filter((type) => type.startsWith("approval.corrected")), []);
});

Deno.test("H4 a hook that is gone, that nobody reads, or that hangs: approved, not delivered, and the row waits", async () => {
  for (const env of [TUI, PRINT]) {
    for (
      const fail of [
        ({ hook }: { hook: FakeCaller }) => hook.hangUp(),
        ({ desk, id, hook }: { desk: Desk; id: string; hook: FakeCaller }) => desk.broker.acknowledge(id, hook, false),
        ({ desk }: { desk: Desk }) => desk.pass(1500),
      ]
    ) {
      const open = await askedByTui(env);
      const { desk, id, waiting } = open;
      const deciding = desk.broker.decide({ id, ...YES }, "cli:admin");
      await waiting;
      await flushed();
      fail(open);
      assertEquals((await deciding).delivered, false);
      const approval = stored(desk, id);
      assertEquals(approval.status === "approved" && approval.approved.delivered, false);
      assertEquals(desk.events.filter((type) => type.startsWith("approval.")).at(-1), "approval.corrected approved");
      assertEquals(waitsFor(desk), ["Bash: make", undefined], "in the agent's own terminal");
      const next = new Desk({}, desk.journal);
      assertEquals(next.inbox.get(id), approval, "a restart knows it too");
    }
  }
});

/** One question that two hooks brought, in both orders. @param silent the other one acknowledges nothing */
async function* askedTwice(silent = false) {
  for (const order of [0, 1]) {
    const desk = manual();
    desk.attach();
    await desk.report(event("UserPromptSubmit", { prompt: "go", prompt_id: "p1" }));
    const hooks = [new FakeCaller("hook", "report", true), new FakeCaller("hook", "report", !silent)] as const;
    const answers: Promise<unknown>[] = [];
    let id = "";
    for (const hook of order === 0 ? hooks : hooks.toReversed()) {
      const { approval } = await desk.report({ ...bash("PermissionRequest", "make"), env: TUI }, hook);
      id = approval?.id ?? "none";
      answers.push(desk.broker.wait(id, hook));
    }
    yield { desk, id, hooks, answers };
  }
}

Deno.test("H4 of two hooks of one question any that passes the decision on counts", async () => {
  for (const early of [true, false]) {
    for (const gone of [true, false]) {
      for await (const { desk, id, hooks: [one, two], answers } of askedTwice()) {
        const fail = () => gone ? one.hangUp() : desk.broker.acknowledge(id, one, false);
        if (early && gone) fail();
        const deciding = desk.broker.decide({ id, ...YES }, "cli:admin");
        await Promise.all(answers);
        if (!early || !gone) fail();
        await flushed();
        desk.broker.acknowledge(id, two, true);
        two.hangUp();
        assertEquals((await deciding).delivered, true);
        assertEquals([waitsFor(desk), desk.timers], ["working", 0]);
        assertEquals(desk.events.filter((type) => type.startsWith("approval.corrected")), []);
      }
    }
  }
});

Deno.test("H4 two hooks of one question that are both gone, or cannot: not delivered; a silent one that may have: not known", async () => {
  const fails: readonly ((desk: Desk, id: string, hook: FakeCaller) => void)[] = [
    (_desk, _id, hook) => hook.hangUp(),
    (desk, id, hook) => desk.broker.acknowledge(id, hook, false),
  ];
  for (const first of fails) {
    for (const second of fails) {
      for await (const { desk, id, hooks: [one, two], answers } of askedTwice()) {
        const deciding = desk.broker.decide({ id, ...YES }, "cli:admin");
        await Promise.all(answers);
        await flushed();
        first(desk, id, one);
        second(desk, id, two);
        assertEquals([(await deciding).delivered, desk.timers], [false, 0]);
        assertEquals(waitsFor(desk), ["Bash: make", undefined]);
      }
    }
    for await (const { desk, id, hooks: [one, silent], answers } of askedTwice(true)) {
      const deciding = desk.broker.decide({ id, ...YES }, "cli:admin");
      await Promise.all(answers);
      await flushed();
      first(desk, id, one);
      silent.hangUp(); // as a hook does that has printed its answer
      assertEquals("delivered" in await deciding, false);
      assertEquals(waitsFor(desk), "working");
    }
  }
  for await (const { desk, id, hooks: [one, silent] } of askedTwice(true)) {
    silent.hangUp(); // before there was an answer
    const deciding = desk.broker.decide({ id, ...YES }, "cli:admin");
    await flushed();
    one.hangUp();
    assertEquals((await deciding).delivered, false);
  }
});

Deno.test("H4 a decision that was passed on late is no longer one that was not; the repeat of one says the same", async () => {
  const { desk, hook, id, waiting } = await askedByTui();
  const deciding = desk.broker.decide({ id, ...NO, idempotencyKey: "k" }, "cli:admin");
  await waiting;
  await flushed();
  desk.pass(1500);
  assertEquals((await deciding).delivered, false);
  assertEquals((await desk.broker.decide({ id, ...NO, idempotencyKey: "k" }, "cli:admin")).delivered, false);
  desk.broker.acknowledge(id, hook, true);
  await flushed();
  const approval = stored(desk, id);
  assertEquals(approval.status === "denied" && "delivered" in approval.denied, false);
});

Deno.test("F1 a daemon that stops reads no acknowledgement: it is not known, and nothing is corrected", async () => {
  const { desk, hook, id, waiting } = await askedByTui();
  const deciding = desk.broker.decide({ id, ...YES }, "cli:admin");
  await waiting;
  await flushed();
  desk.broker.stop();
  hook.hangUp();
  assertEquals("delivered" in await deciding, false);
  assertEquals(desk.events.at(-1)?.startsWith("approval.corrected"), false);
});

Deno.test("H4 an undelivered decision leaves a row alone whose agent went on", async () => {
  const { desk, hook, id, waiting } = await askedByTui();
  const deciding = desk.broker.decide({ id, ...YES }, "cli:admin");
  await waiting;
  await flushed();
  desk.pass(10);
  await desk.report(bash("PostToolUse", "make", "t1"));
  hook.hangUp();
  assertEquals((await deciding).delivered, false);
  assertEquals(waitsFor(desk), "working");
});

Deno.test("P6 hooks of older versions acknowledge nothing: it is not known, and nobody waits; only the asker may acknowledge", async () => {
  const { desk, hook, id } = await openRequest();
  const waiting = desk.broker.wait(id, hook);
  const decided = await desk.broker.decide({ id, ...YES }, "cli:admin");
  assertEquals([(await waiting).outcome, "delivered" in decided, desk.timers], ["approved", false, 0]);
  const stranger = async () => await desk.broker.acknowledge(id, new FakeCaller("hook", "report", true), false);
  await assertRejects(stranger, ConsoleError, "was not requested by this connection");
});

Deno.test("H4 Yes in the terminal, then deny from here while the tool runs: its end corrects the record", async () => {
  for (const end of ["PostToolUse", "PostToolUseFailure"]) {
    const { desk, id } = await openRequest("make");
    await desk.broker.decide({ id, ...NO }, "cli:admin");
    assertEquals(stored(desk, id).status, "denied");
    await desk.report(bash(end, "make", "id make"));
    const approval = stored(desk, id);
    assertEquals(approval.status === "elsewhere" && approval.elsewhere.despite, "denied");
    assertEquals(desk.events.filter((type) => type.startsWith("approval.")).at(-1), "approval.corrected elsewhere");
  }
});

Deno.test("H4 a denied call stays denied: by the batch that names it, by the refusal's own event, by another or a later call", async () => {
  const { desk, id } = await openRequest("make");
  await desk.broker.decide({ id, ...NO }, "cli:admin");
  const batch = [{ tool_name: "Bash", tool_input: { command: "make" }, tool_use_id: "id make" }];
  await desk.report(event("PostToolBatch", { tool_calls: batch }));
  await desk.report(bash("PermissionDenied", "make", "id make"));
  await desk.report(bash("PreToolUse", "make", "again"));
  await desk.report(bash("PostToolUse", "make", "again"));
  assertEquals(stored(desk, id).status, "denied");
  // Without ids: what begins after the denial is another try.
  const other = await openRequest("make");
  const { desk: d } = other;
  const sub = { agent_id: "a1", agent_type: "helper" };
  d.attach();
  const of = (name: string) => ({ ...bash(name, "make"), event: { ...bash(name, "make").event as object, ...sub } });
  const { approval: first } = await d.report(of("PermissionRequest"));
  await d.broker.decide({ id: first?.id ?? "", ...NO }, "cli:admin");
  const { approval: again } = await d.report(of("PermissionRequest"));
  await d.broker.decide({ id: again?.id ?? "", ...YES }, "cli:admin");
  await d.report(of("PostToolUse"));
  assertEquals([first, again].map((one) => stored(d, one?.id ?? "").status), ["denied", "approved"]);
});

Deno.test("H4 Yes in the terminal, and Stop overtakes the end of its call: answered in the terminal, not dismissed", async () => {
  const { desk, id } = await openRequest("make");
  await desk.report(event("Stop", { prompt_id: "p1", background_tasks: [] }));
  assertEquals(stored(desk, id).status, "dismissed");
  await desk.report(bash("PostToolUse", "make", "id make"));
  assertEquals([stored(desk, id).status, desk.store.get("s")?.status], ["elsewhere", "idle"]);
});

Deno.test("H4 a message that the agent does not take is said to be not sent; one that it takes is not", async () => {
  const form = { mcp_server_name: "m", message: "Sure?", requested_schema: { type: "object", properties: {} } };
  const desk = manual();
  desk.attach();
  const { approval } = await desk.report(event("Elicitation", form));
  const declined = await desk.broker.decide({ id: approval?.id ?? "", ...NO, message: 'not "this"' }, "cli:admin");
  assertEquals(declined.messageSent, false);
  const { desk: other, id } = await openRequest();
  const denied = await other.broker.decide({ id, ...NO, message: 'not "this"' }, "cli:admin");
  assertEquals("messageSent" in denied, false);
  // A feed delivers the decision alone: Codex's reply over its app-server has no place for a message.
  const report = { agent: "codex", sessionId: "c", facts: {}, event: { kind: "requested" as const, ...QUESTION } };
  const request = { for: "permission" as const, tool: "Bash", action: "command" as const, subject: "make" };
  const deciding = other.broker.requestDecision(
    report,
    { ...request, dialog: "beside", acceptsApproval: true },
    new AbortController().signal,
  );
  await flushed();
  const codex = other.inbox.pending().find(({ agent }) => agent === "codex")?.id ?? "";
  const told = await other.broker.decide({ id: codex, ...NO, message: "use npm" }, "cli:admin");
  assertEquals([told.messageSent, (await deciding)?.kind], [false, "deny"]);
});

Deno.test("A4 the audit trail has what was said with a yes and with a no, masked and visible; with a yes only the record", async () => {
  const message = "by the runbook\u001b[2J, API_KEY=hunter2000";
  for (const answer of [YES, NO]) {
    const { desk, hook, id } = await openRequest();
    const waiting = desk.broker.wait(id, hook);
    const told = await desk.broker.decide({ id, ...answer, message }, "tui:admin");
    assertEquals(told.messageSent, answer === YES ? false : undefined);
    const approval = stored(desk, id);
    const said = approval.status === "approved" ? approval.approved : approval.status === "denied" && approval.denied;
    assertEquals(said && said.message, "by the runbook\\x1b[2J, API_KEY=***");
    assert(!JSON.stringify(desk.journal.records).includes("hunter2000"));
    assertEquals(
      JSON.stringify((await waiting).output).includes("hunter2000"),
      answer === NO,
      "the agent is told a no's",
    );
  }
});

const QUESTION = { for: "permission", text: "Bash: make" } as const;
