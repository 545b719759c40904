/** Questions that a feed puts: judged by what the hooks of the same session found in its workspace. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Ask, Verdict } from "../../src/domain/approval.ts";
import type { GivenRule } from "../../src/domain/rule.ts";
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

/** What the feed is told at once: a verdict, or that a human is asked. */
async function put(desk: Desk, command = "make all", child?: string): Promise<boolean | "asked"> {
  const ask: Ask = {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject: command,
    dialog: "beside",
    takesYes: true,
  };
  const report = {
    agent: "codex",
    sessionId: "t",
    facts: {},
    happening: { kind: "asked", for: "permission", text: command },
    ...(child === undefined ? {} : { subagent: { id: child, type: "" } }),
  } as const;
  const gone = new AbortController();
  const answer: Promise<Verdict | undefined> = desk.broker.put(report, ask, gone.signal);
  const asked = desk.store.inbox.pendingCount > 0;
  gone.abort();
  const verdict = await answer;
  return asked ? "asked" : verdict?.yes ?? "asked";
}

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
  desk.broker.over("t", "its process is gone");
  assertEquals(await now(), unheard, "another process of the session may run elsewhere");
  await hook(desk);
  desk.broker.observe("t", { kind: "ended", reason: "exit" });
  assertEquals(await now(), unheard);
});

Deno.test("a human may still answer what no rule may, and that yes is the feed's", async () => {
  const desk = autonomous();
  const ask = { for: "permission", tool: "Bash", action: "command", subject: "make", takesYes: true } as const;
  const happening = { kind: "asked", for: "permission", text: "make" } as const;
  const report = { agent: "codex", sessionId: "t", facts: {}, happening };
  const answer = desk.broker.put(report, { ...ask, dialog: "beside" }, new AbortController().signal);
  const [open] = desk.store.inbox.pending();
  await desk.broker.decide({ id: open?.id ?? "", decision: "approve" }, "tui:admin");
  assertEquals(await answer, { yes: true, scope: "once" });
});

Deno.test("a sub-agent's folder counts for the sub-agent alone; of one that told nothing its session's does", async () => {
  const desk = autonomous();
  await hook(desk, STRICT);
  assertEquals(await put(desk, "make all", "c1"), "asked");
  desk.broker.heard({
    agent: "codex",
    sessionId: "t",
    facts: {},
    happening: { kind: "noted" },
    subagent: { id: "c1", type: "" },
  }, undefined);
  assertEquals([await put(desk, "make all", "c1"), await put(desk)], [true, "asked"]);
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
      const ask = { for: "permission", tool: "Bash", action: "command", subject: "make", takesYes: true } as const;
      const happening = { kind: "asked", for: "permission", text: "make" } as const;
      const report = { agent: "codex", sessionId: "t", facts: {}, happening };
      const gone = new AbortController();
      const listeners = new Set<unknown>();
      gone.signal.addEventListener = (_: string, listener: unknown) => void listeners.add(listener);
      gone.signal.removeEventListener = (_: string, listener: unknown) => void listeners.delete(listener);
      if (end === "not written") desk.journal.room = 1;
      const answer = desk.broker.put(report, { ...ask, dialog: "beside" }, gone.signal);
      const [open] = desk.store.inbox.pending();
      const id = open?.id ?? "";
      if (end === "answered") await desk.broker.decide({ id, decision: "approve" }, "tui:admin");
      if (end === "taken back") gone.abort(); // before the broker has had time to listen
      if (end === "not written") await assertRejects(() => answer, ConsoleError, "full");
      else assertEquals((await answer)?.yes, end === "answered" ? true : undefined);
      assertEquals([end, listeners.size, desk.timers], [end, 0, 0]);
      assert(listened.size > 0);
      for (const signal of listened) assert(signal.aborted, `${end}: the hold waits for the end of who asked`);
      listened.clear();
    }
  } finally {
    AbortSignal.prototype.addEventListener = addEventListener;
  }
});
