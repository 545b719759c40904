/** What a few sessions are called among very many, which are not all named for that. */
import { assert, assertEquals } from "@std/assert";
import type { Session } from "../../src/domain/session.ts";
import { type KnownSession, openNames, sessionsBeside } from "../../src/view/names.ts";
import { Needs } from "../../src/view/needs.ts";

const MANY = 5000;

const sessionOf = (at: number): KnownSession => ({
  id: `${String(at).padStart(8, "0")}-7c0e-4a4b`,
  agent: "claude",
  status: at % 10 === 0 ? "closed" : "working",
  cwd: `/home/u/work-${at % 7}/api`,
  ...(at % 3 === 0 ? { title: "fix the build" } : {}),
});

const MANY_SESSIONS = Array.from({ length: MANY }, (_, at) => sessionOf(at));

Deno.test("B8 beside very many sessions a few are named among those with the same plain name, and a bounded number", () => {
  const child: KnownSession = { ...sessionOf(MANY + 1), title: "reviewer", parentId: MANY_SESSIONS[4001]!.id };
  const all = [...MANY_SESSIONS, child];
  for (const [asked, above] of [[MANY_SESSIONS[3999], []], [child, [MANY_SESSIONS[4001]]]] as const) {
    const beside = sessionsBeside([asked!], all);
    assert(beside.length < 300, `${beside.length} sessions`);
    for (const one of [asked, ...above]) assert(beside.includes(one!), one!.id);
    const names = openNames(beside);
    const name = names.get(asked!.id);
    assertEquals([...names.values()].filter((other) => other === name).length, 1, name);
  }
  const titled = sessionsBeside([MANY_SESSIONS[3999]!], all).filter(({ title }) => title === "fix the build");
  assert(titled.length > 100, "those that may be mistaken for it are among them");
  const few = all.slice(0, 1000);
  assertEquals(sessionsBeside([few[7]!], few), few, "where not too many are open, all are");
});

Deno.test("B8 a notification reads each of very many sessions a few times, and names few of them", () => {
  let reads = 0;
  const counted = MANY_SESSIONS.map((session) =>
    Object.defineProperty({ ...session }, "title", { get: () => (reads++, "fix the build") })
  );
  const needs = new Needs();
  const session = {
    ...sessionOf(1),
    status: "waiting",
    since: "2026-11-20T10:00:00.000Z",
    waiting: { for: "permission", text: "Bash: make" },
  } as unknown as Session;
  const heard = needs.hear({ type: "session.updated", data: { session } });
  assert(heard !== undefined);
  const [need] = needs.open([heard], counted);
  assertEquals(need?.name.startsWith("fix the build"), true, need?.name);
  assert(reads < 3 * MANY, `${reads} titles were read of ${MANY} sessions`);
});
