import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ApprovalRequest, Decision } from "../../src/domain/approval.ts";
import type { Report } from "../../src/domain/report.ts";
import { opencode } from "../../src/agents/opencode/events.ts";

function understood(event: Record<string, unknown>): { readonly report: Report; readonly request?: ApprovalRequest } {
  const it = opencode.understand({ sessionID: "s1", directory: "/x", pid: 42, ...event }, { CLAUDE_PID: "7" });
  assert(it.ok);
  return it;
}

const asked = (permission: string, more: Record<string, unknown> = {}) => ({
  type: "permission.asked",
  properties: { id: "p1", permission, patterns: ["a *", "b *"], metadata: {}, always: [], ...more },
});
const bash = asked("bash", { metadata: { command: "a 1; b 2" }, always: ["a *"] });

Deno.test("A1 OpenCode is asked for what will run, beside its own dialog", () => {
  assertEquals(understood(bash).request, {
    for: "permission",
    tool: "bash",
    action: "command",
    subject: "a 1; b 2",
    suggestions: ["bash: a *"],
    dialog: "beside",
    acceptsApproval: true,
  });
  const call = { tool: "db_drop", args: { table: "t" } };
  const asks = [
    asked("edit", { patterns: ["a"], metadata: { filepath: "/a" } }),
    asked("read"),
    asked("webfetch", { metadata: { url: "http://x" } }),
    asked("external_directory", { call: { tool: "bash", args: { command: "ls" } } }),
    asked("db_drop", { patterns: ["*"], call }),
  ].map((event) => [understood(event).request?.action, understood(event).request?.subject]);
  assertEquals(asks, [
    ["write", "/a"],
    ["read", "a *\nb *"],
    ["fetch", "http://x"],
    ["other", "a *\nb *"], // not the command: another question asks about that
    ["other", '{"table":"t"}'],
  ]);
});

Deno.test("A1 a patch of OpenCode to several files names them all, where a file is moved to included", () => {
  const of = (metadata: object, ...patterns: string[]) => {
    const request = understood(asked("edit", { metadata, patterns })).request;
    return [request?.subject, request?.paths];
  };
  // OpenCode's own text for several files parts them by commas: a star for one would take them all.
  assertEquals(of({ filepath: "src/a, ../b" }, "src/a", "../b"), ["src/a\n../b", ["src/a", "../b"]]);
  const [a, b] = [{ filePath: "/w/src/a" }, { filePath: "/w/b", movePath: "/etc/b" }];
  assertEquals(of({ filepath: "src/a, b", files: [a, b] }, "src/a", "b"), ["/w/src/a\n/w/b\n/etc/b", [
    ...["/w/src/a", "/w/b", "/etc/b"],
    ...["src/a", "b"],
  ]]);
  assertEquals(of({ filepath: "b", files: [b] }, "b"), ["/w/b\n/etc/b", ["/w/b", "/etc/b", "b"]]);
  assertEquals(of({ filepath: "src/a", files: [a] }, "src/a"), ["src/a", ["/w/src/a", "src/a"]]);
  assertEquals(of({ filepath: "/w/a" }, "a"), ["/w/a", undefined]);
  assertEquals(of({ filepath: "a", files: [a] }, "a", "…(cut)"), [undefined, undefined]);
});

Deno.test("A1 a search of OpenCode names its folder and all below it, for deny rules", () => {
  const of = (permission: string, metadata: object) => {
    const request = understood(asked(permission, { metadata, patterns: ["KEY"] })).request;
    return [request?.action, request?.subject, request?.paths];
  };
  for (const permission of ["grep", "glob", "list"]) {
    assertEquals(of(permission, { path: "/p" }), ["read", "/p", ["/p", "/p/**", "KEY"]]);
  }
  assertEquals(of("grep", {}), ["read", "KEY", [".", "./**", "KEY"]]);
  assertEquals(of("read", { filePath: "/p" }), ["read", "/p", undefined]);
});

