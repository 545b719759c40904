import { assertEquals } from "@std/assert";
import { LivenessSweep } from "../../src/agents/liveness.ts";

const OWN = { pid: 1, startedAt: "boot" };
const row = (pid: number, id = "s") => ({ id, pid });
const at = (pid: number, startedAt: string) => ({ pid, startedAt });

Deno.test("a row is lost when the table has its pid no more, once", () => {
  const sweep = new LivenessSweep(1);
  assertEquals(sweep.sweep([row(7)], [OWN, at(7, "a")]), { lost: [], back: [] });
  assertEquals(sweep.sweep([row(7)], [OWN]), { lost: [row(7)], back: [] });
  assertEquals(sweep.sweep([row(7)], [OWN]), { lost: [], back: [] });
  assertEquals(sweep.isLost("s"), true);
});

Deno.test("a pid that was given away is lost, and a resumed session is back under its new pid", () => {
  const sweep = new LivenessSweep(1);
  sweep.sweep([row(7)], [OWN, at(7, "a")]);
  assertEquals(sweep.sweep([row(7)], [OWN, at(7, "b")]).lost, [row(7)]);
  assertEquals(sweep.sweep([row(8)], [OWN, at(8, "c")]).back, [row(8)]);
  assertEquals(sweep.isLost("s"), false);
});

Deno.test("no row is lost on absence of evidence: a failed look, or a table without ourselves", () => {
  const sweep = new LivenessSweep(1);
  assertEquals(sweep.sweep([row(7)], "unknown"), { lost: [], back: [] });
  assertEquals(sweep.sweep([row(7)], []), { lost: [], back: [] });
});

Deno.test("C9 a clock that was set changes every start time and loses nobody", () => {
  const sweep = new LivenessSweep(1);
  sweep.sweep([row(7), row(8, "gone")], [OWN, at(7, "a"), at(8, "a")]);
  sweep.sweep([row(7), row(8, "gone")], [OWN, at(7, "a"), at(8, "b")]);
  assertEquals(sweep.sweep([row(7), row(8, "gone")], [at(1, "boot+1h"), at(7, "a+1h"), at(8, "b+1h")]), {
    lost: [],
    back: [],
  });
  assertEquals(sweep.isLost("gone"), true);
});

Deno.test("a row that is not watched any more is forgotten, and without rows nobody is asked", () => {
  const sweep = new LivenessSweep(1);
  sweep.sweep([row(7)], [OWN]);
  sweep.sweep([], [OWN]);
  assertEquals(sweep.isLost("s"), false);
  assertEquals(sweep.pids([]), []);
  assertEquals(sweep.pids([row(7), row(7, "t"), row(8)]), [1, 7, 8]);
});
