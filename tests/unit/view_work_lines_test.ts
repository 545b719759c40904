/** The lines of turns, jobs and notes in `watch` and in the activity of the windows: one for each step. */
import { assertEquals } from "@std/assert";
import type { SessionView } from "../../src/domain/query.ts";
import { ChangeLines } from "../../src/view/change_lines.ts";
import { parseFilter } from "../../src/view/filter_text.ts";

const at = (secs: number) => new Date(Date.parse("2026-11-20T10:00:00Z") + secs * 1000).toISOString();

function row(more: Record<string, unknown>): SessionView {
  const fields = { startedAt: at(0), since: at(0), lastEventAt: at(0), priority: 0, tags: [], turnCount: 1 };
  return { id: "s1", agent: "mine", cwd: "/home/you/web", ...fields, ...more } as unknown as SessionView;
}

const IDLE = row({ status: "idle", idle: { lastMessage: "It works." } });
const WORKING = row({ status: "working", working: { subagents: 0 }, lastPrompt: "make it work" });
const USING = row({ status: "working", working: { subagents: 0, tool: { name: "Bash", text: "ls" } } });

function turnOf(more: Record<string, unknown> = {}) {
  const base = { id: "t1", agent: "mine", sessionId: "s1", cwd: "/home/you/web", source: "page" };
  return { ...base, prompt: "make it work\nplease", status: "queued", submittedAt: at(0), ...more };
}

/** What is told of events, a second apart: sign, word, name, agent and text. */
function told(lines: ChangeLines, ...events: readonly (readonly [string, Record<string, unknown>])[]): string[] {
  return events.flatMap(([type, data], i) => lines.event({ ts: at(i), type, data })).map(
    ({ sign, word, name, agent, by = agent, text }) => [sign, word, name, by, text].join(" ").trim(),
  );
}

const turn = (type: string, more: Record<string, unknown> = {}) =>
  [`turn.${type}`, { turnId: "t1", sessionId: "s1", ...more }] as const;
const submitted = (more: Record<string, unknown> = {}) => ["turn.submitted", { id: "t1", turn: turnOf(more) }] as const;
const session = (session: SessionView) => ["session.updated", { session }] as const;

Deno.test("V1 A4 a turn is told by whom it came, as it begins and as it ends, with what was said: its session repeats none of it", () => {
  const lines = new ChangeLines();
  lines.snapshot([IDLE], []);
  const all = told(
    lines,
    submitted(),
    turn("started"),
    session(WORKING),
    turn("chunk", { kind: "text", text: "a piece" }),
    session(USING),
    turn("tool", { tool: { id: "1", name: "Bash", status: "pending" } }),
    turn("plan", { steps: [] }),
    session(row({ status: "idle", idle: { lastMessage: "Made." } })),
    turn("ended", { status: "finished", stopReason: "end_turn" }),
  );
  assertEquals(all, [
    "○ queued web mine from page: make it work",
    "● running web mine make it work",
    "● working web mine Bash: ls",
    "✓ finished web mine Made. (7s)",
  ]);
  assertEquals(told(lines, session(WORKING)), ["● working web mine make it work"], "no turn runs there any more");
});

Deno.test("V1 A4 why a turn failed, ended early, was cancelled or waits again is told once, made harmless", () => {
  const end = (more: Record<string, unknown>, last = IDLE) => {
    const lines = new ChangeLines();
    lines.snapshot([USING], [], [turnOf({ status: "running", startedAt: at(0) }) as never]);
    return told(lines, session(last), turn("ended", more));
  };
  const failed = row({ status: "error", error: { kind: "unknown", text: "it has ended" } });
  assertEquals(end({ status: "failed", error: "it has ended\x1b[31m" }, failed), [
    "✖ failed web mine it has ended\\x1b[31m (1s)",
  ]);
  assertEquals(end({ status: "cancelled", stopReason: "cancelled" }), ["– cancelled web mine make it work (1s)"]);
  assertEquals(end({ status: "finished", stopReason: "max_tokens" }), [
    "✓ finished web mine the agent ended its turn early: max tokens · It works. (1s)",
  ]);
  const lines = new ChangeLines();
  assertEquals(told(lines, submitted({ sessionId: null }), turn("resumed", { sessionId: null })), [
    "○ queued mine mine from page: make it work",
    "○ queued mine mine waits again behind a daemon's end: make it work",
  ]);
});

Deno.test("V1 A4 a snapshot tells the turns that wait, after a reconnect only the new ones; one from before is told by its session", () => {
  const lines = new ChangeLines();
  const waits = [turnOf(), turnOf({ id: "t2", status: "finished", endedAt: at(1) })] as never[];
  const texts = () => lines.snapshot([IDLE], [], waits).map(({ word, since }) => `${word} ${since}`);
  assertEquals(texts(), [`idle ${at(0)}`, `queued ${at(0)}`]);
  assertEquals(texts(), []);
  const since = new ChangeLines({ agent: "mine" });
  assertEquals(told(since, session(USING), turn("ended", { turnId: "t9", status: "failed", error: "no" })), [
    "● working web mine Bash: ls",
    "✖ failed web mine no",
  ]);
});

