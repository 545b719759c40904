/** Looks at links by clients without a token: few at once, a bounded line, and what comes behind them is charged. */
import { assert, assertEquals } from "@std/assert";
import { LinkLooks } from "../../src/approvals/link_looks.ts";
import { ReportQuota } from "../../src/core/report_quota.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { LIMITS, type Limits } from "../../src/protocol/limits.ts";
import { bash } from "../support/claude_request.ts";
import { Desk, FakeCaller } from "../support/desk.ts";

Deno.test("L6 looks at links: four at once, a bounded line behind them, and who waits for too long learns nothing", async () => {
  let now = 0;
  const running: (() => void)[] = [];
  const looks = new LinkLooks(
    (paths) => new Promise((resolve) => running.push(() => resolve(paths))),
    () => now,
  );
  const asked = Array.from({ length: 100 }, (_, n) => looks.look([`/${n}`]));
  assertEquals(running.length, 4);
  assertEquals(asked.map((one) => one !== undefined), Array.from({ length: 100 }, (_, n) => n < 68));
  running.shift()!();
  assertEquals(await asked[0], ["/0"]);
  await Promise.resolve();
  assertEquals(running.length, 4);
  now = 1000;
  running.shift()!();
  assertEquals(await asked[1], ["/1"]);
  assertEquals(await Promise.all(asked.slice(5, 68)), Array.from({ length: 63 }, () => undefined));
  assertEquals(running.length, 3, "/2 to /4 go on");
  for (const end of running.splice(0)) end();
  assertEquals(await Promise.all(asked.slice(2, 5)), [["/2"], ["/3"], ["/4"]]);
  const after = looks.look(["/after"]);
  running.shift()!();
  assertEquals(await after, ["/after"]);
});

Deno.test("L6 never more than four looks run at once, also where one ends while others come", async () => {
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const looks = new LinkLooks((paths) => {
    most = Math.max(most, ++running);
    return new Promise((resolve) => ends.push(() => (running--, resolve(paths))));
  }, () => 0);
  const asked = Array.from({ length: 10 }, (_, n) => looks.look([`/${n}`]));
  ends.shift()!();
  for (let turn = 0; turn < 20; turn++) {
    asked.push(looks.look([`/late${turn}`]));
    await Promise.resolve();
  }
  for (let turn = 0; turn < 200; turn++) {
    ends.shift()?.();
    await Promise.resolve();
  }
  await Promise.all(asked);
  assertEquals([most, running], [4, 0]);
});

Deno.test("L6 who has waited for a second is let go, also while no look ends", async () => {
  const due = new Set<() => void>();
  const times: number[] = [];
  const ends: (() => void)[] = [];
  const looks = new LinkLooks(
    (paths) => new Promise((resolve) => ends.push(() => resolve(paths))),
    () => 0,
    (ms, action) => {
      times.push(ms);
      due.add(action);
      return () => due.delete(action);
    },
  );
  const asked = Array.from({ length: 6 }, (_, n) => looks.look([`/${n}`]));
  assertEquals(times, [1000, 1000]);
  const [first] = due;
  first!();
  assertEquals(await asked[4], undefined);
  ends.shift()!();
  assertEquals(await asked[0], ["/0"]);
  await Promise.resolve();
  assertEquals([ends.length, due.size], [4, 0], "the place went to the other one, whose timer is off");
  for (const end of ends) end();
  assertEquals(await asked[5], ["/5"]);
});

Deno.test("L6 a look that fails gives its place away", async () => {
  const looks = new LinkLooks(() => Promise.reject(new Error("no such program")), () => 0);
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => looks.look(["/a"])));
  assertEquals(all.filter(({ status }) => status === "rejected").length, 20);
});

/** Reads that arrive together. @param link the file leads out of the workspace: it is asked about */
async function reads(limits: Partial<Limits>, link: boolean, many = 200) {
  const quota = new ReportQuota({
    limits: { ...LIMITS, ...limits },
    steady: () => 0,
    now: () => 0,
    asking: () => new Set(),
    refusals: { add: () => {} },
  });
  const desk = new Desk({ safetyMode: "guarded" }, undefined, [], undefined, quota);
  desk.attach();
  if (link) desk.links = new Map([["/w/notes.txt", "/home/u/.aws/credentials"]]);
  const hook = new FakeCaller();
  const { event } = bash("PermissionRequest", "cat notes.txt") as { event: object };
  const one = (session_id: string) => {
    const params = { ...bash("PermissionRequest", "cat notes.txt"), event: { ...event, session_id, cwd: "/w" } };
    return desk.report(params, hook).then(
      ({ output, approval }) => output !== undefined ? "passed" : approval === undefined ? "left" : "asked",
      (error) => {
        assert(error instanceof ConsoleError, String(error));
        return error.kind;
      },
    );
  };
  const all = await Promise.all(Array.from({ length: many }, (_, n) => one(`s${n}`)));
  const count = (outcome: string) => all.filter((each) => each === outcome).length;
  return { desk, passed: count("passed"), asked: count("asked"), busy: count("busy") };
}

Deno.test("L6 questions that come after a look at links count too", async () => {
  const { desk, asked, busy } = await reads({ reportQuestionsEach: 10 }, true);
  assertEquals([asked, busy, desk.inbox.pendingCount], [10, 190, 10]);
  assert(desk.looks.most <= 4, `${desk.looks.most} at once`);
});

Deno.test("L6 reads that pass are charged for their records and rows", async () => {
  const few = await reads({ reportJournalBytesEach: 10_000 }, false, 60);
  assert(few.busy > 40 && few.passed > 0 && few.asked === 0, JSON.stringify([few.busy, few.passed, few.asked]));
  const rows = await reads({ reportSessionsEach: 10 }, false, 60);
  assertEquals([rows.passed, rows.busy, rows.desk.store.size], [10, 50, 10]);
});

Deno.test("L6 over the number of looks a read is asked, and all others pass", async () => {
  const { desk, passed, asked, busy } = await reads({}, false);
  assertEquals([passed, asked, busy], [68, 132, 0]);
  assert(desk.looks.most <= 4, `${desk.looks.most} at once`);
});
