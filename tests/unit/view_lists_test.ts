/** Names, filters, templates, empty and counted lists, and when a wait is over. */
import { assert, assertEquals } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import type { SessionView } from "../../src/domain/query.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { activityText } from "../../src/view/about.ts";
import { approvalItems } from "../../src/view/approval_items.ts";
import { kindOf, type ShownState, stateOf } from "../../src/domain/state_words.ts";
import { sessionNames } from "../../src/view/names.ts";
import { passesFilter } from "../../src/view/session_filter.ts";
import { sessionItems } from "../../src/view/session_items.ts";
import { countsOf } from "../../src/view/state_counts.ts";
import { parseTemplate, SESSION_FIELDS } from "../../src/view/template.ts";
import { paneKey, terminalAndFolder, terminalPlace } from "../../src/domain/terminal_place.ts";
import stringWidth from "fast-string-width";
import { sessionLines, sessionRows, titleLine } from "../../src/cli/session_list.ts";
import { waitedFor } from "../../src/view/waited.ts";

const AT = "2026-11-20T10:00:00.000Z";
const NOW = Date.parse(AT) + 180_000;

function session(id: string, more: Record<string, unknown> = {}): SessionView {
  const fields = { startedAt: AT, since: AT, lastEventAt: AT, priority: 0, tags: [], turnCount: 1, subagents: 0 };
  const state = { status: "working", working: { subagents: 0 } };
  return { id, agent: "claude", cwd: "/home/u/shop", ...fields, ...state, ...more } as unknown as SessionView;
}

const WAITING = { status: "waiting", waiting: { for: "permission", text: "Bash: ls", approvalId: "k4xq2" } };

function request(more: Record<string, unknown> = {}): Approval {
  const fields = { agent: "claude", for: "permission", tool: "Bash", input: "ls", risk: "writes", status: "pending" };
  const times = { requestedAt: AT, deadline: new Date(NOW + 41_000).toISOString() };
  return { id: "k4xq2", sessionId: "s1", ...fields, ...times, pending: {}, ...more } as unknown as Approval;
}

Deno.test("V1 names: the title or the folder, never both the same; equal ones are told apart", () => {
  const names = (
    ...rows: Record<string, unknown>[]
  ) => [...sessionNames(rows.map((row, i) => session(`${i}${i}${i}${i}${i}${i}${i}${i}-x`, row))).values()];
  assertEquals(names({ title: "shop" }), ["shop"]);
  assertEquals(names({ title: "Nightly" }, {}), ["Nightly", "shop"]);
  assertEquals(names({ cwd: "/w/a/web" }, { cwd: "/w/b/web" }), ["a/web", "b/web"]);
  assertEquals(names({ title: "Fix", cwd: "/w/a" }, { title: "Fix", cwd: "/w/b" }), ["Fix (a)", "Fix (b)"]);
  assertEquals(names({}, { agent: "codex" }), ["shop claude", "shop codex"]);
  assertEquals(names({}, {}), ["shop 00000000", "shop 11111111"]);
  assertEquals(names({ cwd: undefined }), ["00000000"]);
  assertEquals(names({ title: "a\u001b[2J\nb" }), ["a\\x1b[2J b"]);
});