Deno.test("A1 the change that OpenCode shows is shown; that it was cut leaves the question answerable", () => {
  const of = (metadata: object, permission = "edit") =>
    understood(asked(permission, { metadata, patterns: ["a"] })).request;
  assertEquals([of({ filepath: "/a", diff: "+x" })?.subject, of({ filepath: "/a", diff: "+x" })?.detail], ["/a", "+x"]);
  const cut = of({ filepath: "/a", diff: "+x…(cut)+z" });
  assertEquals([cut?.subject, cut?.detail], ["/a", "+x…(cut)+z\n[the middle of the change is missing]"]);
  assertEquals(of({ filepath: "/a" })?.detail, undefined);
  assertEquals(of({ filepath: "/a", diff: 1 })?.detail, undefined);
  assertEquals(of({ command: "ls", diff: "+x" }, "bash")?.detail, undefined);
});

Deno.test("A1 what is not known as a whole is asked in OpenCode's own dialog only", () => {
  const events = [
    asked("bash", { metadata: { command: "echo xxx…(cut)" } }),
    asked("db_drop", { call: { tool: "db_drop", args: { table: "t…(cut)" } } }),
    asked("bash", { patterns: [] }),
  ];
  for (const event of events) {
    const { report, request } = understood(event);
    assertEquals([report.event.kind, request], ["requested", undefined]);
  }
});

Deno.test("A1 the answer to OpenCode has its own words, and never allows more than was asked", () => {
  const yes = (scope: "once" | "session" | "workspace" | "always"): Decision => ({ kind: "approve", scope });
  assertEquals(opencode.responseFor(bash, yes("once")), { reply: "once" });
  assertEquals(opencode.responseFor(bash, yes("always")), { reply: "once" });
  assertEquals(opencode.responseFor(asked("bash"), yes("always")), { reply: "once" });
  assertEquals(opencode.responseFor(bash, { kind: "deny" }), { reply: "reject" });
  assertEquals(opencode.responseFor(bash, { kind: "deny", message: "no" }), { reply: "reject", message: "no" });
  for (
    const odd of [null, [], {}, { type: "question.asked" }, { type: "permission.asked" }, {
      type: "tool.execute.before",
    }]
  ) {
    assertEquals(opencode.responseFor(odd, yes("once")), undefined);
  }
});

Deno.test("OpenCode's process, folder, model and title are its own words", () => {
  const created = (title: string) =>
    understood({ type: "session.created", properties: { info: { id: "s1", title } } }).report.facts;
  assertEquals(created("New session - 2026-11-20T11:21:00.339Z"), { cwd: "/x", pid: 42 });
  assertEquals(created("Fix the bug"), { cwd: "/x", pid: 42, title: "Fix the bug" });
  const properties = { text: "do", model: "mock/mock-model" };
  const at = "http://127.0.0.1:4096/";
  assertEquals(understood({ type: "chat.message", properties, serverUrl: at }).report.facts.serverUrl, at);
  const { facts } = understood({ type: "chat.message", properties }).report;
  assertEquals(facts, { cwd: "/x", pid: 42, model: "mock/mock-model", lastPrompt: "do" });
  for (const pid of ["42", -1, 1.5, null]) {
    assertEquals(understood({ type: "session.idle", pid }).report.facts, { cwd: "/x" });
  }
});

const questions = [
  { question: "Which?", options: [{ label: "One", description: "the first…(cut)" }, { label: "Two" }], multiple: true },
  { question: "Why?", options: [] },
  7,
];
const which = { type: "question.asked", properties: { id: "q1", questions } };

