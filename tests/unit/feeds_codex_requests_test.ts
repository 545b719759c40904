/** A3, A4: Codex's questions over its app-server, as they were recorded: one answer, the first, and no fault is a no. */
import { assert, assertEquals } from "@std/assert";
import type { ApprovalRequest, Decision } from "../../src/domain/approval.ts";
import type { Report } from "../../src/domain/report.ts";
import { decisionOf, readCodexRequest } from "../../src/agents/codex/request_codec.ts";
import { CodexRequests } from "../../src/agents/codex/requests.ts";
import type { Link } from "../../src/agents/codex/json_rpc_link.ts";
import { CodexThreads } from "../../src/agents/codex/thread_rows.ts";
import { CHILD, CodexBench, noSessions, WAIT_MS } from "../support/codex_bench.ts";
import { codexQuestions, SESSION } from "../support/fake_app_server.ts";
import { eventually } from "../support/harness_wait.ts";

const [ASKED, RESOLVED, SECOND] = codexQuestions();

interface Put {
  readonly report: Report;
  readonly request: ApprovalRequest;
  readonly signal: AbortSignal;
  readonly answer: (decision: Decision | undefined) => void;
  readonly fail: () => void;
}

async function attached(): Promise<{ bench: CodexBench; put: Put[] }> {
  const put: Put[] = [];
  const bench = new CodexBench((replay) => (report, request, signal) => {
    replay.report(report, new Date().toISOString());
    const { promise, resolve, reject } = Promise.withResolvers<Decision | undefined>();
    put.push({ report, request, signal, answer: resolve, fail: () => reject(new Error("a fault")) });
    return promise;
  });
  bench.codex.start();
  bench.start();
  await bench.is(SESSION, "starting");
  return { bench, put };
}

Deno.test("A4 a question of Codex is put with its whole command, and the answer goes back as Codex's own word", async () => {
  const { bench, put } = await attached();
  await using _ = bench;
  bench.codex.tell(ASKED);
  await bench.is(SESSION, "waiting");
  const { report, request, answer } = put[0]!;
  assertEquals(request, {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject: "touch /home/u/outside/t1",
    cwd: "/home/u/project",
    reasoning: "the mock asks for it",
    dialog: "beside",
    holdSecs: 86_400,
    acceptsApproval: true,
  });
  assertEquals([report.agent, report.sessionId], ["codex", SESSION]);
  answer({ kind: "approve", scope: "once" });
  bench.codex.tell(SECOND);
  await eventually(() => put.length === 2, WAIT_MS, "the second question");
  put[1]!.answer({ kind: "deny", message: "no" });
  await eventually(() => bench.codex.decisions.length === 2, WAIT_MS, "both answers");
  assertEquals(bench.codex.decisions, [
    { id: ASKED.id, result: { decision: "accept" } },
    { id: SECOND.id, result: { decision: "decline" } },
  ]);
});

Deno.test("A4 a question tells its own folder; one that names none is asked in its thread's", async () => {
  const { bench, put } = await attached();
  await using _ = bench;
  bench.codex.tell({ ...ASKED, params: { ...ASKED.params, cwd: "/tmp/evil" } });
  const { cwd: _cwd, ...bare } = SECOND.params;
  bench.codex.tell({ ...SECOND, params: bare });
  await eventually(() => put.length === 2, WAIT_MS, "both questions");
  assertEquals(put.map(({ request }) => request.cwd), ["/tmp/evil", "/home/u/project"]);
  assertEquals(bench.replay.get(SESSION)?.cwd, "/home/u/project");
});

