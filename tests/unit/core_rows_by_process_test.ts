/** Rows by the processes that they name, for whoever knows a process and looks for its session. */
import { assert, assertEquals } from "@std/assert";
import { SessionRows } from "../../src/core/session_rows.ts";
import type { SessionEntry } from "../../src/domain/evolve.ts";
import { processesOf } from "../../src/domain/row_processes.ts";
import type { Session } from "../../src/domain/session.ts";
import { askingSessions } from "../../src/mcp/asker.ts";

const entryOf = (session: Partial<Session>): SessionEntry =>
  ({ session: { status: "idle", ...session }, history: [] }) as unknown as SessionEntry;

const idsOf = (sessions: Iterable<Session>) => Array.from(sessions, ({ id }) => id).sort();

Deno.test("B8 the rows of a process are known without a look at the others, whatever comes, changes and goes", () => {
  const rows = new SessionRows();
  let seed = 7;
  const below = (most: number) => (seed = (seed * 48271) % 2147483647) % most;
  for (let turn = 0; turn < 3000; turn++) {
    const id = `s${below(60)}`;
    const there = rows.get(id)?.entry.session;
    if (below(5) === 0) {
      if (there !== undefined) rows.delete(there);
      continue;
    }
    const others = Array.from({ length: below(3) }, () => ({ pid: below(20) }));
    rows.put(entryOf({
      id,
      ...(below(4) === 0 ? {} : { pid: below(20) }),
      ...(below(3) === 0 ? { parentPid: below(20) } : {}),
      ...(others.length === 0 ? {} : { others: others as unknown as NonNullable<Session["others"]> }),
    }));
    const asked = [below(20), below(20)];
    const named = (one: Session) => [one.parentPid, ...processesOf(one).map(({ pid }) => pid)];
    const expected = [...rows.sessions()].filter((one) => named(one).some((pid) => asked.includes(pid ?? -1)));
    assertEquals(idsOf(rows.ofProcesses(asked)), idsOf(expected));
  }
  assert(rows.size > 10);
});

Deno.test("B8 the session that asks by MCP is found among very many by a look at those of its processes", () => {
  const rows = new SessionRows();
  for (let at = 0; at < 5000; at++) rows.put(entryOf({ id: `s${at}`, pid: 1000 + at }));
  let visits = 0;
  const get = (id: string) => (visits++, rows.get(id)?.entry.session);
  const ofProcesses = (pids: Iterable<number>) => rows.ofProcesses(pids).map((one) => (visits++, one));
  const asking = askingSessions({ sessionIds: ["s7"], pids: [900, 1007, 1042] }, { get, ofProcesses });
  assertEquals(asking.map(({ id }) => id), ["s7", "s42"]);
  assertEquals(visits, 3);
});
