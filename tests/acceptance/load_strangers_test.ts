// deno-lint-ignore-file no-sync-fn-in-async-fn -- looks at files between two steps: nothing else waits
/** L: clients without a token are strangers. What they may add is limited, and they keep nobody else waiting. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { privateMiB, run } from "../support/harness_process.ts";
import { eventually, patience, pause, quantile, rounds } from "../support/harness_wait.ts";
import { type Json, RpcError } from "../support/wire.ts";

const MIB = 1_048_576;

interface Flooded {
  readonly counts: Readonly<Record<string, number>>;
  /** ms of each ping of an admin meanwhile. */
  readonly pings: readonly number[];
  readonly journalBytes: number;
  readonly addedMiB: number;
}

/** A stranger's process reports while an admin pings. */
async function flood(home: TestHome, kind: string, count: number, connections: number): Promise<Flooded> {
  await using admin = await home.connect({ token: true });
  const pid = home.needPid();
  const before = privateMiB(pid);
  let peak = before;
  let isOver = false;
  const program = `${REPOSITORY}/tests/support/flood.ts`;
  const argv = [Deno.execPath(), "run", "-A", program, home.socketPath, kind, String(count), String(connections)];
  const flooding = run(argv, { env: home.command([]).env, timeoutMs: 120_000 }).finally(() => isOver = true);
  const pings: number[] = [];
  while (!isOver) {
    const began = performance.now();
    await admin.request("ping", {}, 30_000);
    pings.push(performance.now() - began);
    peak = Math.max(peak, privateMiB(pid));
    await pause(10);
  }
  const { code, stdout, stderr } = await flooding;
  assertEquals(code, 0, stderr);
  const { counts } = JSON.parse(stdout) as Flooded;
  assertEquals(Object.values(counts).reduce((a, b) => a + b, 0), count, "each was answered");
  const files = [...Deno.readDirSync(home.path("journal"))];
  const journalBytes = files.reduce((sum, { name }) => sum + Deno.statSync(home.path(`journal/${name}`)).size, 0);
  return { counts, pings, journalBytes, addedMiB: peak - before };
}

/** What others had while it went on. The bounds are many times what was measured: the machine has more to do. */
async function assertUsable({ pings, journalBytes, addedMiB }: Flooded): Promise<void> {
  assert(quantile(pings, 0.5) < await patience(250), `half of the pings took ${quantile(pings, 0.5)} ms`);
  assert(Math.max(...pings) < await patience(5000), `one ping took ${Math.max(...pings)} ms`);
  assert(journalBytes < 64 * MIB, `the journal has ${journalBytes} bytes`);
  assert(addedMiB < 160, `${addedMiB} MiB more`);
}

const limit = (limits: Readonly<Record<string, number>>) =>
  Object.entries(limits).flatMap(([name, value]) => ["--limit", `${name}=${value}`]);

/** In the short run with smaller limits, so that a tenth of the reports reaches them. */
const short = (limits: Readonly<Record<string, number>>) => rounds(1, 0) === 1 ? limit(limits) : [];

Deno.test("L6 60,000 reports of new sessions: the rows have a limit, an admin is answered meanwhile, hooks are refused clearly", async () => {
  await using home = await TestHome.create();
  await home.start({ args: short({ reportSessions: 400, reportSessionsEach: 200 }) });
  const flooded = await flood(home, "sessions", rounds(6000, 60_000), 8);
  await assertUsable(flooded);
  const most = rounds(400, 4000);
  assertEquals(flooded.counts["ok"], most);
  assertEquals(flooded.counts["busy"], rounds(6000, 60_000) - most);
  await using client = await home.connect();
  const event = { session_id: "mine", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "hello" };
  const refused = await assertRejects(() => client.request("session.report", { agent: "claude", event }), RpcError);
  assertEquals(refused.kind, "busy");
  assertStringIncludes(refused.message, `there are ${most} sessions`);
  // Rows that are there go on, and a token has no such limit.
  await using admin = await home.connect({ token: true });
  const { sessions: [known] } = await admin.request("session.list") as { sessions: Json[] };
  await client.request("session.report", { agent: "claude", event: { ...event, session_id: known?.["id"] } });
  await admin.request("session.update", { sessionId: "own", agent: "claude", title: "x" });
});