Deno.test("A3 a question that was answered in Codex's window ends here, and a later answer goes nowhere", async () => {
  const { bench, put } = await attached();
  await using _ = bench;
  bench.codex.tell(ASKED);
  await eventually(() => put.length === 1, WAIT_MS, "the question");
  bench.codex.tell(RESOLVED);
  await eventually(() => put[0]!.signal.aborted, WAIT_MS, "its end");
  put[0]!.answer({ kind: "approve", scope: "once" });
  bench.codex.tell(SECOND);
  await eventually(() => put.length === 2, WAIT_MS, "the second question");
  assert(!put[1]!.signal.aborted);
  await bench.codex.stop();
  await eventually(() => put[1]!.signal.aborted, WAIT_MS, "its end with the connection");
  assertEquals(bench.codex.decisions, []);
});

Deno.test("A4 a fault is no decision, and questions of nobody's threads or in other words are left to Codex", async () => {
  const { bench, put } = await attached();
  await using _ = bench;
  bench.codex.tell({ ...ASKED, id: 7, params: { ...ASKED.params, threadId: "another" } });
  bench.codex.tell({ ...ASKED, id: 8, method: "item/tool/requestUserInput" });
  bench.codex.tell({ ...ASKED, id: 9, params: { ...ASKED.params, kind: "writeStdin" } });
  bench.codex.tell(ASKED);
  await eventually(() => put.length === 1, WAIT_MS, "the one question");
  put[0]!.fail();
  bench.codex.tell(SECOND);
  await eventually(() => put.length === 2, WAIT_MS, "the next question");
  put[1]!.answer({ kind: "approve", scope: "once" });
  await eventually(() => bench.codex.decisions.length > 0, WAIT_MS, "an answer");
  assertEquals(bench.codex.decisions, [{ id: SECOND.id, result: { decision: "accept" } }]);
});

Deno.test("A3 a question of a thread that is not known yet waits until it is, or ends before", async () => {
  const { bench, put } = await attached();
  await using _ = bench;
  const of = (id: number) => ({ ...ASKED, id, params: { ...ASKED.params, threadId: CHILD } });
  const asked = () => bench.codex.calls.filter((method) => method === "thread/read").length;
  const before = asked();
  // A sub-agent's thread is not on Codex's disk at first.
  bench.codex.answers.set("thread/read", null);
  bench.codex.tell(of(20));
  bench.codex.tell(of(21));
  bench.codex.tell({ method: "serverRequest/resolved", params: { threadId: CHILD, requestId: 20 } });
  await eventually(() => asked() > before, WAIT_MS, "the question who asks");
  bench.codex.answers.delete("thread/read");
  await eventually(() => put.length === 1, WAIT_MS, "the question that is still open");
  assertEquals(put[0]!.report.subagent, { id: CHILD, type: "Rawls" });
  put[0]!.answer({ kind: "approve", scope: "once" });
  await eventually(() => bench.codex.decisions.length === 1, WAIT_MS, "the answer");
  assertEquals(bench.codex.decisions, [{ id: 21, result: { decision: "accept" } }]);
});

Deno.test("A4 the feed attaches to a session when it can: before its first turn Codex has nothing to resume", async () => {
  const { bench } = await attached();
  await using _ = bench;
  const tries = () => bench.codex.calls.filter((method) => method === "thread/resume").length;
  await eventually(() => tries() === 2, WAIT_MS, "a second try");
  bench.codex.answers.set("thread/resume", { thread: {} });
  await eventually(() => tries() === 3, WAIT_MS, "the third, which succeeds");
  await bench.step("turn", "working", "idle", "idle");
  assertEquals(tries(), 3, "attached once, and to no thread for titles");
});

Deno.test("A4 a session that Codex unloads and loads again asks here again", async () => {
  const { bench } = await attached();
  await using _ = bench;
  bench.codex.answers.set("thread/resume", { thread: {} });
  await eventually(() => bench.asks(SESSION), WAIT_MS, "attached");
  bench.codex.tell({ method: "thread/closed", params: { threadId: SESSION } });
  await eventually(() => !bench.asks(SESSION), WAIT_MS, "left to the session's hooks");
  bench.codex.tell({ method: "thread/started", params: { thread: { id: SESSION } } });
  bench.codex.tell({ method: "thread/status/changed", params: { threadId: SESSION, status: { type: "active" } } });
  await eventually(() => bench.asks(SESSION), WAIT_MS, "attached again");
});

