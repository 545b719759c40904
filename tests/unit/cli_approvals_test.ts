import { assert, assertEquals } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { answerHint, answerLine, approvalLines, approvalSummary, outcomeText } from "../../src/cli/approval_text.ts";
import { activityText } from "../../src/cli/format.ts";
import { sessionTable } from "../../src/cli/session_table.ts";
import { WatchLines } from "../../src/cli/watch_lines.ts";
import { type Approval, type ApprovalState, riskNamed } from "../../src/domain/approval.ts";
import type { SessionView } from "../../src/domain/query.ts";

const AT = "2026-11-20T10:00:00.000Z";

function approval(more: Partial<Approval> & Partial<ApprovalState>): Approval {
  return {
    id: "k4xq2",
    sessionId: "s1",
    agent: "claude",
    cwd: "/home/u/shop",
    for: "permission",
    tool: "Bash",
    input: "npm test",
    risk: "unknown",
    requestedAt: AT,
    deadline: "2026-11-20T10:01:00.000Z",
    status: "pending",
    pending: {},
    ...more,
  } as Approval;
}

function session(id: string, more: Record<string, unknown>): SessionView {
  const fields = { startedAt: AT, since: AT, lastEventAt: AT, priority: 0, tags: [], turnCount: 1, subagents: 0 };
  return { id, agent: "claude", cwd: "/home/u/shop", ...fields, ...more } as unknown as SessionView;
}

const event = (type: string, data: Record<string, unknown>) => ({ seq: 1, ts: AT, type, data });
const QUESTION = approval({
  for: "question",
  tool: "AskUserQuestion",
  choices: [{ question: "Which one?", options: ["a", "b"], multiple: false }],
});

Deno.test("approvals: the call, the questions, or the bare input where no tool is named", () => {
  assertEquals(approvalSummary(approval({})), "Bash: npm test");
  assertEquals(approvalSummary(QUESTION), "Which one?");
  assertEquals(approvalSummary(approval({ tool: "", input: "go on?" })), "go on?");
});

Deno.test("approvals: who answered is said in words", () => {
  const by = (actor: string) =>
    outcomeText(approval({ status: "approved", approved: { at: AT, by: actor, scope: "once" } }));
  assertEquals([by("cli:admin"), by("phone:approve"), by("rule:r1"), by("mode:autonomous")], [
    "approved once by cli",
    "approved once by phone",
    "approved once by rule r1",
    "approved once by mode autonomous",
  ]);
});

Deno.test("A4 approvals: what a terminal would obey is shown, in the list and in watch", () => {
  setColorEnabled(false);
  const evil = approval({ input: "ls \u001b[2J\u202e", cwd: "/home/\u001b[31m", agent: "x\u0007" });
  const printed = [
    ...approvalLines(evil, "s\u001b1", 0),
    ...new WatchLines({ isTerminal: false, columns: 80 }).snapshot([], [evil]),
  ].join("");
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u001f\u202e]/.test(printed), JSON.stringify(printed));
  assert(printed.includes("\\x1b[2J"));
});

Deno.test("watch: a question stands out from a lost session, and its end says how", () => {
  setColorEnabled(false);
  const lines = new WatchLines({ isTerminal: false, columns: 80 });
  assert(lines.event(event("approval.requested", { approval: approval({}) }))?.includes("◆ k4xq2"));
  const end = approval({ status: "denied", denied: { at: AT, by: "rule:r1" } });
  const over = lines.event(event("approval.decided", { approval: end })) ?? "";
  assert(over.includes("◇ k4xq2") && over.includes("shop") && over.includes("denied by rule r1"), over);
});

Deno.test("watch: what people see no change in is no line; two of one name carry their ids", () => {
  setColorEnabled(false);
  const lines = new WatchLines({ isTerminal: false, columns: 80 });
  const working = { status: "working", working: { subagents: 0, tool: { name: "Bash", text: "ls" } } };
  const changed = (row: SessionView) => lines.event(event("session.changed", { session: row }));
  assert(!changed(session("11111111-a", working))?.includes("11111111"));
  assertEquals(changed(session("11111111-a", { ...working, turnCount: 2 })), undefined);
  assert(changed(session("22222222-b", working))?.includes("22222222"));
  assert(changed(session("22222222-b", { status: "idle", idle: {} }))?.includes("✓ idle"));
  assert(changed(session("22222222-b", { status: "closed", closed: { reason: "exit" } }))?.includes("– closed"));
});

