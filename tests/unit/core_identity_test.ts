/** A row belongs to one agent and one session of it. */
import { assert, assertEquals } from "@std/assert";
import { ownRow } from "../../src/domain/row_id.ts";
import type { Session } from "../../src/domain/session.ts";
import { Desk, FakeCaller } from "../support/desk.ts";

const claude = (hook_event_name: string, more: Record<string, unknown> = {}, session_id = "s") => ({
  agent: "claude",
  event: { session_id, cwd: "/w", hook_event_name, ...more },
});
const codex = (hook_event_name: string, more: Record<string, unknown> = {}, session_id = "s") => ({
  agent: "codex",
  event: { session_id, turn_id: "t", cwd: "/x", transcript_path: "/t", hook_event_name, ...more },
});
const custom = (event: string, more: Record<string, unknown> = {}) => ({
  agent: "custom",
  event: { agent: "mine", session: "s", event, ...more },
});
const rows = (desk: Desk) =>
  [...desk.store.sessions()].map(({ id, agent, status, cwd }) => [id, agent, status, cwd ?? ""].join(" ")).sort();
const ASK = { tool_name: "Bash", tool_input: { command: "rm x" } };

Deno.test("H3 no other agent's event changes a row: one of the same id is a row of its own", async () => {
  const desk = new Desk();
  await desk.report(claude("UserPromptSubmit", { prompt: "mine" }));
  await desk.report(codex("UserPromptSubmit", { prompt: "theirs" }));
  await desk.report(custom("prompt", { cwd: "/y", prompt: "x" }));
  assertEquals(rows(desk), ["codex:s codex working /x", "mine:s mine working /y", "s claude working /w"]);
  await desk.report(codex("Stop"));
  await desk.report(custom("end"));
  assertEquals(rows(desk), ["codex:s codex idle /x", "mine:s mine closed /y", "s claude working /w"]);
  assertEquals(desk.store.get("s")?.lastPrompt, "mine");
});

Deno.test("H3 the end of a session that is another agent's closes no row and makes none", async () => {
  const desk = new Desk();
  await desk.report(claude("UserPromptSubmit", { prompt: "mine" }));
  await desk.report(custom("end"));
  assertEquals(rows(desk), ["s claude working /w"]);
});

Deno.test("H4 another agent's events end no question of a row of the same id", async () => {
  const desk = new Desk();
  const leave = desk.attach();
  const { approval } = await desk.report(codex("PermissionRequest", ASK));
  assert(approval !== undefined);
  for (const event of ["prompt", "done", "end", "interrupted"]) await desk.report(custom(event, { prompt: "x" }));
  await desk.report(claude("UserPromptSubmit", { prompt: "x" }));
  await desk.report(claude("SessionStart", { source: "startup" }));
  assertEquals([desk.inbox.pendingCount, desk.store.get("s")?.status], [1, "waiting"]);
  leave();
});

Deno.test("A2 a rule for one agent's session passes nothing of another agent's session of the same id", async () => {
  const desk = new Desk();
  const leave = desk.attach();
  await desk.report(claude("SessionStart", { source: "startup" }));
  const { approval } = await desk.report(codex("PermissionRequest", ASK));
  await desk.broker.decide({ id: approval?.id ?? "", decision: "approve", scope: "session" }, "cli:approve");
  assertEquals(desk.inbox.rules().map(({ sessionId }) => sessionId), ["codex:s"]);
  const again = await desk.report(codex("PermissionRequest", { ...ASK, turn_id: "t2" }));
  assert(again.output !== undefined, "the rule is that session's");
  const other = await desk.report(claude("PermissionRequest", ASK));
  assertEquals(other.output, undefined);
  leave();
});

Deno.test("a session that has a row keeps it, and every row is found again whatever ids others have taken", () => {
  const find = (agent: string, sessionId: string, ...taken: [string, string][]) =>
    ownRow({ agent, sessionId }, {
      get: (id) => taken.filter(([one]) => one === id).map(([id, agent]) => ({ id, agent }) as Session)[0],
    }).sessionId;
  assertEquals(find("a", "s"), "s");
  assertEquals(find("a", "s", ["s", "a"]), "s");
  assertEquals(find("a", "s", ["s", "b"]), "a:s");
  assertEquals(find("a", "s", ["a:s", "a"]), "a:s", "the other one was deleted");
  assertEquals(find("a", "s", ["s", "b"], ["a:s", "b"]), "a~2:s");
  assertEquals(find("a", "s", ["s", "b"], ["a:s", "b"], ["a~2:s", "a"]), "a~2:s");
  assertEquals(find("a", "b:s", ["b:s", "a"]), "b:s", "a row of an older version");
  assertEquals(find("a", "a:s", ["a:s", "a"]), "a:a:s", "it may be that of s");
});

Deno.test("H3 no two sessions meet in one row, whatever their ids begin with and in whatever order they come", () => {
  const agents = ["a", "b"];
  let ids = ["s"];
  for (let depth = 0; depth < 2; depth++) {
    ids = [...new Set([...ids, ...ids.flatMap((id) => [`a:${id}`, `b~2:${id}`])])];
  }
  const sessions = agents.flatMap((agent) => ids.map((sessionId) => ({ agent, sessionId })));
  for (let start = 0; start < sessions.length; start++) {
    for (const step of [1, 3, 5]) { // no divisor of the 14 sessions but 1
      const rows = new Map<string, Session>();
      const owner = new Map<string, string>();
      for (const again of [false, true]) {
        for (let n = 0; n < sessions.length; n++) {
          const session = sessions[(start + n * step) % sessions.length]!;
          const id = ownRow(session, rows).sessionId;
          const own = JSON.stringify(session);
          assertEquals(owner.get(id) ?? own, own, `${id}, ${again ? "again" : "at first"}`);
          owner.set(id, own);
          rows.set(id, { id, agent: session.agent } as Session);
        }
      }
      assertEquals(rows.size, sessions.length);
    }
  }
});

Deno.test("H3 a session that is called like another one's row is a row of its own", async () => {
  const desk = new Desk();
  const mine = (session: string, event: string) => ({ agent: "custom", event: { agent: "mine", session, event } });
  await desk.report(claude("UserPromptSubmit", { prompt: "x" }));
  await desk.report({ ...mine("mine:s", "prompt") });
  await desk.report({ ...mine("s", "prompt") });
  const all = ["mine:mine:s mine working ", "mine:s mine working ", "s claude working /w"];
  assertEquals(rows(desk), all);
  await desk.report({ ...mine("mine:s", "end") });
  assertEquals(rows(desk), ["mine:mine:s mine closed ", ...all.slice(1)]);
});

Deno.test("a script changes no row under another agent's name, and makes none under the name of an agent", async () => {
  const desk = new Desk();
  await desk.report(claude("UserPromptSubmit", { prompt: "mine" }));
  const asks = (sessionId: string, agent: string) =>
    desk.broker.request({ sessionId, agent, tool: "deploy", input: "x" }, new FakeCaller("script"))
      .then(() => "asked", (error) => String(error.kind));
  assertEquals([await asks("s", "mine"), await asks("new", "claude"), await asks("new", "c1aude")], [
    ...["conflict", "invalid_params", "invalid_params"],
  ]);
  assertEquals([rows(desk), desk.inbox.pendingCount], [["s claude working /w"], 0]);
});
