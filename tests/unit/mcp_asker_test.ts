/** Which sessions an MCP server may belong to, by what it says of its environment and its processes. */
import { assertEquals } from "@std/assert";
import { RowsByProcess } from "../../src/core/rows_by_process.ts";
import type { Session } from "../../src/domain/session.ts";
import { askingSessions, whoseRequest } from "../../src/mcp/asker.ts";

function rowsOf(...rows: readonly (Partial<Session> & { readonly id: string })[]) {
  const all = rows.map((row) => ({ status: "idle", ...row }) as Session);
  const byProcess = new RowsByProcess();
  for (const row of all) byProcess.changed(undefined, row);
  const get = (id: string) => all.find((row) => row.id === id);
  return { ofProcesses: (pids: Iterable<number>) => [...byProcess.of(pids)].flatMap((id) => get(id) ?? []), get };
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

Deno.test("M4 a row that claims a process above all others is not taken for the session that the environment names", () => {
  const rows = rowsOf(
    { id: "init", pid: 1 },
    { id: "parent of all", parentPid: 1 },
    { id: "manager", pid: 5 },
    { id: "wrapper", parentPid: 30 },
    { id: "own", pid: 20 },
    { id: "no process" },
    { id: "short shell", parentPid: 77 },
    { id: "another's", pid: 99 },
    { id: "only init", pid: 1 },
  );
  const pids = [30, 20, 5, 1];
  const found = (...sessionIds: string[]) => askingSessions({ sessionIds, pids }, rows).map(({ id }) => id);
  assertEquals(found(), ["wrapper", "own", "manager"], "the nearest; the first process of the system is nobody's");
  assertEquals(found("own"), ["own", "wrapper", "manager"]);
  assertEquals(found("no process"), ["no process", "wrapper", "own", "manager"]);
  assertEquals(found("short shell")[0], "short shell", "what a hook was started by may be gone");
  assertEquals(found("another's"), ["wrapper", "own", "manager", "another's"], "an environment that was handed on");
  assertEquals(found("only init")[0], "only init");
  assertEquals(askingSessions({ pids: [1] }, rows), []);

  // A process that all have above them tells nobody apart, so nothing is allowed by it.
  const asking = askingSessions({ sessionIds: ["only init"], pids }, rows).slice(0, 1);
  assertEquals(whoseRequest("own", asking, rows), "unknown");
});

Deno.test("M4 whose request it is: of the whole tree of sub-agents; unknown without a process; a circle of parents ends", () => {
  const rows = rowsOf(
    { id: "root", pid: 3 },
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
