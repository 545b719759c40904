/** Interceptors tighten what a rule or the safety mode would allow, and nothing else: no verdict lets anything pass. */
import { assert, assertEquals } from "@std/assert";
import type { InterceptedRequest, InterceptVerdict } from "../../src/core/interceptors.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { permissionRequest, rule } from "../support/claude_calls.ts";
import { event, flushed, NO, PRINT, stored, TUI, YES } from "../support/claude_request.ts";
import { Desk, FakeCaller, type Report } from "../support/desk.ts";
import { held, interceptor, lastApproval, told } from "../support/interceptors.ts";

const RULES = [rule("allow", "touch *"), rule("deny", "touch secret")];

function guarded(more = {}): Desk {
  return new Desk({ safetyMode: "guarded", rules: RULES, ...more });
}

Deno.test("X1 a rule's yes waits for the interceptors, passes where they object to nothing, and keeps their notes", async () => {
  const desk = guarded();
  const seen: InterceptedRequest[] = [];
  interceptor(desk, "watcher", (request) => {
    seen.push(request);
    return { note: "seen\u001b[2J, password=hunter2secret" };
  });
  const { id, result } = await held(desk, permissionRequest("touch a"));
  assertEquals(desk.events.filter((one) => one.startsWith("approval")), [], "it is in no list while it is held");
  const { outcome, output } = await result;
  assertEquals([outcome, told(output)], ["approved", "allow"]);
  const approval = stored(desk, id);
  assertEquals(approval.status === "approved" && approval.approved.by.startsWith("rule:"), true);
  assertEquals(approval.notes, [{ by: "watcher", text: "seen\\x1b[2J, password=***" }]);
  assertEquals(desk.events.filter((one) => one.startsWith("approval")), ["approval.decided approved"]);
  assertEquals(desk.store.get("s")?.status, "working");
  const [{ would, tool, input, agent, sessionId, cwd, workspace, action, risk }] = seen as [InterceptedRequest];
  assertEquals([would, tool, input, agent, sessionId, cwd, workspace, action, risk], [
    ...["allow", "Bash", "touch a", "claude", "s", "/w", "/w", "command", "writes"],
  ]);
  assert(seen.every(Object.isFrozen));
  assertEquals(desk.timers, 0);
});

Deno.test("A1 a denial or a wish to ask wins over every yes; the words of a higher priority stand first", async () => {
  const desk = guarded();
  interceptor(desk, "low", () => ({ decision: "ask", reason: "outside the folder" }), 1);
  const takeAway = interceptor(desk, "high", () => ({ note: "looks new" }), 5);
  let calls = 0;
  interceptor(desk, "middle", () => (calls++, { decision: "ask", reason: "by night" }), 3);
  const asked = await held(desk, permissionRequest("touch a"));
  await flushed();
  assertEquals(stored(desk, asked.id).notes, [
    { by: "middle", text: "by night", says: "ask" },
    { by: "low", text: "outside the folder", says: "ask" },
    { by: "high", text: "looks new" },
  ]);
  await desk.broker.decide({ id: asked.id, ...YES }, "cli:admin");
  assertEquals([told((await asked.result).output), calls], ["allow", 1], "a person may, and nobody was asked twice");
  takeAway();
  interceptor(desk, "guard", () => ({ decision: "deny", reason: "never that" }));
  interceptor(desk, "hung", () => new Promise(() => {}), 9);
  const denied = await held(desk, permissionRequest("touch b")); // no time goes by on the desk
  const { outcome, output, message } = await denied.result;
  assertEquals([outcome, told(output), message], ["denied", "deny", "denied by guard: never that"]);
  const approval = stored(desk, denied.id);
  assertEquals(approval.status === "denied" && approval.denied.by, "interceptor:guard");
  assertEquals(approval.notes?.at(-1), { by: "guard", text: "never that", says: "deny" });
});

Deno.test("X1 one that fails, hangs, is absent or says what is no verdict makes a person be asked, and is named", async () => {
  const says = async (verdict: () => unknown, ms = 0) => {
    const desk = guarded();
    interceptor(desk, "guard", verdict as () => InterceptVerdict);
    const { id } = await held(desk, permissionRequest("touch a"));
    await flushed();
    if (ms > 0) {
      assertEquals(desk.inbox.pendingCount, 0, "it is still held");
      desk.pass(ms);
      await flushed();
    }
    const { status, notes } = stored(desk, id);
    assertEquals([status, notes?.map(({ by, says }) => [by, says])], ["pending", [["guard", "ask"]]]);
    return notes?.[0]?.text;
  };
  const thrown = () => {
    throw new Error("broken");
  };
  assertEquals(await says(thrown), "it failed");
  assertEquals(await says(() => Promise.reject("no")), "it failed");
  assertEquals(await says(() => new Promise(() => {}), 2000), "it gave no verdict in time");
  for (const decision of ["allow", "approve", "", null, 1, ["deny"]]) {
    assertEquals(await says(() => ({ decision, reason: "x", scope: "always" })), "its verdict is none");
  }
  for (const verdict of [{}, true, "deny", { decision: "deny" }, { note: 5 }, { decision: "allow", note: "x" }]) {
    assertEquals(await says(() => verdict), "its verdict is none");
  }
  assertEquals(await says(() => Promise.reject(new ConsoleError("not_found", "it is not there"))), "it is not there");
});

