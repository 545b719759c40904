/** Claude Code's status files: what counts as one, and what is no evidence. */
import { assertEquals } from "@std/assert";
import { reconcile, reconcileChild } from "../../src/agents/claude/reconcile.ts";
import { type ClaudeStatus, pidOfStatusFile, readClaudeStatus } from "../../src/agents/claude/session_file.ts";
import type { Session } from "../../src/domain/session.ts";

const FILE = {
  pid: 7,
  sessionId: "s",
  status: "waiting",
  waitingFor: "permission prompt",
  updatedAt: 1795186201703,
  statusUpdatedAt: 1795186201700,
};
const read = (change: Record<string, unknown>) => readClaudeStatus(JSON.stringify({ ...FILE, ...change }), 7);

Deno.test("H4 a status file is read by its pid, and the key files beside it never", () => {
  assertEquals(pidOfStatusFile("30088.json"), 30088);
  for (
    const name of ["30088.9d92.key", "30088.9d92.key.tmp.4d11", "0.json", "-1.json", "a.json", "7.json.tmp", ".json"]
  ) {
    assertEquals(pidOfStatusFile(name), undefined, name);
  }
});

Deno.test("H4 a status counts from when the status changed, and what looks different is no evidence", () => {
  const at = "2026-11-20T14:50:01.700Z";
  assertEquals(read({}), { sessionId: "s", status: "waiting", waitingFor: "permission prompt", since: at });
  assertEquals(read({ status: "idle", waitingFor: undefined }), { sessionId: "s", status: "idle", since: at });
  assertEquals(read({ statusUpdatedAt: undefined })?.since, "2026-11-20T14:50:01.703Z");
  const strange = [
    { pid: 8 },
    { pid: "7" },
    { sessionId: 1 },
    { status: "compacting" },
    { status: undefined },
    { waitingFor: undefined },
    { statusUpdatedAt: "now", updatedAt: null },
    { statusUpdatedAt: 1e300, updatedAt: -1 },
  ];
  for (const change of strange) assertEquals(read(change), undefined, JSON.stringify(change));
  for (const text of ["", "{", "[]", "null", '"idle"', '{"pid":7}']) assertEquals(readClaudeStatus(text, 7), undefined);
});

const T = (ms: number) => new Date(1_800_000_000_000 + ms).toISOString();
const file = (status: ClaudeStatus["status"], at: number): ClaudeStatus => ({ sessionId: "s", status, since: T(at) });

function row(state: Partial<Session>, at = 0): Session {
  const base = { id: "s", agent: "claude", startedAt: T(0), since: T(0), lastEventAt: T(at), priority: 0, tags: [] };
  return { ...base, turnCount: 0, subagents: 0, ...state } as Session;
}

const working = row({ status: "working", working: { subagents: 0 } });
const waiting = row({ status: "waiting", waiting: { for: "permission", text: "Bash: ls" } });
const look = (file: ClaudeStatus, row: Session, now: number, childWaits = false) =>
  reconcile({ file, row, now: T(now), childWaits });

Deno.test("H4 an older file says nothing against a newer event, until the row has been quiet for two seconds", () => {
  assertEquals(look(file("idle", -5), working, 10), undefined);
  assertEquals(look(file("idle", -5), working, 1999), undefined);
  assertEquals(look(file("idle", -5), working, 2000), { kind: "rested" }, "a hook of the turn before came late");
  assertEquals(look(file("idle", 5), working, 10), { kind: "rested" });
});

Deno.test("H4 a file that stays busy answers no question: not every dialog is in the file", () => {
  assertEquals(look(file("busy", -5), waiting, 60_000), undefined);
  assertEquals(look(file("busy", 5), waiting, 10), { kind: "progress" });
});

Deno.test("H4 rows at rest, starting, failed or closed are left alone, whatever the file says", () => {
  const states = [
    { status: "idle", idle: {} },
    { status: "starting", starting: {} },
    { status: "error", error: { kind: "unknown", text: "" } },
    { status: "closed", closed: { reason: "" } },
  ] as Partial<Session>[];
  for (const state of states) {
    for (const status of ["idle", "busy", "waiting"] as const) {
      assertEquals(look(file(status, 5), row(state), 9000), undefined);
    }
  }
});

Deno.test("H4 a sub-agent's row that waits ends with the rest of the whole process, and works on after an answer", () => {
  const child = { ...waiting, id: "c", parentId: "s" };
  assertEquals(reconcileChild({ file: file("idle", 5), row: child, now: T(6) }), { kind: "subagent", change: -1 });
  assertEquals(reconcileChild({ file: file("busy", 5), row: child, now: T(6) }), { kind: "progress" });
  assertEquals(reconcileChild({ file: file("waiting", 5), row: child, now: T(9000) }), undefined);
  assertEquals(look({ ...file("waiting", 5), waitingFor: "permission prompt" }, working, 10, true), undefined);
});
