/** The breaker through the whole core: what agents tell of calls that rules allowed, and the mode that it leaves. */
import { assert, assertEquals } from "@std/assert";
import type { SafetyMode } from "../../src/domain/safety_mode.ts";
import type { GivenRule } from "../../src/policy/rule.ts";
import { Desk } from "../support/desk.ts";
import { claude, permissionRequest, rule, told } from "../support/claude_calls.ts";

Deno.test("five allowed calls that fail in a row make the mode manual, until a human answers or the configuration is read", async () => {
  const desk = new Desk({ safetyMode: "autonomous", rules: [rule("allow", "*")] });
  const fail = async (n: number) => {
    assertEquals(await told(desk, permissionRequest(`make ${n}`)), "allow");
    await desk.report(claude("PostToolUseFailure", `make ${n}`, { error: "exit 2" }));
  };
  for (let n = 1; n <= 4; n++) await fail(n);
  assertEquals([desk.policy.mode, desk.policy.suspended], ["autonomous", undefined]);
  await fail(5);
  assertEquals([desk.policy.mode, desk.modes], ["manual", ["manual: calls allowed by rules failed"]]);
  assertEquals(desk.policy.suspended, "autonomous");
  const { approval } = await desk.report(permissionRequest("make 6"));
  await desk.broker.decide({ id: approval?.id ?? "", decision: "approve" }, "tui:admin");
  assertEquals([desk.policy.mode, desk.policy.suspended], ["autonomous", undefined]);
});

Deno.test("M4 an agent's answer closes no breaker: it is no sign that a human looks on", async () => {
  const desk = new Desk({ safetyMode: "autonomous", rules: [rule("allow", "*")] });
  for (let n = 1; n <= 5; n++) {
    await desk.report(permissionRequest(`make ${n}`));
    await desk.report(claude("PostToolUseFailure", `make ${n}`));
  }
  const { approval } = await desk.report(permissionRequest("make 6"));
  await desk.broker.decide({ id: approval?.id ?? "", decision: "approve" }, "mcp:admin", "agent");
  assertEquals([desk.policy.mode, desk.inbox.suspended], ["manual", "autonomous"]);
});

Deno.test("an open breaker is open after a restart, from the journal and from a snapshot; what closed it counts there too", async () => {
  const settings = { safetyMode: "autonomous" as const, rules: [rule("allow", "*")] };
  const desk = new Desk(settings);
  for (let n = 1; n <= 5; n++) {
    await desk.report(permissionRequest(`make ${n}`));
    await desk.report(claude("PostToolUseFailure", `make ${n}`));
  }
  const after = new Desk(settings, desk.journal);
  assertEquals([after.policy.mode, after.policy.suspended], ["manual", "autonomous"]);
  const { store, inbox } = new Desk();
  assert(store.restore(JSON.parse(JSON.stringify(after.store.save()))));
  assertEquals(inbox.suspended, "autonomous");
  const { approval } = await after.report(permissionRequest("make 6"));
  await after.broker.decide({ id: approval?.id ?? "", decision: "deny" }, "tui:admin");
  assertEquals(after.policy.mode, "autonomous");
  assertEquals(new Desk(settings, after.journal).policy.mode, "autonomous");
});

Deno.test("a breaker that a stricter configuration closes is closed after a restart too", async () => {
  const settings: { safetyMode: SafetyMode; rules: GivenRule[] } = {
    safetyMode: "autonomous",
    rules: [rule("allow", "*")],
  };
  const desk = new Desk(settings);
  for (let n = 1; n <= 5; n++) {
    await desk.report(permissionRequest(`make ${n}`));
    await desk.report(claude("PostToolUseFailure", `make ${n}`));
  }
  assertEquals(desk.inbox.suspended, "autonomous");
  settings.safetyMode = "manual";
  desk.policy.reloaded();
  assertEquals(desk.inbox.suspended, undefined);
});

Deno.test("a success between failures keeps the breaker closed", async () => {
  const desk = new Desk({ safetyMode: "autonomous", rules: [rule("allow", "*")] });
  for (let n = 1; n <= 4; n++) {
    await desk.report(permissionRequest(`make ${n}`));
    await desk.report(claude("PostToolUseFailure", `make ${n}`));
  }
  desk.pass(700_000);
  await desk.report(permissionRequest("make good"));
  await desk.report(claude("PostToolUse", "make good"));
  await desk.report(permissionRequest("make 5"));
  await desk.report(claude("PostToolUseFailure", "make 5"));
  assertEquals(desk.policy.mode, "autonomous");
});

