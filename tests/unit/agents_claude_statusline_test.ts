/** Claude's status line: what of it is kept, and that only what is new makes an event. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { claude } from "../../src/agents/claude/events.ts";
import { commitReport } from "../../src/core/apply_report.ts";
import { testBus } from "../support/bus.ts";
import { Store } from "../../src/core/store.ts";
import { cleanFacts, decideUpdate, isRefusal } from "../../src/domain/decide.ts";
import type { Facts } from "../../src/domain/session.ts";
import { FakeJournal } from "../support/fake_journal.ts";

interface Line {
  readonly t: string;
  readonly env: Record<string, string>;
  readonly stdin: Record<string, unknown>;
}

const LINES: readonly Line[] = Deno.readTextFileSync(new URL("../fixtures/claude_statusline.jsonl", import.meta.url))
  .trim().split("\n").map((line) => JSON.parse(line));
const BASE = { session_id: "s", hook_event_name: "StatusLine", cwd: "/w" };

function kept(event: Record<string, unknown>): Facts {
  const understood = claude.understand({ ...BASE, ...event }, {});
  assert(understood.ok);
  assertEquals(understood.report.event, { kind: "measured" });
  return cleanFacts(understood.report.facts);
}

function desk() {
  const journal = new FakeJournal();
  let now = "2026-11-20T10:00:00.000Z";
  const store = new Store({
    clock: { now: () => Date.parse(now), steady: () => 0 },
    bus: testBus(),
    idempotencyKeys: 8,
    staleAfterMs: () => 60_000,
  });
  store.attach(journal);
  const approvals = { reportCommitted: () => {}, eventCommitted: () => {} };
  const tell = (event: Record<string, unknown>, env: Record<string, string> = {}, at = now) => {
    now = at;
    const understood = claude.understand(event, env);
    assert(understood.ok);
    return commitReport({ store, approvals, now: () => now }, understood.report, { actor: "hook:report" });
  };
  return { store, journal, tell };
}

Deno.test("recorded status lines: each fact that is kept, under its name", () => {
  const named = LINES.find(({ stdin }) => stdin["session_name"] !== undefined);
  assert(named !== undefined);
  assertEquals(kept({ ...named.stdin, hook_event_name: "StatusLine", git_branch: "main" }), {
    cwd: "/home/u/project",
    transcriptPath: String(named.stdin["transcript_path"]),
    model: "Opus 5.5",
    title: "lab-name",
    gitBranch: "main",
    cost: { usd: 0.0064, contextPercent: 0, tokens: 120 },
  });
  // Before the first answer the percentage is null: absent, not zero.
  assertEquals(kept({ ...LINES[0]?.stdin, hook_event_name: "StatusLine" }).cost, { usd: 0, tokens: 0 });
});

Deno.test("recorded status lines: one event for each real change, and none for what repeats", () => {
  const { journal, tell } = desk();
  let last = "";
  let changes = 0;
  for (const { t, env, stdin } of LINES) {
    const { facts } =
      (claude.understand({ ...stdin, hook_event_name: "StatusLine" }, env) as { report: { facts: Facts } })
        .report;
    const now = JSON.stringify([stdin["session_id"], cleanFacts(facts)]);
    if (now !== last) changes++;
    last = now;
    tell({ ...stdin, hook_event_name: "StatusLine" }, env, t);
    tell({ ...stdin, hook_event_name: "StatusLine" }, env, t);
  }
  assert(changes > 10 && changes < LINES.length, `${changes} of ${LINES.length}`);
  assertEquals(journal.records.length, changes);
});

Deno.test("a status line never changes the status, nor the time of the last event where it says nothing new", () => {
  const { store, journal, tell } = desk();
  const bar = { ...BASE, model: { display_name: "Opus" }, cost: { total_cost_usd: 1 } };
  tell({ ...BASE, hook_event_name: "UserPromptSubmit", prompt: "go" });
  tell(bar);
  const before = store.get("s");
  assertEquals([before?.status, before?.cost, before?.lastPrompt], ["working", { usd: 1 }, "go"]);
  const answer = tell(bar, {}, "2026-11-20T10:05:00.000Z");
  assertEquals(answer, { seq: journal.records.length, sessionId: "s", status: "working" });
  assertEquals(store.get("s"), before);
  tell({ ...BASE, hook_event_name: "SessionEnd", reason: "other" });
  tell({ ...bar, cost: { total_cost_usd: 2 } });
  assertEquals([store.get("s")?.status, store.get("s")?.cost], ["closed", { usd: 2 }]);
});

Deno.test("a status line of an unknown session makes its row: it comes from a terminal that is open", () => {
  const { store, tell } = desk();
  tell({ ...BASE, cost: { total_cost_usd: 0.5 } }, { CLAUDE_PID: "77" });
  const { status, pid, cost } = store.get("s") ?? {};
  assertEquals([status, pid, cost], ["starting", 77, { usd: 0.5 }]);
});

Deno.test("what is kept of a status line is the same after its members were sorted (a row from the journal)", () => {
  const { store, journal, tell } = desk();
  const bar = { ...BASE, cost: { total_cost_usd: 1 }, context_window: { used_percentage: 5, total_input_tokens: 9 } };
  tell(bar);
  const row = store.row("s");
  assert(row !== undefined);
  const sorted = Object.fromEntries(Object.entries(row.session.cost ?? {}).toReversed());
  store.restore({ layout: 1, rows: [{ ...row, session: { ...row.session, cost: sorted } }], keys: [] });
  tell(bar);
  assertEquals(journal.records.length, 1);
});

Deno.test("a name given by hand is not undone by the next status line; a row without one takes the agent's", () => {
  const { store, journal, tell } = desk();
  const bar = { ...BASE, session_name: "theirs", cost: { total_cost_usd: 1 } };
  tell(bar);
  assertEquals(store.get("s")?.title, "theirs");
  const renamed = decideUpdate(store.get("s"), { id: "s" }, { title: "mine" }, "2026-11-20T10:00:01.000Z");
  assert(!isRefusal(renamed));
  store.commit(renamed, "cli:admin");
  tell(bar);
  assertEquals([store.get("s")?.title, journal.records.length], ["mine", 2]);
  tell({ ...bar, cost: { total_cost_usd: 2 } });
  assertEquals([store.get("s")?.title, store.get("s")?.cost], ["mine", { usd: 2 }]);
});

Deno.test("plan limits: percent and reset, as seconds or as text; what cannot be is absent", () => {
  const five_hour = { used_percentage: 23.456, resets_at: 1_795_176_000 };
  assertEquals(kept({ rate_limits: { five_hour, seven_day: { used_percentage: 41 } } }).planLimits, {
    fiveHour: { usedPercent: 23.5, resetsAt: "2026-11-20T12:00:00.000Z" },
    sevenDay: { usedPercent: 41 },
  });
  assertEquals(
    kept({ rate_limits: { five_hour: { used_percentage: 1, resets_at: "2026-11-20T12:00:00Z" } } }).planLimits,
    { fiveHour: { usedPercent: 1, resetsAt: "2026-11-20T12:00:00.000Z" } },
  );
  const bad: readonly unknown[] = [null, 5, [], {}, { five_hour: 3 }, { five_hour: { used_percentage: "9" } }, {
    five_hour: { used_percentage: -1 },
  }, { seven_day: { used_percentage: 1e9 } }];
  for (const rate_limits of bad) assertEquals(kept({ rate_limits }).planLimits, undefined);
  assertEquals(kept({ rate_limits: { five_hour: { used_percentage: 1, resets_at: 1e300 } } }).planLimits, {
    fiveHour: { usedPercent: 1 },
  });
});

Deno.test("H2 wrong types and impossible numbers count as absent; nothing throws", () => {
  assertEquals(kept({ cost: { total_cost_usd: -1 }, context_window: { used_percentage: 101 } }).cost, undefined);
  assertEquals(kept({ model: "id", session_name: 5, git_branch: {} }), { cwd: "/w", model: "id" });
  assertEquals(kept({ cost: { total_cost_usd: "1" }, context_window: [] }).cost, undefined);
  const names = ["cost", "context_window", "rate_limits", "model", "session_name", "git_branch"];
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 })), (event) => {
    kept(event);
  }));
});