Deno.test("first hour 4: a sub-agent is called after its session, and stands below that one only where it is directly above", () => {
  const child = (id: string, more: Record<string, unknown> = {}) =>
    session(id, { cwd: "/home/u/api", parentId: "api-1", title: "general-purpose", ...more });
  const rows = [
    session("web-1", { ...WAITING, cwd: "/home/u/web" }),
    child("a1b2c3d4e", { ...WAITING, since: "2026-11-20T10:00:01.000Z" }),
    session("api-1", { cwd: "/home/u/api" }),
    child("b1b2c3d4e", { since: "2026-11-20T10:00:01.000Z", title: "Explore" }),
    child("c1b2c3d4e", { since: "2026-11-20T10:00:02.000Z", title: "Plan" }),
    child("d1b2c3d4e", { since: "2026-11-20T10:00:03.000Z", parentId: "b1b2c3d4e", title: "deep" }),
  ];
  const shown = (some: readonly SessionView[], width = 120) =>
    sessionRows(sessionItems(some, [], NOW, sessionNames(rows)), width).map(({ lines }) =>
      stripAnsiCode(lines[0]!).split(/ {2,}/)[0]
    );
  assertEquals(shown(rows), [
    "▲ web",
    "▲ api › general-purpose",
    "● api",
    "● └ Explore",
    "● └ Plan",
    "● api › Explore › deep",
  ]);
  assertEquals(shown(rows, 39), ["▲ web 3m", "▲ api › general-purpose 2m"]);
  assertEquals(shown(rows.filter(({ id }) => id !== "api-1"), 50)[2], "● api › Explore", "its session is not listed");
  assertEquals(sessionNames([...rows, child("e1b2c3d4e")]).get("e1b2c3d4e"), "api › general-purpose e1b2c3d4");
  const loop = [session("x", { parentId: "y" }), session("y", { parentId: "x", title: "y" })];
  assertEquals([...sessionNames(loop).values()], ["shop", "y"]);
  const own = request({ sessionId: "a1b2c3d4e", cwd: "/home/u/api" });
  assertEquals(approvalItems([own], { sessions: rows, now: NOW })[0]?.name, "api › general-purpose");
});

Deno.test("first hour 4: at every width the risk and the id of a request are there, from 60 columns on its time too", () => {
  const long = "Clean up the build folder and everything that was left in it";
  for (const agent of ["claude", "opencode", "an-agent-of-mine"]) {
    for (let width = 40; width <= 130; width++) {
      for (const taken of [0, 1]) {
        const rows = [session("s1", { ...WAITING, title: long, agent }), session("s2", { title: `${long} too` })];
        const items = sessionItems(rows, [request({ risk: "destroys" })], NOW);
        const text = sessionRows(items, width, taken).flatMap(({ lines }) => lines).map(stripAnsiCode);
        for (const line of text) assert(stringWidth(line) <= width - taken, `${width}: ${line}`);
        const wanted = ["!! destroys", "k4xq2", ...(width >= 60 && width < 100 ? ["41s left"] : [])];
        for (const part of wanted) assert(text.some((line) => line.includes(part)), `${width} ${part}: ${text[0]}`);
        const title = titleLine(items, width, taken).map(stripAnsiCode)[0];
        if (title !== undefined) assert(stringWidth(title) <= width - taken, `${width}: ${title}`);
      }
    }
  }
});

Deno.test("V1 the summary counts in words, one or many, and nothing that is 0", () => {
  const text = (...states: readonly ShownState[]) => countsOf(states).map((one) => one.text).join(" · ");
  assertEquals(text("working", "waiting", "error", "working", "waiting"), "2 wait · 1 failed · 2 at work");
  assertEquals(text("idle", "waiting", "starting", "lost", "closed"), "1 waits · 1 ready · 1 idle · 1 lost · 1 closed");
  assertEquals(text(), "");
});

Deno.test("V1 options take the words of the lists, and the names on the wire", () => {
  assertEquals(["failed", "error", "ready", "lost", "waiting"].map(stateOf), [
    "error",
    "error",
    "starting",
    "lost",
    "waiting",
  ]);
  assertEquals(["form", "elicitation", "plan"].map(kindOf), ["elicitation", "elicitation", "plan"]);
});

Deno.test("V1 in a pipe the list cuts nothing: neither a name, an agent, nor what a session does", () => {
  const [name, agent, text] = ["n".repeat(60), "claude-like-agent", `head ${"x".repeat(540)} tail`];
  const working = { status: "working", working: { subagents: 0, tool: { name: "Bash", text } } };
  const items = sessionItems([session("s1", { title: name, agent, ...working })], [], NOW);
  const [, row = ""] = sessionLines(items, Infinity);
  assertEquals([row.includes(`${name}  ${agent}  `), row.endsWith(`Bash: ${text}`), row.includes("…")], [
    true,
    true,
    false,
  ]);
});

Deno.test("V1 a row says what it asks: how risky, until when, by which id, and how many more there are", () => {
  const [item] = sessionItems([session("s1", WAITING)], [request({ id: "other" }), request()], NOW);
  assertEquals([item?.asks?.approval?.id, item?.asks?.more, item?.asks?.left], ["k4xq2", 1, "41s left"]);
  assertEquals([item?.asks?.risk?.word, item?.about, item?.age], ["writes", "Bash: ls", "3m"]);
  const terminal = { program: "tmux", tmuxPane: "%3", tmuxSocket: "/tmp/s" };
  const [alone] = sessionItems([session("s1", { ...WAITING, terminal })], [], NOW);
  assertEquals([alone?.asks?.approval, alone?.asks?.place], [undefined, "tmux %3"]);
});