Deno.test("the breaker counts what a sub-agent's calls come to, with a row of its own and without", async () => {
  for (const ownRow of [false, true]) {
    const desk = new Desk({ safetyMode: "guarded", rules: [rule("allow", "make *")] });
    const sub = { agent_id: "sub1", agent_type: "helper" };
    desk.attach();
    if (ownRow) {
      assertEquals(await told(desk, claude("PermissionRequest", "rm -rf x", sub)), "held");
      assertEquals(desk.store.children("s").map(({ id }) => id), ["sub1"]);
    }
    for (let n = 0; n < 5; n++) {
      assertEquals(await told(desk, claude("PermissionRequest", `make t${n}`, sub)), "allow");
      // Of the session itself, and of another sub-agent: another call.
      await desk.report(claude("PostToolUse", `make t${n}`));
      await desk.report(claude("PostToolUse", `make t${n}`, { ...sub, agent_id: "sub2" }));
      await desk.report(claude("PostToolUseFailure", `make t${n}`, { ...sub, error: "exit 2" }));
    }
    assertEquals(desk.policy.mode, "manual");
  }
});

Deno.test("one event counts once for the breaker: an interrupt of many calls, a failure among equal ones", async () => {
  const desk = new Desk({ safetyMode: "guarded", rules: [rule("allow", "make *")] });
  const sub = (n: number) => (n % 2 === 0 ? {} : { agent_id: `sub${n}`, agent_type: "helper" });
  for (let n = 0; n < 6; n++) assertEquals(await told(desk, claude("PermissionRequest", `cat ${n}`, sub(n))), "allow");
  // One Esc, told once for each call that it ended.
  for (let n = 0; n < 6; n++) {
    await desk.report(claude("PostToolUseFailure", `cat ${n}`, { ...sub(n), is_interrupt: true }));
  }
  assertEquals(desk.policy.mode, "guarded");
  for (let n = 0; n < 5; n++) assertEquals(await told(desk, permissionRequest("make")), "allow");
  const fail = () => desk.report(claude("PostToolUseFailure", "make", { error: "exit 2" }));
  for (let n = 0; n < 3; n++) await fail();
  assertEquals(desk.policy.mode, "guarded", "an interrupt and three failures");
  await fail();
  assertEquals(desk.policy.mode, "manual");
});

Deno.test("a turn that ended forgets its own calls, the end of a session or of a sub-agent all that were theirs", async () => {
  const own = {};
  const sub = { agent_id: "sub1", agent_type: "helper" };
  const running = { background_tasks: [{ type: "subagent", status: "running" }] };
  const table: [whose: typeof own, name: string, more: Record<string, unknown>, forgotten: boolean][] = [
    [own, "UserPromptSubmit", { prompt: "and" }, false],
    [own, "Stop", running, true],
    [own, "StopFailure", { error: "rate_limit" }, true],
    [own, "Notification", { notification_type: "idle_prompt" }, true],
    [own, "SubagentStop", { agent_type: "helper" }, false],
    [own, "SessionEnd", { session_id: "another" }, false],
    [sub, "Stop", running, false],
    [sub, "Stop", { background_tasks: [] }, true],
    [sub, "SubagentStart", sub, false],
    [sub, "SubagentStop", { ...sub, agent_id: "sub2" }, false],
    [sub, "SubagentStop", sub, true],
    [sub, "SessionEnd", {}, true],
    [sub, "SessionStart", { source: "resume" }, true],
  ];
  for (const [whose, name, more, forgotten] of table) {
    const desk = new Desk({ safetyMode: "guarded", rules: [rule("allow", "make *")] });
    for (let n = 0; n < 5; n++) await desk.report(claude("PermissionRequest", `make ${n}`, whose));
    await desk.report({ agent: "claude", event: { session_id: "s", cwd: "/w", hook_event_name: name, ...more } });
    for (let n = 0; n < 5; n++) await desk.report(claude("PostToolUseFailure", `make ${n}`, whose));
    assertEquals([name, more, desk.policy.mode], [name, more, forgotten ? "guarded" : "manual"]);
  }
});

Deno.test("a batch ends as many equal calls as it names", async () => {
  const desk = new Desk({ safetyMode: "guarded", rules: [rule("allow", "make")] });
  for (let n = 0; n < 6; n++) await desk.report(permissionRequest("make"));
  const call = { tool_name: "Bash", tool_input: { command: "make" } };
  const event = { session_id: "s", cwd: "/w", hook_event_name: "PostToolBatch", tool_calls: [call, call] };
  await desk.report({ agent: "claude", event });
  for (let n = 0; n < 5; n++) await desk.report(claude("PostToolUseFailure", "make"));
  assertEquals(desk.policy.mode, "guarded", "four of six were left");
});

Deno.test("an allowed call whose end is not heard of is forgotten when 100 newer ones were allowed", async () => {
  for (const [newer, mode] of [[95, "manual"], [100, "guarded"]] as const) {
    const desk = new Desk({ safetyMode: "guarded", rules: [rule("allow", "make *")] });
    for (let n = 0; n < 5 + newer; n++) await desk.report(permissionRequest(`make ${n}`));
    for (let n = 0; n < 5; n++) await desk.report(claude("PostToolUseFailure", `make ${n}`, { error: "exit 2" }));
    assertEquals([newer, desk.policy.mode], [newer, mode]);
  }
});
