/** The lines of `watch`: one for each fact, in the order of the real core's events. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { changeText } from "../../src/cli/change_text.ts";
import { ChangeLines } from "../../src/view/change_lines.ts";
import { Needs } from "../../src/view/needs.ts";
import type { SessionView } from "../../src/domain/query.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { eventsOf, play, stateOf, storyDesk } from "../support/story_desk.ts";
import { ending, MORNING, REQUESTS } from "../support/story.ts";

const AT = "2026-11-20T10:00:00.000Z";

function session(id: string, more: Record<string, unknown>): SessionView {
  const fields = { startedAt: AT, since: AT, lastEventAt: AT, priority: 0, tags: [], turnCount: 1, subagents: 0 };
  return { id, agent: "claude", cwd: "/home/u/shop", ...fields, ...more } as unknown as SessionView;
}

const request = (more: Record<string, unknown> = {}) =>
  ({
    id: "k4xq2",
    sessionId: "11111111-a",
    agent: "claude",
    cwd: "/home/u/shop",
    for: "permission",
    tool: "Bash",
    input: "npm test",
    risk: "unknown",
    requestedAt: AT,
    deadline: AT,
    status: "pending",
    pending: {},
    ...more,
  }) as unknown as Approval;

const WORKING = { status: "working", working: { subagents: 0, tool: { name: "Bash", text: "ls" } } };

/** Knows the session of {@link request}. */
function knowing(): ChangeLines {
  const lines = new ChangeLines();
  lines.snapshot([session("11111111-a", WORKING)], []);
  return lines;
}

/** `event` as one word, a name and a text. */
function told(lines: ChangeLines, type: string, data: Record<string, unknown>): string | undefined {
  const [line] = lines.event({ ts: AT, type, data });
  return line && `${line.sign} ${line.word} ${line.name} ${line.text}`.trim();
}

Deno.test("V1 a request and its row's change are one line, and so are the answer and the turn that goes on", async () => {
  const desk = storyDesk();
  await play(desk, [...MORNING, ...REQUESTS]);
  const before = desk.journal.records.length;
  const id = stateOf(desk).approvals.at(-1)?.id ?? "";
  await desk.broker.decide({ id, decision: "approve" }, "cli:admin");
  await play(desk, ending(true).map((act) => ({ ...act, at: 0 })));
  const lines = new ChangeLines();
  const each = eventsOf(desk).map((event) => lines.event(event));
  const all = each.flat();
  const asked = all.flatMap((line) => line.sign === "◆" ? [line.name] : []);
  assertEquals(asked, ["api", "app", "shop"]);
  assertEquals(all.filter((line) => line.word === "waiting"), []);
  const after = each.slice(before).flat().map((line) => `${line.sign} ${line.text}`);
  assertEquals(after, ["◇ approved once by cli  Bash: git push", "✓ Fixed, tested and pushed."]);
});

Deno.test("first hour 4: a sub-agent's request is one line, under the name that lists give it", async () => {
  const desk = storyDesk();
  const [lines, needs] = [new ChangeLines(), new Needs()];
  await play(desk, [
    { at: 0, session: "api", event: "UserPromptSubmit", fields: { prompt: "go" } },
    {
      at: 1,
      session: "api",
      event: "PermissionRequest",
      fields: { tool_name: "Bash", tool_input: { command: "make" }, agent_id: "a01c2ed6", agent_type: "Plan" },
    },
  ]);
  const all = eventsOf(desk).flatMap((event) => lines.event(event));
  assertEquals(all.filter(({ sign }) => sign === "◆").map(({ name }) => name), ["api › Plan"]);
  const calls = eventsOf(desk).flatMap((event) => needs.hear(event) ?? []);
  assertEquals(needs.open(calls, desk.store.sessions()).map(({ name }) => name), ["api › Plan"]);
});

Deno.test("V1 a request whose session never comes is told with the next event, and one that ends before by its end", () => {
  const lines = new ChangeLines();
  const asked = { type: "approval.requested", data: { approval: request() } };
  assertEquals(lines.event({ ...asked, ts: "earlier" }), []);
  const next = { type: "session.created", data: { session: session("22222222-b", WORKING) } };
  assertEquals(lines.event({ ...next, ts: "later" }).map(({ ts, sign }) => [ts, sign]), [["earlier", "◆"], [
    "later",
    "●",
  ]]);
  const other = request({ id: "m2p7z" });
  assertEquals(lines.event({ ...asked, data: { approval: other } }), []);
  const end = { ...other, status: "denied", denied: { at: AT, by: "rule:r1" } };
  assertEquals(lines.event({ type: "approval.decided", data: { approval: end } }).map(({ sign }) => sign), ["◇"]);
});