Deno.test("watch: no line is wider than the terminal", () => {
  setColorEnabled(false);
  for (const columns of [40, 60, 80, 120]) {
    const lines = new WatchLines({ isTerminal: true, columns });
    const long = approval({ input: "日本語 ".repeat(80) });
    const row = session("11111111-a", { status: "error", error: { kind: "failed", text: "no ".repeat(99) } });
    for (const line of lines.snapshot([row], [long])) assert(stringWidth(line) <= columns, `${columns}: ${line}`);
  }
});

Deno.test("ls: the id to answer by is never cut, and the terminal's own dialogs have none", () => {
  setColorEnabled(false);
  const waiting = { status: "waiting", waiting: { for: "permission", text: "Bash: ls ".repeat(20) } };
  const rows = [session("s1", { ...waiting, cost: { usd: 1 } }), session("s2", waiting)];
  const open = [approval({}), approval({ id: "zz9zz" })];
  for (const columns of [60, 80, 120]) {
    const [title, first, second] = sessionTable(rows, open, Date.parse(AT), { isTerminal: true, columns });
    assert(title?.includes("APPROVAL") && first?.includes("k4xq2 +1"), first);
    assert(!second?.includes("zz9zz"), second);
  }
  assertEquals(activityText(session("s", { status: "waiting", waiting: { for: "plan", text: "" } })), "plan");
});

Deno.test("how to answer: a question by its answer, in words that a shell takes", () => {
  assertEquals(answerHint(approval({})), "agent-console approve k4xq2 · agent-console deny k4xq2");
  const odd = approval({ choices: [{ question: "Which?", options: ["the 'old' one"], multiple: false }] });
  assertEquals(answerHint(odd).split(" · ")[0], `agent-console approve k4xq2 --answer 'the '\\''old'\\'' one'`);
});

Deno.test("an answer is said back, and one that is no choice is called so", () => {
  assertEquals(answerLine(QUESTION, { "Which one?": "a" }), "Which one? → a");
  assertEquals(answerLine(QUESTION, { "Which one?": "c" }), "Which one? → c (your own words)");
  const several = approval({ choices: [{ question: "Which?", options: ["a", "b"], multiple: true }] });
  assertEquals(answerLine(several, { "Which?": "a, b" }), "Which? → a, b");
});

Deno.test("watch: a question is called as its session is, and of two of one name both carry ids", () => {
  setColorEnabled(false);
  const lines = new WatchLines({ isTerminal: true, columns: 80 });
  const working = { title: "Nightly", status: "working", working: { subagents: 0 } };
  lines.snapshot([session("11111111-a", working)], []);
  const asked = () =>
    lines.event(event("approval.requested", { approval: approval({ sessionId: "11111111-a" }) })) ?? "";
  assert(asked().includes("Nightly") && !asked().includes("11111111"), asked());
  lines.event(event("session.changed", { session: session("22222222-b", working) }));
  assert(asked().includes("11111111"), asked());
  const mode = lines.event(event("daemon.safety_mode", { mode: "manual", reason: "calls allowed by rules failed" }));
  assert(mode?.includes("safety mode manual: calls allowed by rules failed"), mode);
});

Deno.test("C8 the labels of an older journal are shown as what they mean now", () => {
  const names = ["read", "write", "execute", "network", "destructive", "unknown", "reads", "toString"];
  assertEquals(names.map(riskNamed), [
    ...["reads", "writes", "unknown", "network", "destroys", "unknown", "reads", "unknown"] as const,
  ]);
});

Deno.test("A4 what came shortened says how much never arrived, and offers no approve; what is only long does", () => {
  setColorEnabled(false);
  const cut = approval({ missing: 998_058, cutBy: 990_000 });
  assert(approvalLines(cut, "s1", 0).join("\n").includes("[990000 characters never arrived"));
  assertEquals(answerHint(cut), "agent-console deny k4xq2");
  const long = approval({ missing: 5000 });
  assert(!approvalLines(long, "s1", 0).join("\n").includes("never arrived"));
  assert(answerHint(long).includes("approve"));
});

Deno.test("A4 watch: how a command would run stands behind it, as in the list; what a file gets does not", () => {
  setColorEnabled(false);
  const line = (more: Partial<Approval>) => {
    const lines = new WatchLines({ isTerminal: false, columns: 80 });
    return lines.event(event("approval.requested", { approval: approval(more) })) ?? "";
  };
  const outside = "outside Codex's sandbox";
  assert(line({ action: "command", detail: outside }).includes("unknown  Bash: npm test  outside Codex's sandbox"));
  assert(!line({ action: "write", tool: "Write", input: "a.ts", detail: "x" }).includes("a.ts  x"));
  assert(!line({ action: "command", detail: "a\nb" }).includes("npm test  a"));
});
