/** What Claude's status file says of a row, and what it does not: its dialog may be another one. */
import { assertEquals } from "@std/assert";
import { reconcile, reconcileChild } from "../../src/agents/claude/reconcile.ts";
import type { ClaudeStatus } from "../../src/agents/claude/session_file.ts";
import type { Session, State } from "../../src/domain/session.ts";

const at = (seconds: number) => new Date(Date.parse("2026-11-20T10:00:00.000Z") + seconds * 1000).toISOString();

const session = (state: State): Session => ({
  id: "s",
  agent: "claude",
  startedAt: at(0),
  since: at(0),
  lastEventAt: at(0),
  priority: 0,
  tags: [],
  turnCount: 1,
  subagents: 0,
  ...state,
});

const file = (status: ClaudeStatus["status"], waitingFor?: string): ClaudeStatus => ({
  sessionId: "s",
  status,
  since: at(1),
  ...(waitingFor === undefined ? {} : { waitingFor }),
});

const TOOL = { name: "Bash", text: "touch a" };
const waiting = (approvalId?: string) =>
  session({
    status: "waiting",
    waiting: { for: "permission", text: "Bash: touch a", tool: TOOL, ...(approvalId ? { approvalId } : {}) },
  });

Deno.test("H4 a sub-agent's question that its hook holds is on no screen: no file decides or ends it", () => {
  for (const status of ["busy", "idle", "waiting"] as const) {
    assertEquals(
      reconcileChild({ file: file(status, "permission prompt"), row: waiting("a1"), now: at(9) }),
      undefined,
    );
  }
  const left = (status: "busy" | "idle") => reconcileChild({ file: file(status), row: waiting(), now: at(9) });
  assertEquals(left("busy"), { kind: "tool", tool: TOOL }, "in its dialog");
  assertEquals(left("idle"), { kind: "subagent", change: -1 });
});

Deno.test("H4 the file says that a human is asked while no turn runs: a form after an Esc, a sub-agent's dialog after /clear", () => {
  const atRest: readonly State[] = [
    { status: "idle", idle: {} },
    { status: "starting", starting: {} },
    { status: "error", error: { kind: "unknown", text: "" } },
  ];
  for (const state of atRest) {
    const look = (waitingFor: string) =>
      reconcile({ file: file("waiting", waitingFor), row: session(state), childWaits: false, now: at(2) });
    assertEquals(look("input needed"), { kind: "reminded", for: "question", text: "input needed" });
    assertEquals(look("permission prompt"), { kind: "reminded", for: "permission", text: "permission prompt" });
    assertEquals(look("dialog open"), undefined, "a menu that the human has opened");
    const older = { ...file("waiting", "input needed"), since: at(-1) };
    assertEquals(reconcile({ file: older, row: session(state), childWaits: false, now: at(1) }), undefined);
  }
  const closed = session({ status: "closed", closed: { reason: "clear" } });
  const look = { file: file("waiting", "input needed"), now: at(2) };
  assertEquals(reconcile({ ...look, row: closed, childWaits: false }), undefined);
  assertEquals(
    reconcile({ ...look, row: session(atRest[0]!), childWaits: true }),
    undefined,
    "the sub-agent's row waits",
  );
});
