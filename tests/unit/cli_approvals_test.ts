import { assert, assertEquals } from "@std/assert";
import { setColorEnabled, stripAnsiCode } from "@std/fmt/colors";
import { answerLine } from "../../src/cli/answers.ts";
import { approvalBlock, approvalBlocks, inside } from "../../src/cli/approval_blocks.ts";
import { approvalItems, type WholeApproval } from "../../src/view/approval_items.ts";
import { answerWords, approvalSummary, outcomeText } from "../../src/view/approval_words.ts";
import { localTime } from "../../src/view/times.ts";
import { type Approval, type ApprovalState, riskNamed } from "../../src/domain/approval.ts";

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

function itemsOf(...approvals: WholeApproval[]) {
  return approvalItems(approvals, { sessions: [], now: Date.parse(AT) });
}

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
  const ending = approval({
    status: "approved",
    approved: { at: AT, by: "cli:admin", scope: "always", expiresAt: AT },
  });
  assertEquals(outcomeText(ending), `approved always until ${localTime(AT)} by cli`);
});

Deno.test("A4 approvals: what a terminal would obey is shown, in the list and where it is asked again", () => {
  setColorEnabled(false);
  const evil = approval({
    sessionId: "s\u001b1",
    input: "ls \u001b[2J\u202e",
    cwd: "/home/\u001b[31m",
    agent: "x\u0007",
  });
  const printed = [
    ...itemsOf(evil).flatMap((item) => approvalBlock(item, 80, true)),
    ...approvalBlocks(itemsOf(evil), 80),
  ].join("");
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u001f\u202e]/.test(printed), JSON.stringify(printed));
  assert(printed.includes("\\x1b[2J"));
});

Deno.test("first hour 3: how to answer: a question by the number of its choice, one without choices by --say", () => {
  assertEquals(answerWords(approval({})), ["approve k4xq2", "deny k4xq2"]);
  const odd = { question: "Which?", options: ["the 'old' one"], multiple: false };
  assertEquals(answerWords(approval({ choices: [odd, { ...odd, options: [] }] }), "shop"), [
    "approve shop --answer 1 --say TEXT",
    "deny shop",
  ]);
});

Deno.test("an answer is said back, and one that is no choice is called so", () => {
  assertEquals(answerLine(QUESTION, { "Which one?": "a" }), "Which one? → a");
  assertEquals(answerLine(QUESTION, { "Which one?": "c" }), "Which one? → c (your own words)");
  const several = approval({ choices: [{ question: "Which?", options: ["a", "b"], multiple: true }] });
  assertEquals(answerLine(several, { "Which?": "a, b" }), "Which? → a, b");
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
  assert(approvalBlocks(itemsOf(cut), 200).join("\n").includes("[990000 characters never arrived"));
  assertEquals(answerWords(cut), ["deny k4xq2"]);
  const long = approval({ missing: 5000 });
  assert(!approvalBlocks(itemsOf(long), 200).join("\n").includes("never arrived"));
  assertEquals(answerWords(long), ["show k4xq2", "approve k4xq2", "deny k4xq2"]);
});

Deno.test("one that stands alone has the same lines as in the list, and more: its session, the diff, how far a yes may reach", () => {
  setColorEnabled(false);
  const edit = { tool: "Edit", input: "/w/a", detail: "-one\n+two", detailForm: "edit" as const };
  const [item] = itemsOf({ ...approval(edit), scopes: ["once", "session", "always"] });
  assertEquals(approvalBlock(item!, 100, true), [
    "▲ shop  claude  k4xq2  asked 0s ago, 1m left",
    "  ? risk unknown · /home/u/shop",
    "  session  s1",
    "    Edit: /w/a",
    "",
    "    -one",
    "    +two",
    "",
    "  approve k4xq2  ·  deny k4xq2",
    "    once the time is over only its own terminal can answer",
    "    --scope session or always: the very same call runs unasked from then on",
  ]);
  const listed = approvalBlock(item!, 100);
  assertEquals(listed.filter((line) => !approvalBlock(item!, 100, true).includes(line)), []);
});

Deno.test("A4 a command's long runs of nothing are counted at a terminal, and a pipe gets it as it is", () => {
  const call = `Bash: git status${"\n".repeat(100)}rm -rf /srv/all;${" ".repeat(500)}git log`.split("\n");
  assertEquals(inside(call, 80).map(stripAnsiCode), [
    "    Bash: git status",
    "    ⋯ 99 empty lines",
    "    rm -rf /srv/all;",
    "    ⋯ 500 spaces",
    "    ↳ git log",
  ]);
  assertEquals(inside(call, Infinity).length, call.length);
});
