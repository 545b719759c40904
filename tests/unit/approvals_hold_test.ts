/** How long a question is held, and what its row says once only the agent's own terminal can answer it. */
import { assertEquals, assertRejects } from "@std/assert";
import { questionInTerminal, questionsInTerminals } from "../../src/approvals/terminal_questions.ts";
import {
  answerThere,
  type TerminalQuestion,
  terminalQuestions,
  whyInTerminal,
} from "../../src/domain/terminal_question.ts";
import type { SessionView } from "../../src/domain/query.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { Desk, FakeCaller, type Report } from "../support/desk.ts";
import { bash, event, openRequest, PRINT, stored, TUI, YES } from "../support/claude_request.ts";

const AT = "2026-11-20T10:00:00.000Z";
/** A Desk with the default configuration. */
function byDefault(journal?: ConstructorParameters<typeof Desk>[1]): Desk {
  const desk = new Desk({}, journal);
  desk.waitMs = null;
  return desk;
}

const whyOf = (desk: Desk) =>
  questionsInTerminals(desk.store, desk.inbox).map(({ sessionId, why }) => [sessionId, why]);

Deno.test("H4 beside the agent's own dialog a question is held 570 s, and a number in the configuration is that number", async () => {
  const desk = byDefault();
  const { hook, id } = await openRequest("touch a", desk);
  const waiting = desk.broker.wait(id, hook);
  desk.pass(569_999);
  assertEquals([stored(desk, id).status, whyOf(desk)], ["pending", []]);
  desk.pass(1);
  assertEquals((await waiting).outcome, "expired");
  assertEquals(whyOf(desk), [["s", "deadline"]]);

  const other = byDefault();
  other.waitMs = 10_000;
  const second = await openRequest("touch b", other);
  other.pass(10_000);
  assertEquals(stored(other, second.id).status, "expired");
});

Deno.test("H4 a hook that blocks its agent is held only while a window is open, and says so meanwhile", async () => {
  const desk = byDefault();
  const { id } = await openRequest("touch a", desk, PRINT);
  assertEquals([id, whyOf(desk)], ["none", [["s", "no_window"]]]);
  const leave = desk.attach();
  const held = await openRequest("touch b", desk, PRINT);
  assertEquals([stored(desk, held.id).status, stored(desk, held.id).hidesDialog, whyOf(desk)], ["pending", true, []]);
  desk.pass(569_999);
  assertEquals(stored(desk, held.id).status, "pending");
  leave();
  assertEquals([stored(desk, held.id).status, whyOf(desk)], ["expired", [["s", "window_closed"]]]);
  const beside = await openRequest("touch c", desk, TUI);
  assertEquals(stored(desk, beside.id).hidesDialog, undefined);
});

Deno.test("H1 a hook that others registered is held 45 s: its agent may kill it after a minute, which looks like a no", async () => {
  const desk = byDefault();
  desk.attach();
  const env = {};
  const call = { session_id: "q", cwd: "/w", tool_name: "run_shell_command", tool_input: { command: "touch a" } };
  const asks: Report = { agent: "claude-like:qwen", event: { hook_event_name: "PermissionRequest", ...call }, env };
  const { approval } = await desk.report(asks);
  assertEquals(approval?.waitMs, 45_000);
  const ask = { agent: "mine", session: "m", event: "ask", tool: "shell", input: "ls" };
  assertEquals((await desk.report({ agent: "custom", event: ask, env })).approval?.waitMs, 45_000);
});

Deno.test("H4 C1 after a restart the row is in the list of its terminal's questions until the agent goes on", async () => {
  const { desk, id } = await openRequest("touch a", byDefault());
  const next = byDefault(desk.journal);
  next.broker.closeOrphans();
  assertEquals(whyOf(next), [["s", "restarted"]]);
  const refused = await assertRejects(() => next.broker.decide({ id, ...YES }, "tui:admin"), ConsoleError);
  assertEquals(refused.hint, "answer it in the agent's own terminal: /w");
  await next.report(bash("PostToolUse", "touch a", "id touch a"));
  assertEquals(whyOf(next), []);
});