Deno.test("V1 what a row is about: the request without its kind, the last words, and how a session ended", () => {
  const about = (more: Record<string, unknown>) => activityText(session("s", more));
  assertEquals(about(WAITING), "Bash: ls");
  assertEquals(about({ status: "waiting", waiting: { for: "plan", text: "" } }), "plan");
  assertEquals(about({ status: "error", error: { kind: "rate_limit", text: "at 14:00" } }), "rate limit: at 14:00");
  assertEquals(about({ status: "working", working: { subagents: 2 } }), "+2 sub-agents");
  assertEquals(about({ status: "idle", idle: { lastMessage: "All\n done." } }), "All done.");
  const closed = (more: Record<string, unknown>) =>
    about({ status: "closed", closed: { reason: "prompt_input_exit", ...more }, turnCount: 2, lastPrompt: "go" });
  assertEquals(closed({}), "go (2 turns, left at its prompt)");
  assertEquals(closed({ lastMessage: "Done." }), "Done. (2 turns, left at its prompt)");
  assertEquals(closed({ reason: "some_new_reason" }), "go (2 turns, some new reason)");
});

Deno.test("V1 a request is answered by its session's name only where that names nothing else", () => {
  const answers = (sessions: SessionView[], ...requests: Approval[]) =>
    approvalItems(requests, { sessions, now: NOW })[0]?.answers;
  const rows = [session("s1", WAITING), session("s2", { cwd: "/home/u/web" })];
  assertEquals(answers(rows, request()), ["approve shop", "deny shop"]);
  assertEquals(answers(rows, request(), request({ id: "other" })), ["approve k4xq2", "deny k4xq2"]);
  assertEquals(answers([...rows, session("s3", { cwd: "/x/Shop" })], request()), ["approve k4xq2", "deny k4xq2"]);
  assertEquals(answers([session("s1", { ...WAITING, title: "two words" })], request()), [
    "approve k4xq2",
    "deny k4xq2",
  ]);
  const choices = [{ question: "Which?", options: ["the 'old' one"], multiple: false }];
  assertEquals(answers(rows, request({ for: "question", choices })), [
    "approve shop --answer 1",
    "deny shop",
  ]);
  // A title that an agent chose leads to no other request: not by its id, and not by the beginning of it.
  for (const title of ["k4xq2", "k4x"]) {
    const thief = session("s9", { ...WAITING, title });
    const stolen = request({ id: "m2p7z", sessionId: "s9" });
    assertEquals(answers([...rows, thief], stolen, request()), ["approve m2p7z", "deny m2p7z"], title);
  }
  assertEquals(answers(rows, request({ missing: 7 }))?.[0], "show k4xq2");
  assertEquals(answers(rows, request({ missing: 7, cutBy: 7 })), ["deny shop"]);
});

Deno.test("first hour 4: filters by status, agent, session and what is waited for", () => {
  const rows = [session("s1", WAITING), session("s2", { agent: "codex", title: "Web" }), session("s3", { lost: true })];
  const ids = (filter: Parameters<typeof passesFilter>[1]) =>
    rows.filter((row) => passesFilter(row, filter)).map(({ id }) => id);
  assertEquals(ids({}), ["s1", "s2", "s3"]);
  assertEquals([ids({ status: "waiting" }), ids({ status: "lost" })], [["s1"], ["s3"]]);
  assertEquals([ids({ agent: "codex" }), ids({ session: "s2" })], [["s2"], ["s2"]]);
  assertEquals([ids({ for: "permission" }), ids({ for: "plan" })], [["s1"], []]);
});

