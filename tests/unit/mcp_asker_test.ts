/** Which sessions an MCP server may belong to, by what it says of its environment and its processes. */
import { assertEquals } from "@std/assert";
import type { Session } from "../../src/domain/session.ts";
import { askingSessions, whoseRequest } from "../../src/mcp/asker.ts";

function rowsOf(...rows: readonly (Partial<Session> & { readonly id: string })[]) {
  const all = rows.map((row) => ({ status: "idle", ...row }) as Session);
  return { sessions: () => all, get: (id: string) => all.find((row) => row.id === id) };
}

Deno.test("M4 the session that asks is found by its name and by the processes above, the nearest first", () => {
  const rows = rowsOf(
    { id: "outer", pid: 10 },
    { id: "other", pid: 99 },
    { id: "inner", pid: 20 },
    { id: "beside", pid: 20 },
    { id: "ended", pid: 20, status: "closed" },
    { id: "shell", parentPid: 15 },
  );
  const found = (asker: Parameters<typeof askingSessions>[0]) => askingSessions(asker, rows).map(({ id }) => id);
  assertEquals(found({}), []);
  assertEquals(found({ sessionIds: ["nobody"], pids: [1, 2] }), []);
  assertEquals(found({ sessionIds: ["outer"] }), ["outer"]);
  assertEquals(found({ sessionIds: ["beside", "ended"], pids: [30, 20, 15, 10] }), [
    "beside",
    "inner",
    "shell",
    "outer",
  ]);
});

Deno.test("M4 whose request it is: of the whole tree of sub-agents; unknown without a process; a circle of parents ends", () => {
  const rows = rowsOf(
    { id: "root", pid: 1 },
    { id: "a", parentId: "root" },
    { id: "b", parentId: "root" },
    { id: "x", parentId: "y" },
    { id: "y", parentId: "x" },
    { id: "alone", pid: 2 },
    { id: "script" },
  );
  const whose = (asked: string, ...asking: string[]) => whoseRequest(asked, asking.map((id) => ({ id })), rows);
  assertEquals(whose("b", "a"), "own");
  assertEquals(whose("root", "alone", "a"), "own");
  assertEquals(whose("a", "root"), "own");
  assertEquals(whose("a", "alone"), "another");
  assertEquals(whose("a"), "unknown");
  assertEquals(whose("script", "alone"), "unknown");
  assertEquals(whose("x", "alone"), "unknown");
  assertEquals(whose("gone", "alone"), "unknown");
});