Deno.test("H4 an orderly stop leaves the question to its terminal, and one that nobody can answer here says so at once", async () => {
  const { desk, id } = await openRequest("touch a", byDefault());
  desk.broker.stop();
  assertEquals([stored(desk, id).status, whyOf(desk)], ["cancelled", [["s", "restarted"]]]);

  const other = byDefault();
  const page = { mcp_server_name: "shop", message: "log in", url: "https://example.com/login" };
  await other.report(event("Elicitation", page));
  assertEquals(whyOf(other), [["s", "unsupported"]]);
});

Deno.test("H4 a dialog of which the agent tells nothing more is in the list, without a reason", async () => {
  const desk = byDefault();
  await desk.report(event("UserPromptSubmit", { prompt: "go" }));
  await desk.report(
    event("Notification", { notification_type: "permission_prompt", message: "needs your permission" }),
  );
  assertEquals(whyOf(desk), [["s", undefined]]);
  await desk.report(event("Stop", { background_tasks: [] }));
  assertEquals(whyOf(desk), []);
});

Deno.test("H4 a hook that is gone before it waits leaves its question to the terminal", async () => {
  const desk = byDefault();
  const hook = new FakeCaller();
  await desk.report(event("UserPromptSubmit", { prompt: "go" }));
  await desk.report(bash("PermissionRequest", "touch a"), hook);
  hook.hangUp();
  assertEquals(whyOf(desk), [["s", "undelivered"]]);
  assertEquals(questionInTerminal(desk.store, desk.inbox, "s")?.tool, "Bash");
  assertEquals(questionInTerminal(desk.store, desk.inbox, "none"), undefined);
});

function waits(id: string, more: Record<string, unknown> = {}): SessionView {
  const fields = { startedAt: AT, since: AT, lastEventAt: AT, priority: 0, tags: [], turnCount: 1, subagents: 0 };
  const waiting = { for: "permission", text: "Bash: make", tool: { name: "Bash" } };
  return { id, agent: "claude", cwd: "/w", ...fields, status: "waiting", waiting, ...more } as unknown as SessionView;
}

Deno.test("terminal questions: oldest first, without what is lost or open here; a sub-agent's is in its parent's terminal", () => {
  const terminal = { program: "tmux", tmuxPane: "%3" };
  const parent = waits("p", { status: "working", working: { subagents: 1 }, terminal });
  const rows = [
    parent,
    waits("child", { parentId: "p", since: "2026-11-20T10:00:05.000Z" }),
    waits("old", { unproven: true, tty: "/dev/pts/4" }),
    waits("gone", { lost: true }),
    waits("here", { waiting: { for: "permission", text: "x", approvalId: "a1" } }),
  ];
  const found = terminalQuestions(rows, [{ id: "a1", status: "pending" }]);
  assertEquals(found.map(({ sessionId }) => sessionId), ["old", "child"]);
  assertEquals(found.map((one) => [answerThere(one), whyInTerminal(one)]), [
    ["answer it in the agent's own terminal: /dev/pts/4, /w", "it may be answered by now"],
    ["answer it in the agent's own terminal: tmux %3, /w", ""],
  ]);
  const [, { answerable, tool, text }] = found as [TerminalQuestion, TerminalQuestion];
  assertEquals([answerable, tool, text], [false, "Bash", "Bash: make"]);
  // An approval that ended while its row was not told.
  assertEquals(terminalQuestions(rows, []).length, 3);
});

Deno.test("A4 terminal questions: the way to the terminal shows what a terminal would obey", () => {
  const place = { cwd: "/w\u001b[2J", terminal: { program: "x\u0007", windowId: "1\n2", ssh: true } };
  assertEquals(
    answerThere(place),
    "answer it in the agent's own terminal: x\\x07 1\\n2 over ssh, /w\\x1b[2J",
  );
  assertEquals(answerThere({}), "answer it in the agent's own terminal");
});
