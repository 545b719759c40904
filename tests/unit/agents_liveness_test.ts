import { assertEquals } from "@std/assert";
import { Slices } from "../../src/lib/slices.ts";
import { LivenessSweep, type ProbedProcess } from "../../src/liveness/sweep.ts";
import type { ProcessInfo } from "../../src/platform/system.ts";
import { FakeTurns } from "../support/turns.ts";

const OWN = { pid: 1, startedAt: "boot" };
const row = (pid: number, id = "s", lastEventAt = "2026-11-20T10:00:00.000Z", seen = false) => ({
  id,
  pid,
  seen,
  lastEventAt,
});
const sweeping = (own: number) => {
  const sweep = new LivenessSweep(own);
  const slices = new Slices(new FakeTurns());
  const look = (rows: readonly ProbedProcess[], table: readonly ProcessInfo[]) => sweep.sweep(rows, table, slices);
  return {
    look,
    sweep: async (rows: readonly ProbedProcess[], table: readonly ProcessInfo[]) => (await look(rows, table)).gone,
  };
};
const at = (pid: number, startedAt: string) => ({ pid, startedAt });

Deno.test("a row is lost when the table has its pid no more", async () => {
  const sweep = sweeping(1);
  assertEquals(await sweep.sweep([row(7)], [OWN, at(7, "a")]), []);
  assertEquals(await sweep.sweep([row(7)], [OWN]), [row(7)]);
});

Deno.test("a pid that was given away is lost, and a session that announced itself anew under it is not", async () => {
  const sweep = sweeping(1);
  await sweep.sweep([row(7)], [OWN, at(7, "a")]);
  assertEquals(await sweep.sweep([row(7)], [OWN, at(7, "b")]), [row(7)]);
  assertEquals(
    await sweep.sweep([row(7)], [OWN, at(7, "b")]),
    [],
    "the store asks again only after a sign of a new process",
  );
});

Deno.test("C9 a process that began after the row's last event is a stranger: the pid was given away while no daemon ran", async () => {
  const started = (time: string) => sweeping(1).sweep([row(7)], [OWN, at(7, `Fri Nov 20 ${time} 2026`)]);
  assertEquals(await started("09:59:59"), []);
  assertEquals(await started("10:00:01"), [], "ps tells whole seconds");
  assertEquals(await started("10:00:03"), [row(7)]);
});

Deno.test("no row is lost on absence of evidence: a table without ourselves", async () => {
  const sweep = sweeping(1);
  await sweep.sweep([row(7)], [OWN, at(7, "a")]);
  assertEquals(await sweep.sweep([row(7)], []), []);
});

Deno.test("C9 what was never seen alive here is not gone; what an earlier daemon has seen is", async () => {
  const { look } = sweeping(1);
  const rows = [row(7), row(8, "t", "2026-11-20T10:00:00.000Z", true)];
  assertEquals(await look(rows, [OWN]), { alive: [], gone: [rows[1]!], unseen: [rows[0]!] });
  // Another process gets the pid later: it is not the one that a container told of.
  const late = at(7, "Fri Nov 20 10:00:09 2026");
  assertEquals(await look([row(7)], [OWN, late]), { alive: [], gone: [], unseen: [row(7)] });
  assertEquals(await look([row(7)], [OWN]), { alive: [], gone: [], unseen: [row(7)] });
});

Deno.test("C9 a clock that was set changes every start time and loses nobody", async () => {
  const sweep = sweeping(1);
  await sweep.sweep([row(7)], [OWN, at(7, "Fri Nov 20 09:00:00 2026")]);
  const later = [at(1, "boot+2h"), at(7, "Fri Nov 20 11:00:00 2026")];
  assertEquals(await sweep.sweep([row(7)], later), []);
  assertEquals(await sweep.sweep([row(7)], later), []);
  assertEquals(await sweep.sweep([row(7)], [at(1, "boot+2h"), at(7, "Fri Nov 20 11:00:05 2026")]), [row(7)]);
});

Deno.test("a row that is not watched any more is forgotten", async () => {
  const sweep = sweeping(1);
  await sweep.sweep([row(7)], [OWN, at(7, "a")]);
  await sweep.sweep([], [OWN]);
  assertEquals(await sweep.sweep([row(7)], [OWN, at(7, "b")]), []);
});
