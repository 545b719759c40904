import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { everyMatch, matchSessions, matchTargets, openApprovalsOf, type Target } from "../../src/view/pick.ts";
import { sessionRow } from "../../src/view/candidates.ts";
import { nameOfSession } from "../../src/domain/session_name.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { SessionView } from "../../src/domain/query.ts";

function session(id: string, more: Partial<SessionView> & { status?: string } = {}): SessionView {
  return { id, agent: "claude", status: "idle", idle: {}, ...more } as unknown as SessionView;
}

function approval(id: string, sessionId = "s", status = "pending"): Approval {
  return { id, sessionId, status, agent: "claude", tool: "Bash", input: "ls" } as unknown as Approval;
}

const idOf = (target: Target) => target.kind === "approval" ? target.approval.id : target.session.id;
const ids = (given: string, approvals: readonly Approval[], sessions: readonly SessionView[]) =>
  matchTargets(given, { approvals, sessions }).map(idOf);

Deno.test("first hour 3: an exact id always wins, whatever else begins with it or is called so", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "-", "A"), minLength: 1, maxLength: 6 });
  const row = fc.record({ id: word, title: word });
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: ({ id }) => id, minLength: 1 }), fc.array(word), (rows, asked) => {
      const sessions = rows.map(({ id, title }) => session(id, { title }));
      const approvals = [...new Set(asked)].map((id) => approval(id));
      for (const { id } of sessions) assertEquals(matchSessions(id, sessions).found.map((one) => one.id), [id]);
      for (const { id } of approvals) assertEquals(ids(id, approvals, sessions), [id]);
      for (const { id } of sessions) assertEquals(ids(id, approvals, sessions), [id]);
    }),
  );
});

Deno.test("first hour 3: a name is the title, else the last part of the folder, in any case; beginnings come last", () => {
  const sessions = [
    session("webhook-1", { cwd: "/w/api" }),
    session("11111111-a", { cwd: "/home/me/Web" }),
    session("22222222-b", { cwd: "/home/me/web", title: "Nightly" }),
  ];
  assertEquals(sessions.map(nameOfSession), ["api", "Web", "Nightly"]);
  const found = (given: string) => matchSessions(given, sessions).found.map(({ id }) => id);
  assertEquals(found("web"), ["11111111-a"], "not the beginning of an id, not the folder of a title");
  assertEquals([found("nightly"), found("me/web").length, found("/W/api")], [["22222222-b"], 2, ["webhook-1"]]);
  assertEquals([found("webh"), found("2"), found("e"), found(""), found(" ")], [
    ["webhook-1"],
    ["22222222-b"],
    [],
    [],
    [],
  ]);
  assertEquals([matchSessions("API", sessions).kind, matchSessions("webh", sessions).kind], ["whole", "beginning"]);
});

Deno.test("first hour 3: of one name the open session counts and no sub-agent's row; to reopen, the closed one", () => {
  const sessions = [
    session("a", { cwd: "/w/web", status: "closed" }),
    session("b", { cwd: "/w/web" }),
    session("c", { cwd: "/w/web", parentId: "b" }),
  ];
  assertEquals(matchSessions("web", sessions).found.map(({ id }) => id), ["b"]);
  assertEquals(matchSessions("web", sessions, "closed").found.map(({ id }) => id), ["a"]);
  const two = [...sessions, session("d", { cwd: "/x/web" })];
  assertEquals(matchSessions("web", two).found.map(({ id }) => id), ["b", "d"], "ambiguous");
  assertEquals(matchSessions("x/web", two).found.map(({ id }) => id), ["d"]);
});

Deno.test("first hour 4: a sub-agent is found by the name that lists give it, and by its own", () => {
  const sessions = [
    session("a", { cwd: "/w/api" }),
    session("b", { cwd: "/x/api" }),
    session("c1", { parentId: "a", cwd: "/w/api", title: "Plan" }),
    session("c2", { parentId: "b", cwd: "/x/api", title: "Plan" }),
    session("d", { cwd: "/w/web" }),
    session("c3", { parentId: "d", cwd: "/w/web", title: "Plan" }),
  ];
  const found = (given: string) => matchSessions(given, sessions).found.map(({ id }) => id);
  assertEquals([found("web › plan"), found("x/api › Plan"), found("api › Plan c1")], [["c3"], ["c2"], ["c1"]]);
  assertEquals([found("api › Plan"), found("Plan").length, found("d › Explore")], [["c1", "c2"], 3, []]);
  assertEquals(everyMatch("web › Plan", { approvals: [], sessions }).map(idOf), ["c3"]);
  const row = (id: string) =>
    sessionRow(sessions.find((one) => one.id === id)!, { sessions, home: undefined }).words[0];
  assertEquals([row("c3"), row("d")], ["web › Plan", "web"], "where several are meant");
});

Deno.test("first hour 3: the beginning of an approval's id has three letters or more, and is of an open one", () => {
  const approvals = [approval("abcde"), approval("abxyz", "s", "denied"), approval("abcff")];
  assertEquals(ids("ab", approvals, []), []);
  assertEquals(ids("abc", approvals, []), ["abcde", "abcff"]);
  assertEquals([ids("abcd", approvals, []), ids("abx", approvals, []), ids("abxyz", approvals, [])], [["abcde"], [], [
    "abxyz",
  ]]);
  assertEquals(
    ids("abc", approvals, [session("abc9"), session("z", { title: "ABC" })]),
    ["z"],
    "a name before beginnings",
  );
  assertEquals(ids("abcd", approvals, [session("abcd9")]), ["abcde", "abcd9"]);
});

Deno.test("first hour 3: what a session asks is what its sub-agents ask too", () => {
  const sessions = [session("child2", { parentId: "child" }), session("child", { parentId: "top" }), session("top")];
  const approvals = [
    approval("a1", "child2"),
    approval("a2", "other"),
    approval("a3", "top"),
    approval("a4", "top", "denied"),
  ];
  assertEquals(openApprovalsOf({ id: "top" }, { approvals, sessions }).map(({ id }) => id), ["a1", "a3"]);
  const loop = [session("x", { parentId: "y" }), session("y", { parentId: "x" })];
  assert(openApprovalsOf({ id: "x" }, { approvals: [approval("a", "y")], sessions: loop }).length === 1);
});