Deno.test("A1 no verdict lifts a denial or answers a question: who denies is not asked, and a question gets notes only", async () => {
  const desk = guarded();
  const seen: string[] = [];
  interceptor(desk, "eager", ({ input, would }) => {
    seen.push(`${would} ${input}`);
    return { decision: "approve", answers: { "Which?": "a" }, note: "take a" } as unknown as InterceptVerdict;
  });
  assertEquals(told((await desk.report(permissionRequest("touch secret"))).output), "deny");
  assertEquals(seen, []);
  const ask = { questions: [{ question: "Which?", options: [{ label: "a" }, { label: "b" }], multiSelect: false }] };
  const { approval } = await desk.report(event("PermissionRequest", { tool_name: "AskUserQuestion", tool_input: ask }));
  await flushed();
  const { status, notes } = stored(desk, approval?.id ?? "");
  assertEquals([status, notes?.map(({ text }) => text)], ["pending", ["its verdict is none"]]);
  assertEquals(seen.map((one) => one.split(" ")[0]), ["ask"]);
});

Deno.test("X1 what a person is asked is asked at once; notes come beside it, and a denial ends it", async () => {
  const desk = guarded();
  const verdicts = new Map<string, InterceptVerdict>([
    ["make noted", { note: "takes long" }],
    ["make asked", { decision: "ask", reason: "of course" }],
    ["make denied", { decision: "deny", reason: "not here" }],
  ]);
  interceptor(desk, "guard", ({ input }) => verdicts.get(input));
  const asks = async (command: string) => {
    const hook = new FakeCaller();
    const { approval } = await desk.report(permissionRequest(command), hook);
    const id = approval?.id ?? "";
    assertEquals(stored(desk, id).status, "pending");
    return { id, waiting: desk.broker.wait(id, hook) };
  };
  const [plain, noted, asked, denied] = [
    await asks("make plain"),
    await asks("make noted"),
    await asks("make asked"),
    await asks("make denied"),
  ] as const;
  assertEquals((await denied.waiting).message, "denied by guard: not here");
  await flushed();
  const shown = [plain, noted, asked, denied].map(({ id }) => {
    const { status, notes } = stored(desk, id);
    return [status, notes?.map(({ text }) => text)];
  });
  assertEquals(shown, [["pending", undefined], ["pending", ["takes long"]], ["pending", ["of course"]], [
    "denied",
    ["not here"],
  ]]);
  assertEquals(desk.events.filter((one) => one === "approval.noted pending").length, 2);
  for (const { id } of [plain, noted, asked]) await desk.broker.decide({ id, ...NO }, "cli:admin");
  assertEquals(stored(desk, noted.id).notes, [{ by: "guard", text: "takes long" }], "kept with its end");
});

Deno.test("X1 a script's request and a feed's are shown to interceptors too, whichever way they come", async () => {
  const desk = guarded();
  interceptor(desk, "guard", ({ input }) => input.includes("bad") ? { decision: "deny", reason: "bad" } : undefined);
  const script = desk.broker.request(
    { sessionId: "x", agent: "script", tool: "deploy", input: "bad" },
    new FakeCaller("cli"),
  );
  const { outcome, output, message } = await script;
  assertEquals([outcome, output, message], ["denied", { decision: "deny" }, "denied by guard: bad"]);
  const begun = { session_id: "t", cwd: "/w", hook_event_name: "UserPromptSubmit", prompt: "go" };
  await desk.report({ agent: "codex", event: begun }); // its hook has looked at the workspace
  const fromFeed = (subject: string, signal = new AbortController().signal) => {
    const what = { for: "permission" } as const;
    const request = { ...what, tool: "Bash", action: "command", subject, cwd: "/w", dialog: "none" } as const;
    const report = { agent: "codex", sessionId: "t", facts: {}, event: { kind: "requested", ...what, text: subject } };
    return desk.broker.requestDecision(report as never, { ...request, acceptsApproval: true }, signal);
  };
  assertEquals((await fromFeed("touch fine"))?.kind, "approve");
  assertEquals(lastApproval(desk).status, "approved");
  assertEquals(await fromFeed("touch bad"), { kind: "deny", message: "denied by guard: bad" });
  assertEquals(await fromFeed("make bad"), { kind: "deny", message: "denied by guard: bad" });
  assertEquals(desk.inbox.pendingCount, 0);
});

Deno.test("X1 a gate asks interceptors where rules are evaluated there, and a hook that blocks can be denied with no window open", async () => {
  const pre = (command: string): Report =>
    event("PreToolUse", { tool_name: "Bash", tool_input: { command }, tool_use_id: command }, TUI);
  const seen: string[] = [];
  const watch = (desk: Desk) =>
    interceptor(desk, "guard", ({ input, would }) => {
      seen.push(`${would} ${input}`);
      return input.includes("bad") ? { decision: "deny", reason: "bad" } : undefined;
    });
  const off = guarded();
  watch(off);
  assertEquals([(await off.report(pre("make bad"))).approval, seen], [undefined, []]);
  const desk = guarded({ preToolUse: true });
  watch(desk);
  assertEquals(told((await (await held(desk, pre("make bad"))).result).output), "deny");
  assertEquals((await (await held(desk, pre("make fine"))).result).output, undefined);
  const asks = { ...permissionRequest("rm bad"), env: PRINT };
  assertEquals(told((await (await held(desk, asks)).result).output), "deny");
  const fine = await held(desk, { ...permissionRequest("rm fine"), env: PRINT });
  assertEquals([(await fine.result).outcome, desk.store.get("s")?.status], ["expired", "waiting"]);
  assertEquals(seen, ["allow make bad", "allow make fine", "ask rm bad", "ask rm fine"]);
  assertEquals(desk.inbox.pending() satisfies Approval[], []);
});