Deno.test("H2 a question of OpenCode waits until it is answered or rejected", () => {
  const { report, request } = understood(which);
  assertEquals(report.event, { kind: "requested", for: "question", text: "Which? / Why?" });
  assertEquals(request?.choices, [
    { question: "Which?", options: ["One", "Two"], descriptions: ["the first…(cut)", ""], multiple: true },
    { question: "Why?", options: [], multiple: false },
  ]);
  assertEquals(understood({ type: "question.replied" }).report.event, { kind: "progress" });
  assertEquals(understood({ type: "question.rejected" }).report.event, { kind: "interrupted" });
});

Deno.test("A1 a question of OpenCode is answered as a whole, or not at all", () => {
  const answer = (answers?: Record<string, string>) =>
    opencode.responseFor(which, { kind: "approve", scope: "once", ...(answers === undefined ? {} : { answers }) });
  assertEquals(answer({ "Which?": "Two", "Why?": "so, so" }), { answers: [["Two"], ["so, so"]] });
  assertEquals(answer({ "Which?": "One, Two", "Why?": "x" }), { answers: [["One", "Two"], ["x"]] });
  assertEquals(answer({ "Which?": "One, Three", "Why?": "x" }), { answers: [["One, Three"], ["x"]] });
  assertEquals(answer({ "Which?": "Two" }), undefined);
  assertEquals(answer(), undefined);
  assertEquals(opencode.responseFor(which, { kind: "deny", message: "no" }), { reply: "reject" });
});

Deno.test("A4 the line that opens a session of OpenCode again carries no option and no relative folder", () => {
  assert(!opencode.understand({ type: "dispose", sessionID: "--auto" }, {}).ok);
  const { event: agentEvent } = understood({ type: "dispose", directory: "x" }).report;
  assert(agentEvent.kind === "ended");
  assertEquals(agentEvent.reopenable, { command: ["opencode", "--session", "s1"] });
});

Deno.test("H1 no payload makes the adapter of OpenCode throw, and an event from the future is a sign of life", () => {
  const types = fc.constantFrom(
    ..."session.created session.updated session.deleted session.status session.error chat.message dispose".split(" "),
    ..."tool.execute.before tool.execute.after permission.asked permission.replied question.asked".split(" "),
    ..."constructor from.the.future".split(" "),
  );
  const field = fc.constantFrom(
    ..."tool callID args status error text permission patterns metadata always call asked reply questions info".split(
      " ",
    ),
  );
  const parent = fc.option(fc.constant("p1"), { nil: undefined });
  fc.assert(fc.property(types, parent, fc.dictionary(field, fc.jsonValue()), (type, parentID, properties) => {
    const { report } = understood({ type, parentID, properties });
    assert(typeof report.event.kind === "string");
    opencode.responseFor({ type, properties }, { kind: "approve", scope: "always" });
  }));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    opencode.understand(value, {});
    opencode.responseFor(value, { kind: "deny" });
  }));
  for (const type of ["session.compacted", "from.the.future", "constructor"]) {
    assertEquals(understood({ type }).report.event, { kind: "noted" });
  }
});

Deno.test("A3 secrets in what OpenCode says are masked in the row", () => {
  const secret = "sk-ant-REDACTED";
  const events = [
    { type: "tool.execute.before", properties: { tool: "bash", args: { command: `KEY=${secret} run` } } },
    asked("bash", { metadata: { command: `echo ${secret}` } }),
    { type: "chat.message", properties: { text: `use ${secret}` } },
    { type: "session.status", properties: { status: { type: "idle" }, text: `it is ${secret}` } },
    { type: "session.status", properties: { status: { type: "retry", message: `bad ${secret}` } } },
    { type: "session.error", properties: { error: { name: "APIError", data: { message: `bad ${secret}` } } } },
    { type: "session.updated", properties: { info: { title: `about ${secret}` } } },
    { type: "question.asked", properties: { questions: [{ question: `is ${secret} yours?` }] } },
  ];
  for (const event of events) {
    const text = JSON.stringify(understood(event).report);
    assert(!text.includes("canary") && text.includes("***"), text);
  }
});
