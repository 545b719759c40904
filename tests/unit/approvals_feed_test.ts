/** Requests that a feed brings: decided by what the hooks of the same session found in its workspace. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ApprovalRequest, Decision } from "../../src/domain/approval.ts";
import type { GivenRule } from "../../src/policy/rule.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { Desk, FakeCaller } from "../support/desk.ts";

const rule = (decision: "allow" | "deny", pattern: string): GivenRule => ({ tool: "Bash", pattern, decision });
const STRICT = '{"daemon": {"safety_mode": "manual"}}';
const DENIES = '{"approvals": {"rules": [{"tool": "Bash", "pattern": "make *", "decision": "deny"}]}}';

function autonomous(): Desk {
  return new Desk({ safetyMode: "autonomous", rules: [rule("allow", "*"), rule("deny", "rm *")] });
}

async function hook(desk: Desk, workspaceConfig?: string, more: Record<string, unknown> = {}, kind = "hook") {
  const event = { session_id: "t", cwd: "/w", hook_event_name: "UserPromptSubmit", prompt: "go", ...more };
  const own = workspaceConfig === undefined ? {} : { workspaceConfig };
  await desk.report({ agent: "codex", event, ...own }, new FakeCaller(kind));
}

interface Call {
  readonly cwd?: string | undefined;
  readonly child?: string;
}

function question(
  desk: Desk,
  command: string,
  { cwd, child }: Call,
  signal: AbortSignal,
): Promise<Decision | undefined> {
  const request: ApprovalRequest = {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject: command,
    ...(cwd === undefined ? {} : { cwd }),
    dialog: "beside",
    acceptsApproval: true,
  };
  const report = {
    agent: "codex",
    sessionId: "t",
    facts: {},
    event: { kind: "requested", for: "permission", text: command },
    ...(child === undefined ? {} : { subagent: { id: child, type: "" } }),
  } as const;
  return desk.broker.requestDecision(report, request, signal);
}

/** What the feed is told at once: a decision, or that a human must decide. */
async function put(desk: Desk, command = "make all", call: Call = { cwd: "/w" }): Promise<boolean | "asked"> {
  const gone = new AbortController();
  const answer = question(desk, command, call, gone.signal);
  const asked = desk.inbox.pendingCount > 0;
  gone.abort();
  const decision = await answer;
  return asked || decision === undefined ? "asked" : decision.kind === "approve";
}

Deno.test("A4 what is approved for one folder passes in no other, and the window shows where a command would run", async () => {
  const desk = new Desk();
  for (const cwd of ["/tmp/evil", "/w/below", "/w"]) await hook(desk, undefined, { cwd });
  const answer = question(desk, "make test", { cwd: "/w" }, new AbortController().signal);
  const [first] = desk.inbox.pending();
  await desk.broker.decide({ id: first?.id ?? "", decision: "approve", scope: "workspace" }, "tui:admin");
  assertEquals(await answer, { kind: "approve", scope: "workspace" });
  const folders = ["/w", "/w/below", "/tmp/evil"];
  const results: unknown[] = [];
  for (const cwd of folders) results.push(await put(desk, "make test", { cwd }));
  assertEquals(results, [true, true, "asked"]);
  assertEquals(desk.inbox.resolved().map(({ cwd }) => cwd), ["/w", ...folders]);
  assertEquals(desk.store.get("t")?.cwd, "/w", "a command's folder is not its session's");
});

Deno.test("a workspace's configuration holds for questions of a feed, the newest that a hook has told", async () => {
  const desk = autonomous();
  await hook(desk);
  assertEquals(await put(desk), true);
  await hook(desk, STRICT);
  assertEquals([await put(desk), await put(desk, "rm x")], ["asked", false]);
  await hook(desk, DENIES);
  assertEquals([await put(desk), await put(desk, "ls")], [false, true]);
  await hook(desk);
  assertEquals(await put(desk), true);
  await hook(desk, "{not json");
  assertEquals(await put(desk), "asked");
});