Deno.test("A4 what an item will change is known until it is done or the connection is gone", async () => {
  const threads = new CodexThreads(noSessions);
  threads.started({ id: "t", kind: "session", begun: true, facts: {} });
  const asked: string[] = [];
  const questions = new CodexRequests((_report, request) => {
    asked.push(request.subject);
    return Promise.resolve(undefined);
  }, threads);
  const link = { answer: () => {} } as unknown as Link;
  const begun = (id: string) =>
    questions.take("item/started", { item: { type: "fileChange", id, changes: [{ path: `/w/${id}` }] } });
  const put = (itemId: string) =>
    questions.put(link, {
      id: itemId,
      method: "item/fileChange/requestApproval",
      params: { threadId: "t", itemId },
      known: Promise.resolve(),
    });
  for (const id of ["a", "b"]) begun(id);
  questions.take("item/completed", { item: { type: "fileChange", id: "a" } });
  for (const id of ["a", "b"]) await put(id);
  assertEquals(asked, ["/w/b"]);
  questions.drop();
  await put("b");
  assertEquals(asked, ["/w/b"]);
});

Deno.test("A4 a question about files names them all; decisions that Codex did not offer are not sent", () => {
  const changes = [{ path: "/w/a", kind: { type: "add" } }, { path: "/w/b" }, { path: 1 }];
  const files = (params: Record<string, unknown>, of = changes as Record<string, unknown>[]) =>
    readCodexRequest("item/fileChange/requestApproval", params, of)?.request;
  assertEquals(files({})?.subject, "/w/a\n/w/b");
  assertEquals([files({})?.tool, files({})?.action], ["apply_patch", "write"]);
  assertEquals(files({})?.detail, undefined);
  assertEquals(files({}, [{ path: "/w/a", diff: "+x" }])?.detail, "+x");
  assertEquals(
    files({}, [{ path: "/w/a", diff: "+x" }, { path: "/w/b", diff: "-y" }, { path: "/w/c", diff: 1 }])?.detail,
    "*** /w/a\n+x\n*** /w/b\n-y",
  );
  assertEquals(files({ grantRoot: "/w" }, [])?.subject, "/w/**");
  assertEquals(files({ grantRoot: "/w" })?.paths, ["/w/a", "/w/b", "/w/**"]);
  const moved = [{ path: "/w/a", kind: { type: "update", move_path: "/home/u/.bashrc" }, diff: "+x" }];
  assertEquals([files({}, moved)?.subject, files({}, moved)?.paths], ["/w/a\n/home/u/.bashrc", [
    "/w/a",
    "/home/u/.bashrc",
  ]]);
  assertEquals(files({}, []), undefined);
  const command = (command: string) =>
    readCodexRequest("item/commandExecution/requestApproval", { command }, [])?.request.subject;
  assertEquals(command("/bin/bash -lc 'rm -rf x; ls'"), "rm -rf x; ls");
  for (const whole of [`/bin/bash -lc 'a' 'b'`, `/bin/bash -lc "it's"`, "/w/bash -lc 'a'", "/bin/bash -lc 'a'; b"]) {
    assertEquals(command(whole), whole, "only the plainest quotes are taken off");
  }
  const yes = { kind: "approve", scope: "session" } as const;
  assertEquals(decisionOf(yes, ASKED.params), "accept");
  assertEquals(decisionOf(yes, { availableDecisions: ["accept", "acceptForSession"] }), "accept");
  const kept = { ...yes, remember: true } as const;
  assertEquals(decisionOf(kept, { availableDecisions: ["accept", "acceptForSession"] }), "acceptForSession");
  assertEquals(decisionOf({ ...yes, scope: "always" }, { availableDecisions: ["acceptForSession"] }), "accept");
});
