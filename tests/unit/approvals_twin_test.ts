/** Hooks of user and project together are one question. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Desk, FakeCaller } from "../support/desk.ts";

const ASK = {
  session_id: "s",
  turn_id: "t",
  cwd: "/w",
  transcript_path: "/t",
  hook_event_name: "PermissionRequest",
  tool_name: "Bash",
  tool_input: { command: "touch x" },
};

async function asked(desk: Desk, more: Record<string, unknown> = {}) {
  const hook = new FakeCaller();
  const { approval } = await desk.report({ agent: "codex", event: { ...ASK, ...more } }, hook);
  assert(approval !== undefined);
  return { hook, id: approval.id, answer: () => desk.broker.wait(approval.id, hook) };
}

function atDesk(): Desk {
  const desk = new Desk();
  desk.attach();
  return desk;
}

Deno.test("A5 two hooks of one request open one question, and both get the answer", async () => {
  const desk = atDesk();
  const [one, two] = [await asked(desk), await asked(desk)];
  assertEquals([one.id, desk.inbox.pendingCount], [two.id, 1]);
  const answers = [one.answer(), two.answer()];
  await desk.broker.decide({ id: one.id, decision: "approve" }, "cli:approve");
  const [first, second] = await Promise.all(answers);
  assert(first?.output !== undefined);
  assertEquals([first.outcome, second], ["approved", first]);
  assertEquals(desk.events.filter((event) => event.startsWith("approval")), [
    ...["approval.requested pending", "approval.decided approved"],
  ]);
});

Deno.test("A5 an equal call later is a new question, also while the first waits; so is any other", async () => {
  const desk = atDesk();
  const first = await asked(desk);
  const others = [{ turn_id: "t2" }, { tool_input: { command: "touch y" } }, { tool_use_id: "c2" }, { cwd: "/v" }];
  for (const more of others) assert((await asked(desk, more)).id !== first.id, JSON.stringify(more));
  desk.pass(3001);
  const later = await asked(desk);
  assert(later.id !== first.id);
  await desk.broker.decide({ id: later.id, decision: "deny" }, "cli:approve");
  assert((await asked(desk)).id !== later.id, "an answer is for the call that it was given for");
});

Deno.test("A5 one hook of two that ends leaves the question open; it closes with the last", async () => {
  const desk = atDesk();
  const [one, two] = [await asked(desk), await asked(desk)];
  const answers = [one.answer(), two.answer()];
  one.hook.hangUp();
  assertEquals(desk.inbox.pendingCount, 1);
  two.hook.hangUp();
  assertEquals(desk.inbox.pendingCount, 0);
  assertEquals((await Promise.all(answers)).map(({ outcome }) => outcome), ["dismissed", "dismissed"]);
});

Deno.test("A5 a stranger's connection that asked nothing gets no answer, and a shortened request joins none", async () => {
  const desk = atDesk();
  const one = await asked(desk);
  assertThrows(() => desk.broker.wait(one.id, new FakeCaller()), Error, "not requested by this connection");
  const { approval } = await desk.report({ agent: "codex", event: ASK, cutFrom: 9000 }, new FakeCaller());
  assert(approval !== undefined && approval.id !== one.id);
});

Deno.test("A5 equal requests of two processes of one conversation are two questions; two hooks of one process are one", async () => {
  const desk = atDesk();
  const ask = async (pid: string) => {
    const hook = new FakeCaller();
    const event = { ...ASK, permission_mode: "default" };
    const { approval } = await desk.report({ agent: "claude", event, env: { CLAUDE_PID: pid } }, hook);
    return approval?.id;
  };
  const [a, b, again] = [await ask("4001"), await ask("4002"), await ask("4001")];
  assert(a !== undefined && b !== undefined && a !== b);
  assertEquals([again, desk.inbox.pendingCount], [a, 2]);
  await desk.broker.decide({ id: a, decision: "approve" }, "cli:approve");
  assertEquals(desk.inbox.get(b)?.status, "pending", "one yes is for one run");
});

Deno.test("A5 equal requests of a process here and one in a container are two questions; two hooks of one container's are one", async () => {
  const desk = atDesk();
  desk.store.processes.namespace = "1";
  const ask = async (env: Record<string, string>) => {
    const event = { ...ASK, permission_mode: "default" };
    return (await desk.report({ agent: "claude", event, env }, new FakeCaller())).approval?.id;
  };
  const here = await ask({ CLAUDE_PID: "9", AC_PID_NAMESPACE: "pid:[1]" });
  const container = { AC_PID_NAMESPACE: "pid:[2]" };
  const there = await ask({ CLAUDE_PID: "9", ...container });
  assert(here !== undefined && there !== undefined && here !== there);
  assertEquals([await ask({ CLAUDE_PID: "9", ...container }), await ask(container)], [there, there]);
  const others = [{ CLAUDE_PID: "10", ...container }, { CLAUDE_PID: "9", AC_PID_NAMESPACE: "pid:[3]" }];
  const all = [here, there, await ask(others[0]!), await ask(others[1]!)];
  assertEquals(new Set(all).size, 4);
  assertEquals(await ask({ CLAUDE_PID: "9" }), here);
});

Deno.test("A5 two equal calls side by side in one process are two questions, until one of them has ended", async () => {
  const desk = atDesk();
  const env = { CLAUDE_PID: "4001" };
  const call = (hook_event_name: string, more: object = {}) => ({
    agent: "claude",
    event: { ...ASK, hook_event_name, ...more },
    env,
  });
  const ask = async () => (await desk.report(call("PermissionRequest"), new FakeCaller())).approval?.id;
  await desk.report(call("UserPromptSubmit", { prompt: "go" }));
  for (const tool_use_id of ["c1", "c1", "c2"]) await desk.report(call("PreToolUse", { tool_use_id }));
  const [first, second] = [await ask(), await ask()];
  assert(first !== undefined && second !== undefined && first !== second);
  await desk.broker.decide({ id: first, decision: "approve" }, "cli:approve");
  assertEquals(desk.inbox.get(second)?.status, "pending");
  await desk.broker.decide({ id: second, decision: "deny" }, "cli:approve");
  for (const tool_use_id of ["c1", "c2"]) await desk.report(call("PostToolUse", { tool_use_id }));
  // Two hooks that tell of one call, and ask for it.
  for (const tool_use_id of ["c3", "c3"]) await desk.report(call("PreToolUse", { tool_use_id }));
  assertEquals(await ask(), await ask());
});