Deno.test("no rule and no mode allows a question of a feed while no hook has told of the workspace; deny rules deny", async () => {
  const desk = autonomous();
  const now = async () => [await put(desk), await put(desk, "git status"), await put(desk, "rm x")];
  const unheard = ["asked", "asked", false];
  assertEquals(await now(), unheard);
  await hook(desk, undefined, {}, "statusline");
  assertEquals(await now(), unheard, "only hooks look for the file");
  await hook(desk);
  assertEquals(await now(), [true, true, false]);
  desk.broker.endRequests("t", "its process is gone");
  assertEquals(await now(), unheard, "another process of the session may run elsewhere");
  await hook(desk);
  desk.broker.eventCommitted("t", { kind: "ended", reason: "exit" });
  assertEquals(await now(), unheard);
});

Deno.test("a human may still answer what no rule may, and that yes is the feed's", async () => {
  const desk = autonomous();
  const request = {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject: "make",
    acceptsApproval: true,
  } as const;
  const event = { kind: "requested", for: "permission", text: "make" } as const;
  const report = { agent: "codex", sessionId: "t", facts: {}, event };
  const answer = desk.broker.requestDecision(report, { ...request, dialog: "beside" }, new AbortController().signal);
  const [open] = desk.inbox.pending();
  await desk.broker.decide({ id: open?.id ?? "", decision: "approve" }, "tui:admin");
  assertEquals(await answer, { kind: "approve", scope: "once" });
});

Deno.test("what a hook found counts for the folder that it ran in alone, whoever of the session asks from there", async () => {
  const desk = autonomous();
  await hook(desk);
  await hook(desk, STRICT, { cwd: "/strict" });
  for (const child of [undefined, "c1"]) {
    const of = (cwd?: string) => put(desk, "make all", { cwd, ...(child === undefined ? {} : { child }) });
    assertEquals([await of("/w"), await of("/strict"), await of("/w/below"), await of()], [
      true,
      "asked",
      "asked",
      "asked",
    ]);
  }
});

Deno.test("what hooks have told is kept for the newest sessions only", async () => {
  const desk = autonomous();
  await hook(desk);
  for (let i = 0; i < 256; i++) await hook(desk, STRICT, { session_id: `s${i}` });
  assertEquals(await put(desk), "asked");
});

Deno.test("C6 a question of a feed keeps nothing behind, be it answered, taken back, or its row not written", async () => {
  const listened = new Set<AbortSignal>();
  const { addEventListener } = AbortSignal.prototype;
  AbortSignal.prototype.addEventListener = function (...args: unknown[]) {
    listened.add(this);
    Reflect.apply(addEventListener, this, args);
  };
  try {
    for (const end of ["answered", "taken back", "not written"]) {
      const desk = new Desk();
      const request = {
        for: "permission",
        tool: "Bash",
        action: "command",
        subject: "make",
        acceptsApproval: true,
      } as const;
      const event = { kind: "requested", for: "permission", text: "make" } as const;
      const report = { agent: "codex", sessionId: "t", facts: {}, event };
      const gone = new AbortController();
      const listeners = new Set<unknown>();
      gone.signal.addEventListener = (_: string, listener: unknown) => void listeners.add(listener);
      gone.signal.removeEventListener = (_: string, listener: unknown) => void listeners.delete(listener);
      if (end === "not written") desk.journal.room = 1;
      const answer = desk.broker.requestDecision(report, { ...request, dialog: "beside" }, gone.signal);
      const [open] = desk.inbox.pending();
      const id = open?.id ?? "";
      if (end === "answered") await desk.broker.decide({ id, decision: "approve" }, "tui:admin");
      if (end === "taken back") gone.abort(); // before the broker has had time to listen
      if (end === "not written") await assertRejects(() => answer, ConsoleError, "full");
      else assertEquals((await answer)?.kind, end === "answered" ? "approve" : undefined);
      assertEquals([end, listeners.size, desk.timers], [end, 0, 0]);
      assert(listened.size > 0);
      for (const signal of listened) assert(signal.aborted, `${end}: the hold waits for the end of who asked`);
      listened.clear();
    }
  } finally {
    AbortSignal.prototype.addEventListener = addEventListener;
  }
});