Deno.test("V1 what people see no change in is no line; a call that ends within a turn is none", () => {
  const lines = new ChangeLines();
  const changed = (more: Record<string, unknown>) =>
    told(lines, "session.updated", { session: session("11111111-a", more) });
  assertEquals(changed(WORKING), "● working shop Bash: ls");
  assertEquals(changed({ ...WORKING, turnCount: 2 }), undefined);
  assertEquals(changed({ status: "working", working: { subagents: 0 }, lastPrompt: "go" }), undefined);
  assertEquals(changed(WORKING), "● working shop Bash: ls");
  assertEquals(changed({ status: "idle", idle: { lastMessage: "Done." } }), "✓ idle shop Done.");
  assertEquals(
    changed({ status: "closed", closed: { reason: "prompt_input_exit" } }),
    "– closed shop 1 turn, left at its prompt",
  );
});

Deno.test("V1 a request stands out by its id, in words how risky, and its end says how", () => {
  const lines = knowing();
  assertEquals(
    told(lines, "approval.requested", { approval: request() }),
    "◆ k4xq2 shop ? risk unknown  Bash: npm test",
  );
  const end = request({ status: "denied", denied: { at: AT, by: "rule:r1" } });
  assertEquals(
    told(lines, "approval.decided", { approval: end }),
    "◇ k4xq2 shop denied by rule r1  Bash: npm test",
  );
});

Deno.test("A4 how a command would run stands behind it; what a file gets does not", () => {
  const line = (more: Record<string, unknown>) => told(knowing(), "approval.requested", { approval: request(more) });
  assert(line({ action: "command", detail: "outside its sandbox" })?.endsWith("Bash: npm test  outside its sandbox"));
  assert(!line({ action: "write", tool: "Write", input: "a.ts", detail: "x" })?.includes("a.ts  x"));
  assert(!line({ action: "command", detail: "a\nb" })?.includes("npm test  a"));
});

Deno.test("V1 two of one name are told apart, and a request is called as its session is", () => {
  const lines = new ChangeLines();
  lines.snapshot([session("11111111-a", { ...WORKING, title: "Nightly" })], []);
  let count = 0;
  const asked = () =>
    lines.event({ type: "approval.requested", data: { approval: request({ id: `k${++count}` }) } })[0];
  assertEquals(asked()?.name, "Nightly");
  lines.event({ type: "session.created", data: { session: session("22222222-b", { ...WORKING, title: "Nightly" }) } });
  assertEquals(asked()?.name, "Nightly 11111111");
});

Deno.test("V1 a snapshot after a reconnect repeats nothing; the safety mode that changes is told", () => {
  const lines = new ChangeLines();
  const rows = [
    session("11111111-a", { status: "waiting", waiting: { for: "permission", text: "x", approvalId: "k4xq2" } }),
    session("22222222-b", { ...WORKING, cwd: "/home/u/web" }),
  ];
  assertEquals(lines.snapshot(rows, [request()]).map(({ sign }) => sign), ["◆", "●"]);
  assertEquals(lines.snapshot(rows, [request()]), []);
  assertEquals(
    told(lines, "daemon.safety_mode", { mode: "manual", reason: "calls failed" }),
    "✖ daemon  safety mode manual: calls failed",
  );
});

Deno.test("V2 what its terminal does meanwhile stands in lines that are not cut, and takes no room in others", () => {
  const [line] = knowing().event({
    type: "approval.requested",
    data: { approval: request({ hidesDialog: true, input: "npm test -- --watch=false --reporter spec" }) },
  });
  const printed = (width: number) => stripAnsiCode(changeText(line!, width));
  assertMatch(printed(Infinity), / spec {2}\(its terminal shows nothing meanwhile\)$/);
  assert(printed(70).endsWith(" spec"), printed(70));
});

Deno.test("V1 filters: by status, agent, session and what is waited for", () => {
  const seen = (filter: ConstructorParameters<typeof ChangeLines>[0]) => {
    const lines = new ChangeLines(filter);
    const events = [
      { type: "session.created", data: { session: session("11111111-a", WORKING) } },
      {
        type: "session.created",
        data: { session: session("22222222-b", { ...WORKING, cwd: "/w/web", agent: "codex" }) },
      },
      { type: "approval.requested", data: { approval: request() } },
    ];
    return events.flatMap((event) => lines.event(event)).map(({ sign, name }) => `${sign} ${name}`);
  };
  assertEquals(seen({}), ["● shop", "● web", "◆ shop"]);
  assertEquals(seen({ agent: "codex" }), ["● web"]);
  assertEquals(seen({ session: "11111111-a" }), ["● shop", "◆ shop"]);
  assertEquals(seen({ session: "22222222-b" }), ["● web"]);
  assertEquals(seen({ status: "waiting" }), ["◆ shop"]);
  assertEquals(seen({ for: "question" }), []);
});