Deno.test("L6 rows of made-up sessions give way to a real one after a while; until then log and status tell of the refusals", async () => {
  await using home = await TestHome.create();
  await home.start({ args: limit({ reportSessions: 40, reportSilentMs: 3000 }) });
  const flooded = await flood(home, "sessions", 60, 4);
  assertEquals([flooded.counts["ok"], flooded.counts["busy"]], [40, 20]);
  const { stdout } = await home.cli(["status"]);
  assertStringIncludes(stdout, "20 reports of clients without a token: there are 40 sessions");
  await eventually(
    () =>
      Deno.readTextFileSync(home.path("logs/daemon.log")).includes("reports of clients without a token were refused"),
    20_000,
    "a line in the log",
  );
  await using client = await home.connect();
  const event = { session_id: "mine", hook_event_name: "SessionStart", source: "startup", cwd: "/x" };
  const began = await eventually(
    () => client.request("session.report", { agent: "claude", event }).catch(() => undefined),
    15_000,
    "a place for the session",
    500,
  );
  assertEquals(began?.["sessionId"], "mine");
  const { stdout: tail } = await home.cli(["audit", "tail", "--json"]);
  assertStringIncludes(tail, "gave way to a new session");
});

Deno.test("L6 sessions that come and go: the oldest closed rows give way", async () => {
  await using home = await TestHome.create();
  await home.start({ args: short({ reportSessions: 400, reportSessionsEach: 1000 }) });
  const flooded = await flood(home, "short", rounds(4000, 30_000), 8);
  await assertUsable(flooded);
  assertEquals(flooded.counts["busy"] ?? 0, 0);
  await using admin = await home.connect({ token: true });
  const { sessions } = await admin.request("status") as { sessions: Json };
  assert(Number(sessions["total"]) <= rounds(400, 4000), JSON.stringify(sessions));
});

Deno.test("L6 20,000 questions: so many wait at once, the others get busy and their agents ask by themselves", async () => {
  await using home = await TestHome.create();
  await home.start({ args: short({ reportQuestions: 200, reportQuestionsEach: 100 }) });
  const flooded = await flood(home, "questions", rounds(2000, 20_000), 10);
  await assertUsable(flooded);
  assertEquals(flooded.counts["asked"], rounds(200, 2000));
  await using admin = await home.connect({ token: true });
  const open = async () => (await admin.request("status"))["approvalsPending"];
  await eventually(async () => await open() === 0, 20_000, "the end of what was asked by connections that have ended");
  // And there is room for the next one.
  await using client = await home.connect();
  const event = { session_id: "mine", hook_event_name: "PermissionRequest", cwd: "/x", tool_name: "Bash" };
  const params = { agent: "claude", env: { CLAUDE_CODE_ENTRYPOINT: "cli" } };
  const asked = await client.request("session.report", {
    ...params,
    event: { ...event, tool_input: { command: "touch a" } },
  });
  assert(asked["approval"] !== undefined);
});

Deno.test("L6 reads whose links are looked at: few looks at once, the questions have their limit, an admin is answered meanwhile", async () => {
  await using home = await TestHome.create({ config: '{"daemon": {"safety_mode": "guarded"}}' });
  await home.start({ args: limit({ reportQuestions: 200, reportQuestionsEach: 100 }) });
  const flooded = await flood(home, "reads", rounds(2000, 20_000), 10);
  await assertUsable(flooded);
  const { asked = 0, busy = 0 } = flooded.counts;
  assert(asked <= 200 && busy > 0, JSON.stringify(flooded.counts));
});

Deno.test("L6 what is not understood fills the journal only up to a limit, for each connection and for all", async () => {
  await using home = await TestHome.create();
  const bytes = { reportJournalBytes: 400_000, reportJournalBytesEach: 100_000, reportJournalRefill: 1 };
  await home.start({ args: limit(bytes) });
  const { counts, journalBytes } = await flood(home, "unknown", 2000, 1);
  assert(journalBytes < 200_000, `${journalBytes} bytes`);
  assert(counts["busy"]! > 1000, JSON.stringify(counts));
  const all = await flood(home, "unknown", 4000, 20);
  assert(all.journalBytes < 600_000, `${all.journalBytes} bytes`);
  await using admin = await home.connect({ token: true });
  await admin.request("session.update", { sessionId: "own", agent: "claude", title: "an admin still writes" });
  await using client = await home.connect();
  const event = { session_id: "mine", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "hello" };
  const refused = await assertRejects(() => client.request("session.report", { agent: "claude", event }), RpcError);
  assertEquals(refused.kind, "busy");
  assertStringIncludes(refused.message, "bytes of the journal");
  assertStringIncludes(String(refused.data["hint"]), "agent-console audit tail");
});
