/** After a start: what the journal knows may have changed while no daemon looked. */
import { viewsOf } from "../support/many_sessions.ts";
import { assertEquals } from "@std/assert";
import { Desk } from "../support/desk.ts";

const event = (session_id: string, hook_event_name: string, more: Record<string, unknown> = {}) => ({
  agent: "claude",
  event: { session_id, cwd: "/w", hook_event_name, ...more },
  env: { CLAUDE_PID: "7" },
});

/** A new daemon on the journal of one that knew a working, a closed and a deleted session. */
async function restarted(): Promise<Desk> {
  const before = new Desk();
  for (const id of ["works", "ended", "dismissed"]) {
    await before.report(event(id, "UserPromptSubmit", { prompt: "go" }));
  }
  await before.report(event("ended", "SessionEnd", { reason: "other" }));
  const gone = before.store.get("dismissed")!;
  before.store.commit({ type: "session.deleted", data: { session: gone } }, "cli:admin");
  return new Desk({}, before.journal);
}

function marks(desk: Desk): Record<string, boolean | undefined> {
  return Object.fromEntries(viewsOf(desk.store.freeze()).map(({ id, unproven }) => [id, unproven]));
}

Deno.test("after a restart open rows are unproven, closed ones are not, and deleted ones stay gone", async () => {
  assertEquals(marks(await restarted()), { works: true, ended: undefined });
});

Deno.test("an event of the agent proves its row, and shows it so", async () => {
  const desk = await restarted();
  await desk.report(event("works", "PostToolUse", { tool_name: "Bash", tool_input: { command: "ls" } }));
  assertEquals(marks(desk)["works"], undefined);
  assertEquals("unproven" in (desk.journal.records.at(-1)?.data as { session: object }).session, false);
});

Deno.test("a living process proves its row: told to a window that is there, without a record where there is none", async () => {
  const desk = await restarted();
  const records = desk.journal.records.length;
  desk.store.setProved("works", "daemon");
  assertEquals([marks(desk)["works"], desk.journal.records.length], [undefined, records]);

  const watched = await restarted();
  watched.attach();
  watched.store.setProved("works", "daemon");
  watched.store.setProved("works", "daemon");
  assertEquals(watched.events.slice(-1), ["session.updated"]);
  assertEquals(watched.journal.records.length, records + 1);
});

Deno.test("what the daemon does to a row by itself proves nothing", async () => {
  const desk = await restarted();
  desk.store.commit({ type: "session.updated", data: { session: desk.store.get("works")! } }, "daemon");
  assertEquals(marks(desk)["works"], true);
  desk.store.setLost("works", "daemon");
  assertEquals(viewsOf(desk.store.freeze()).map(({ id, lost, unproven }) => [id, lost, unproven])[0], [
    "works",
    true,
    undefined,
  ]);
});

Deno.test("the end of a question that a killed daemon left open is the daemon's own word, and proves nothing", async () => {
  const before = new Desk();
  const asks = event("works", "PermissionRequest", { tool_name: "Bash", tool_input: { command: "make" } });
  await before.report({ ...asks, env: { CLAUDE_CODE_ENTRYPOINT: "cli" } });
  const desk = new Desk({}, before.journal);
  desk.broker.closeOrphans();
  assertEquals(desk.journal.records.slice(-2).map(({ type, actor }) => [type, actor]), [
    ["approval.decided", "daemon"],
    ["session.updated", "daemon"],
  ]);
  assertEquals(marks(desk)["works"], true);
  // @ts-expect-error: a name that nobody has would be somebody else's word
  desk.store.setProved("nothing", "deamon");
});
