/** A hook that was stopped, and passes its decision on when it goes on. */
import { assertEquals } from "@std/assert";
import { askedByTui, bash, event, flushed, NO, PRINT, waitsFor, YES } from "../support/claude_request.ts";

/** Decided, its hook stopped: not delivered, and its row waits in the terminal. */
async function stopped(decision: typeof YES | typeof NO) {
  const open = await askedByTui();
  const { desk, id, waiting } = open;
  const deciding = desk.broker.decide({ id, ...decision }, "cli:admin");
  await waiting;
  await flushed();
  desk.pass(1500);
  assertEquals((await deciding).delivered, false);
  assertEquals(waitsFor(desk), ["Bash: make", undefined]);
  return open;
}

Deno.test("H4 a hook that passes the decision on late: its row goes on too, as after any decision", async () => {
  for (const decision of [YES, NO]) {
    const { desk, hook, id } = await stopped(decision);
    desk.pass(10_000);
    desk.broker.acknowledge(id, hook, true);
    await flushed();
    const row = desk.store.get("s");
    assertEquals(row?.status === "working" && row.working.tool?.text, decision === YES ? "make" : undefined);
    assertEquals(row?.status, "working");
  }
});

Deno.test("H4 a late acknowledgement changes no row whose agent has said more since, and none by a hook that failed", async () => {
  const late = await stopped(YES);
  await late.desk.report(bash("PostToolUse", "make", "t1"));
  await late.desk.report(bash("PreToolUse", "rm", "t2"));
  await late.desk.report({ ...bash("PermissionRequest", "rm"), env: PRINT });
  const before = waitsFor(late.desk);
  late.desk.broker.acknowledge(late.id, late.hook, true);
  await flushed();
  assertEquals([before?.[0], waitsFor(late.desk)], ["Bash: rm", before]);
  const failed = await stopped(YES);
  failed.desk.broker.acknowledge(failed.id, failed.hook, false);
  await flushed();
  assertEquals(waitsFor(failed.desk), ["Bash: make", undefined]);
});

Deno.test("H4 a late acknowledgement counts behind what only measures: no event of the agent's state", async () => {
  const { desk, hook, id } = await stopped(YES);
  desk.pass(2000);
  await desk.report(
    event("Notification", { message: "Claude needs your permission", notification_type: "permission_prompt" }),
  );
  desk.broker.acknowledge(id, hook, true);
  await flushed();
  assertEquals(waitsFor(desk), "working");
});