Deno.test("A4 first hour 4: a template takes fields, tabs and line breaks, and what comes from outside is one line", () => {
  const [item] = sessionItems([session("s1", { ...WAITING, title: "a\u001bb\nc" })], [request()], NOW);
  const row = { item: item!, session: session("s1", { title: "a\u001bb\nc" }) };
  const line = (text: string) => {
    const template = parseTemplate(text, SESSION_FIELDS);
    return typeof template === "function" ? template(row) : template.unknown;
  };
  assertEquals(line("{{id}}\\t{{ status }}\\t{{approval}}"), "s1\twaiting\tk4xq2");
  assertEquals(line("{{name}}|{{title}}|{{model}}|"), "a\\x1bb c|a\\x1bb c||");
  assertEquals(line("{{nope}} {{id}} {{toString}}"), ["nope", "toString"]);
});

Deno.test("V1 where a terminal is: tmux by its window where that is known, others by what they are called", () => {
  const terminal = { program: "tmux", tmuxPane: "%3", tmuxSocket: "/tmp/s" };
  assertEquals(terminalPlace({ terminal }, new Map([[paneKey("/tmp/s", "%3"), "2:1.0"]])), "tmux 2:1.0");
  assertEquals(terminalPlace({ terminal }, new Map([[paneKey("/tmp/t", "%3"), "2:1.0"]])), "tmux %3");
  assertEquals(terminalPlace({ terminal: { program: "WezTerm", windowId: "4", ssh: true } }), "WezTerm 4 over ssh");
  assertEquals([terminalPlace({ tty: "/dev/pts/4" }), terminalPlace({})], ["/dev/pts/4", undefined]);
  const zellij = { program: "zellij", zellijSession: "work" };
  assertEquals(terminalPlace({ terminal: { ...zellij, windowId: "3" } }), "zellij work:3");
  assertEquals(terminalPlace({ terminal: zellij }), "zellij work");
});

Deno.test("A4 V1 where a terminal is, for people who go there: with its server, its tty and the folder, escaped", () => {
  const [cwd, tty] = ["/w/\u001bx", "/dev/pts/4"];
  const tmux = { program: "tmux", tmuxPane: "%3", tmuxSocket: "/tmp/s" };
  assertEquals(terminalAndFolder({ terminal: tmux, tty, cwd }), "tmux %3, server /tmp/s, /w/\\x1bx");
  const usual = { ...tmux, tmuxSocket: "/tmp/tmux-1000/default" };
  assertEquals(terminalAndFolder({ terminal: usual }), "tmux %3");
  assertEquals(
    terminalAndFolder({ terminal: { program: "vscode", ssh: true }, tty, cwd: "/w" }),
    [
      "vscode over ssh",
      "/dev/pts/4",
      "/w",
    ].join(", "),
  );
  assertEquals([terminalAndFolder({ tty, cwd: "/w" }), terminalAndFolder({})], ["/dev/pts/4, /w", ""]);
});

Deno.test("first hour 4: a wait ends with the first that gets there, or with all, or when none can any more", () => {
  const rows = (...states: string[]) =>
    states.map((status, i) =>
      session(`s${i}`, { status, [status]: {}, ...(status === "lost" ? { status: "idle", lost: true } : {}) })
    );
  const over = (states: string[], status: "waiting" | "idle" | "closed", more: Record<string, unknown> = {}) => {
    const waited = waitedFor(rows(...states), { ids: [], all: false, state: status, ...more });
    return waited && [waited.reached.map(({ id }) => id), waited.missed.map(({ id }) => id)];
  };
  assertEquals(over(["working", "working"], "waiting"), undefined);
  assertEquals(over(["working", "waiting"], "waiting"), [["s1"], []]);
  assertEquals(over(["working", "idle"], "idle", { all: true }), undefined);
  assertEquals(over(["starting"], "idle"), undefined, "its work has not begun");
  assertEquals(over(["idle", "starting"], "idle", { all: true }), undefined);
  assertEquals(over(["idle", "idle"], "idle", { all: true }), [["s0", "s1"], []]);
  assertEquals(over(["closed", "working"], "waiting", { ids: ["s0", "s1"] }), undefined);
  assertEquals(over(["closed", "lost"], "waiting", { ids: ["s0", "s1"] }), [[], ["s0", "s1"]]);
  assertEquals(over(["closed", "waiting"], "waiting", { ids: ["s0", "s1"], all: true }), [["s1"], ["s0"]]);
  assertEquals(over(["lost"], "closed"), [["s0"], []]);
  assert(over([], "closed") === undefined);
});
