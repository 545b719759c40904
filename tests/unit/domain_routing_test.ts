/** Which rows a report makes and ends. */
import { assertEquals } from "@std/assert";
import { routeReport } from "../../src/domain/report_routing.ts";
import { nextState } from "../../src/domain/transition.ts";
import type { Report } from "../../src/domain/report.ts";
import type { Session } from "../../src/domain/session.ts";

const row = (more: Partial<Session>): Session =>
  ({ id: "s", agent: "x", subagents: 0, status: "working", working: { subagents: 0 }, ...more }) as Session;
const report = (event: Report["event"]): Report => ({ agent: "x", sessionId: "s", facts: {}, event });
const NONE = { get: () => undefined, children: () => [] };

Deno.test("H4 an end alone opens no row, whoever sends it; anything else does", () => {
  assertEquals(routeReport(report({ kind: "ended", reason: "exit" }), NONE), []);
  assertEquals(routeReport(report({ kind: "noted" }), NONE).length, 1);
  const known = { ...NONE, get: () => row({}) };
  assertEquals(routeReport(report({ kind: "ended", reason: "exit" }), known).length, 1);
});

Deno.test("H4 a turn that ends without sub-agents ends those that ask in a dialog of their own, not one whose hook waits", () => {
  const child = (id: string, approvalId?: string) =>
    row({
      id,
      parentId: "s",
      status: "waiting",
      waiting: { for: "permission", text: "?", ...(approvalId === undefined ? {} : { approvalId }) },
    });
  const rows = { get: () => row({}), children: () => [child("left"), child("held", "a1")] };
  const ended = (event: Report["event"]) => routeReport(report(event), rows).map(({ sessionId }) => sessionId);
  assertEquals(ended({ kind: "finished", subagents: 0 }), ["left", "s"]);
  assertEquals(ended({ kind: "finished", subagents: 1 }), ["s"]);
  assertEquals(ended({ kind: "finished" }), ["s"], "what still runs is not known");
  assertEquals(ended({ kind: "ended", reason: "exit" }), ["left", "held", "s"]);
});

Deno.test("H4 an agent that announces itself when its turn begins does not stop a row that works already", () => {
  const next = (state: Partial<Session>, inTurn: boolean) =>
    nextState(row(state), report({ kind: "announced", resumed: false, ...(inTurn ? { inTurn } : {}) })).status;
  assertEquals([next({}, true), next({}, false)], ["working", "starting"]);
  assertEquals(next({ status: "idle", idle: {} }, true), "starting");
});

Deno.test("H4 a question is in the words of the call that runs, where its own say nothing", () => {
  const asked = { kind: "requested", for: "question", text: "Tool requires confirmation", ofCall: "ask_user" } as const;
  const text = (tool?: { name: string; text?: string }) => {
    const state = nextState(row({ working: { subagents: 0, ...(tool ? { tool } : {}) } }), report(asked));
    return state.status === "waiting" && [state.waiting.text, state.waiting.tool?.name];
  };
  assertEquals(text({ name: "ask_user", text: "Which colour?" }), ["Which colour?", "ask_user"]);
  for (const tool of [undefined, { name: "run_shell_command", text: "ls" }]) {
    assertEquals(text(tool), ["Tool requires confirmation", undefined]);
  }
});
