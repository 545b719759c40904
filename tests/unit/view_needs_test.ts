/** What a person is notified of, once: by the daemon's channels, and by the bell of a window. */
import { assertEquals } from "@std/assert";
import type { SessionView } from "../../src/domain/query.ts";
import { type Need, needMessage } from "../../src/view/need_words.ts";
import { type HeardNeed, Needs } from "../../src/view/needs.ts";
import { bash, event, openRequest, YES } from "../support/claude_request.ts";
import { Desk } from "../support/desk.ts";
import { delivered } from "../support/bus.ts";

/** A desk, the needs that are heard there, and what is left of them. */
function heard(desk = new Desk()) {
  const needs = new Needs();
  const notified: HeardNeed[] = [];
  const open = () => needs.open(notified, desk.store.sessions());
  desk.bus.listen(desk.store.seq, new Set(["session", "approval"]), ({ event }) => {
    const need = needs.hear(event);
    if (need !== undefined) notified.push(need);
  });
  return { desk, needs, notified, open };
}

Deno.test("first hour 5: a question notifies once, however many events tell of it, and not after its answer", async () => {
  const { desk, notified, open } = heard();
  const { id } = await openRequest("make dist", desk);
  await delivered();
  assertEquals(open().map(({ key, kind, name, what }) => [key, kind, name, what]), [
    [id, "question", "w", "Bash: make dist"],
  ]);
  // The agent's own notice of the same dialog, seconds later.
  await desk.report(event("Notification", { notification_type: "permission_prompt", message: "needs permission" }));
  await delivered();
  assertEquals(notified.length, 1);
  await desk.broker.decide({ id, ...YES }, "cli:admin");
  await delivered();
  assertEquals([notified.length, open()], [1, []]);
});

Deno.test("first hour 5: a sub-agent is named after its session, also where its row comes after its request", () => {
  const needs = new Needs();
  const row = (id: string, more: object) => ({ id, agent: "claude", cwd: "/home/u/api", status: "working", ...more });
  needs.seed([row("s1", {})] as unknown as SessionView[]);
  const asked = { id: "a1", sessionId: "s2", status: "pending", agent: "claude", tool: "Bash", input: "ls" };
  const need = needs.hear({ type: "approval.requested", data: { approval: asked } })!;
  const named = (...rows: object[]) => needs.open([need], rows as unknown as SessionView[]).map(({ name }) => name);
  assertEquals(named(row("s1", {})), ["s2"], "all that is known of it");
  const plan = row("s2", { parentId: "s1", title: "Plan" });
  needs.hear({ type: "session.created", data: { session: plan } });
  assertEquals(named(row("s1", {}), plan), ["api › Plan"]);
});

Deno.test("first hour 5: a question that expires here still waits in its terminal, and does not notify again", async () => {
  const { desk, notified } = heard();
  await openRequest("make dist", desk);
  desk.pass(60_000);
  await delivered();
  await desk.report(event("Notification", { notification_type: "permission_prompt", message: "needs permission" }));
  await delivered();
  assertEquals(notified.map(({ kind }) => kind), ["question"]);
});

Deno.test("first hour 5: a row that waits without an approval notifies, as does a turn that failed; the next one notifies anew", async () => {
  const { desk, notified, open } = heard();
  await desk.report(event("UserPromptSubmit", { prompt: "go", prompt_id: "p1" }));
  await desk.report(event("Notification", { notification_type: "permission_prompt", message: "needs permission" }));
  await delivered();
  assertEquals(open().map(({ kind, name, approval }) => [kind, name, approval]), [["question", "w", undefined]]);
  desk.pass(1000);
  await desk.report(event("UserPromptSubmit", { prompt: "again", prompt_id: "p2" }));
  await desk.report(event("StopFailure", { error: "rate_limit", error_details: "try again at 14:00" }));
  await delivered();
  assertEquals(notified.map(({ kind }) => kind), ["question", "failure"]);
  assertEquals(open().map(({ kind, what }) => [kind, what]), [["failure", "rate limit: try again at 14:00"]]);
  desk.pass(1000);
  await desk.report(event("UserPromptSubmit", { prompt: "once more", prompt_id: "p3" }));
  await desk.report(event("StopFailure", { error: "overloaded" }));
  await delivered();
  assertEquals(open().map(({ what }) => what), ["overloaded"]);
  await desk.report(event("SessionEnd", { reason: "other" }));
  await delivered();
  assertEquals([notified.length, open()], [3, []]);
});

Deno.test("first hour 5: what is there when a window or a daemon begins to listen notifies nobody", async () => {
  const desk = new Desk();
  const { id } = await openRequest("make dist", desk);
  const { needs, notified } = heard(desk);
  const approval = desk.inbox.get(id);
  needs.seed(desk.store.sessions(), approval === undefined ? [] : [approval]);
  await desk.report(event("Notification", { notification_type: "permission_prompt", message: "needs permission" }));
  await desk.report(bash("PostToolUse", "other"));
  await delivered();
  assertEquals(notified, []);
});

Deno.test("A4 the line of a call: both ends of the command, no secret, nothing that a terminal obeys", async () => {
  const { desk, open } = heard();
  const command = `curl -H 'Authorization: Bearer sk-ant-REDACTED' x\u001b]52;c;aGk=\u0007\u202e\n${
    "y".repeat(500)
  } && rm -rf ~`;
  await openRequest(command, desk);
  await delivered();
  const { text } = needMessage(open());
  assertEquals(text.includes("abcdefghijklmnop"), false, text);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u0000-\u001f\u007f\u202e]/.test(text), false, text);
  assertEquals(
    [text.startsWith("w waits: Bash: curl "), / && rm -rf ~(?: \(destroys\))?$/.test(text)],
    [true, true],
    text,
  );
  assertEquals(text.length < 250, true, text);
});

Deno.test("first hour 5: several at once are one line, sessions by name", () => {
  const need = (name: string, kind: Need["kind"], sessionId = name): Need => ({
    key: `${name} ${kind}`,
    kind,
    sessionId,
    name,
    what: "Bash: make",
  });
  const text = (...needs: Need[]) => needMessage(needs).text;
  const question = (name: string) => need(name, "question");
  assertEquals(text(question("web")), "web waits: Bash: make");
  assertEquals(text(need("web", "failure")), "web failed: Bash: make");
  assertEquals(text(question("web"), question("shop"), question("docs")), "3 wait: web, shop, docs");
  assertEquals(text(question("web"), need("infra", "failure")), "1 waits: web · 1 failed: infra");
  assertEquals(text(question("web"), { ...question("web"), key: "2" }), "web waits: Bash: make (and 1 more)");
  assertEquals(text(...["a", "b", "c", "d", "e", "f", "g"].map(question)), "7 wait: a, b, c, d, e and 2 more");
});