Deno.test("V1 A4 a turn in a session that somebody else runs: the session tells its own end", () => {
  const lines = new ChangeLines();
  lines.snapshot([row({ status: "idle", idle: {} })], [], [turnOf({ isElsewhere: true }) as never]);
  assertEquals(told(lines, turn("started"), session(WORKING), session(IDLE), turn("ended", { status: "finished" })), [
    "● running web mine make it work",
    "● working web mine make it work",
    "✓ idle web mine It works.",
    "✓ finished web mine make it work (3s)",
  ]);
});

Deno.test("V1 A4 runs of jobs are told as they begin and end, times that passed and notes too", () => {
  const run = (more: Record<string, unknown>) => ({ jobId: "backup", runId: "r1", ...more });
  const all = told(
    new ChangeLines(),
    ["job.added", { job: { id: "backup", schedule: "@daily" } }],
    ["job.started", run({ dueAt: at(0) })],
    ["job.spawned", run({ pid: 1 })],
    ["job.ended", run({ outcome: "succeeded", code: 0 })],
    ["job.started", run({ dueAt: null })],
    ["job.prompted", run({ turnId: "t1" })],
    ["job.ended", run({ outcome: "failed", code: 3 })],
    ["job.started", run({ dueAt: at(0), missed: true })],
    ["job.ended", run({ outcome: "timed_out" })],
    ["job.skipped", run({ dueAt: at(0), why: "quiet_hours" })],
    ["job.disabled", { jobId: "backup" }],
    ["job.removed", { jobId: "backup" }],
    ["memory.appended", { id: "n1", text: "use\nESM", by: "mcp:admin" }],
    ["memory.forgotten", { id: "n1" }],
  );
  assertEquals(all, [
    "◇ added backup job @daily",
    "● running backup job by its schedule",
    "✓ finished backup job (2s)",
    "● running backup job by hand",
    "✖ failed backup job failed: exit code 3 (2s)",
    "● running backup job for missed times",
    "✖ failed backup job timed out (1s)",
    "– skipped backup job quiet hours",
    "– disabled backup job",
    "– removed backup job",
    "· noted n1 mcp use ESM",
    "· forgotten n1",
  ]);
});

Deno.test("V1 A4 filters: a turn by its agent, session and state; a job by its words, and by no option of sessions", () => {
  const events = [
    submitted(),
    turn("started"),
    turn("ended", { status: "failed", error: "no" }),
    ["job.started", { jobId: "backup", runId: "r", dueAt: null }],
  ] as const;
  const words = (filter: ConstructorParameters<typeof ChangeLines>[0]) => {
    const lines = new ChangeLines(filter);
    return events.flatMap(([type, data]) => lines.event({ ts: at(0), type, data })).map(({ word }) => word);
  };
  assertEquals(words({}), ["queued", "running", "failed", "running"]);
  assertEquals(words({ agent: "mine" }), ["queued", "running", "failed"]);
  assertEquals(words({ session: "s1" }), ["queued", "running", "failed"]);
  assertEquals(words({ status: "error" }), ["failed"]);
  assertEquals([words({ agent: "other" }), words({ session: "s2" }), words({ for: "permission" })], [[], [], []]);
  const lines = new ChangeLines();
  const all = events.flatMap(([type, data]) => lines.event({ ts: at(0), type, data }));
  const typed = (text: string) => all.filter(parseFilter(text).passesLine).map(({ word }) => word);
  assertEquals(typed("status:failed"), ["failed"]);
  assertEquals([typed("agent:job"), typed("job")], [[], ["running"]]);
  assertEquals(typed("status:queued page"), ["queued"]);
});

Deno.test("V1 A4 an agent that is called job, or as a client is: a filter by agents finds its turns, and no job and no note", () => {
  for (const agent of ["job", "mcp"]) {
    const events = [
      submitted({ agent, sessionId: null }),
      ["job.started", { jobId: "backup", runId: "r", dueAt: null }],
      ["memory.appended", { id: "n1", text: "use ESM", by: "mcp:admin" }],
    ] as const;
    const of = (lines: ChangeLines) => events.flatMap(([type, data]) => lines.event({ ts: at(0), type, data }));
    assertEquals(of(new ChangeLines({ agent })).map(({ word }) => word), ["queued"]);
    const typed = of(new ChangeLines()).filter(parseFilter(`agent:${agent}`).passesLine);
    assertEquals(typed.map(({ word }) => word), ["queued"]);
  }
});
