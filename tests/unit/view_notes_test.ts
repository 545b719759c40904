/** What interceptors say of a request stands in every window that shows it. (The page: tests/page/request_card_test.ts.) */
import { assert, assertEquals } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { questionMessages } from "../../src/channel/telegram/question_text.ts";
import { approvalBlock } from "../../src/cli/approval_blocks.ts";
import { requestText } from "../../src/command/requests.ts";
import { detailLines } from "../../src/dashboard/detail_lines.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { approvalItems } from "../../src/view/approval_items.ts";
import { outcomeText } from "../../src/view/approval_words.ts";
import { STATE_LOOKS } from "../../src/view/states.ts";

const AT = "2026-11-20T10:00:00.000Z";
const APPROVAL: Approval = {
  id: "k4xq2",
  sessionId: "s1",
  agent: "claude",
  for: "permission",
  tool: "Bash",
  action: "command",
  input: "touch a",
  risk: "writes",
  notes: [
    { by: "guard", text: "outside the folder", says: "ask" },
    { by: "night", text: "never\u001b[2J", says: "deny" },
    { by: "watcher", text: "seen" },
  ],
  requestedAt: AT,
  deadline: "2026-11-20T10:01:00.000Z",
  status: "pending",
  pending: {},
};
const LINES = ["guard asks: outside the folder", "night denies: never\\x1b[2J", "watcher: seen"];

Deno.test("X1 A4 notes of interceptors stand on the command line, in the console, the dashboard and Telegram", () => {
  const now = Date.parse(AT);
  const around = { sessions: [], approvals: [APPROVAL] };
  const [item] = approvalItems([APPROVAL], { sessions: [], now });
  assert(item !== undefined);
  assertEquals(item.notes, LINES);
  const need = { key: APPROVAL.id, kind: "question", sessionId: "s1", name: "s1", what: "touch a" } as const;
  const view = {
    id: "s1",
    name: "s1",
    heading: [],
    look: STATE_LOOKS.waiting,
    request: item,
    more: 0,
    onlyThere: false,
    facts: [],
  };
  const { rows } = detailLines(view, { width: 80, room: 40, missing: 0, answers: [] });
  const windows = {
    blocks: approvalBlock(item, 100).map(stripAnsiCode).join("\n"),
    console: requestText(APPROVAL, around),
    dashboard: rows.map((row) => row.map(({ text }) => text).join("")).join("\n"),
    telegram: questionMessages(need, APPROVAL, { sessions: [], now }).parts.join("\n"),
  };
  for (const [name, text] of Object.entries(windows)) {
    for (const line of LINES) assert(text.includes(line), `${name}: ${text}`);
  }
});

Deno.test("X1 a denial of an interceptor is told by its name", () => {
  const { pending: _, status: _1, ...rest } = APPROVAL as Approval & { readonly pending?: unknown };
  const denied = { ...rest, status: "denied", denied: { at: AT, by: "interceptor:guard" } } as unknown as Approval;
  assertEquals(outcomeText(denied), "denied by guard");
});
