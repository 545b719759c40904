/** docs/approvals.md, Rules: what an agent itself remembers of a yes for longer, and for how long. */
import { assertEquals, assertRejects } from "@std/assert";
import { claude } from "../../src/agents/claude/events.ts";
import type { ApprovalScope } from "../../src/domain/approval.ts";
import { decisionOf } from "../../src/agents/codex/request_codec.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { ParamsOf } from "../../src/protocol/method_schemas.ts";
import { event, TUI } from "../support/claude_request.ts";
import { Desk, FakeCaller } from "../support/desk.ts";

const suggestion = {
  type: "addRules",
  rules: [{ toolName: "Bash", ruleContent: "sleep 1" }],
  behavior: "allow",
  destination: "localSettings",
};

const allowed = (more: object = {}) => ({
  hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "allow", ...more } },
});

function hook(tool_name: string, tool_input: object, permission_suggestions: readonly object[]) {
  return event("PermissionRequest", { tool_name, tool_input, permission_suggestions }).event;
}

Deno.test("A4 a wider yes echoes only rules that allow this very command, and none that reaches further than it", () => {
  const rule = { toolName: "Bash", ruleContent: "npm test" };
  const wide = { toolName: "Bash", ruleContent: "npm test:*" };
  const add = (destination: string, rules: object[] = [rule], behavior = "allow") => ({
    ...{ type: "addRules", rules, behavior, destination },
  });
  const suggestions = [
    add("session"),
    add("localSettings"),
    add("userSettings"),
    add("projectSettings"),
    add("elsewhere"),
    add("session", [rule], "deny"),
    add("session", [wide]),
    add("session", [rule, wide]),
    add("session", [{ toolName: "Bash" }]), // would allow every command
    add("session", [{ ...rule, toolName: "PowerShell" }]),
    add("session", []),
    { type: "setMode", mode: "acceptEdits", destination: "session" },
    { type: "addDirectories", directories: ["/w"], destination: "session" },
    { type: "replaceRules", rules: [rule], behavior: "allow", destination: "session" },
  ];
  const request = hook("Bash", { command: "npm test" }, suggestions);
  const echoed = (scope: ApprovalScope) => claude.responseFor(request, { kind: "approve", scope, remember: true });
  const allow = (...updatedPermissions: object[]) => allowed({ updatedPermissions });
  assertEquals(echoed("once"), allowed());
  assertEquals(echoed("session"), allow(add("session")));
  assertEquals(echoed("workspace"), allow(add("session"), add("localSettings")));
  assertEquals(echoed("always"), allow(add("session"), add("localSettings"), add("userSettings")));

  const others = [
    ["mcp__x__y", {}, { toolName: "mcp__x__y" }],
    ["Bash", { command: "rm *" }, { toolName: "Bash", ruleContent: "rm *" }], // to Claude a star is any text
    ["Read", { file_path: "/a" }, { toolName: "Read", ruleContent: "/a" }], // and this path begins at the settings
  ] as const;
  for (const [tool, input, own] of others) {
    assertEquals(
      claude.responseFor(hook(tool, input, [add("session", [own])]), {
        kind: "approve",
        scope: "always",
        remember: true,
      }),
      allowed(),
    );
  }

  const understood = claude.understand(request, {});
  const offered = understood.ok ? understood.request?.suggestions : undefined;
  assertEquals(offered?.slice(0, 2), [
    "allow Bash(npm test), for this session",
    "allow Bash(npm test), in this project, for you",
  ]);
  assertEquals(offered?.slice(-2), [
    "permission mode acceptEdits, for this session",
    "work in /w, for this session",
  ]);
});

/** What Claude is told where its `sleep 1` gets this yes, and the rule that is left with us. */
async function approved(desk: Desk, words: { readonly expiresInSecs?: number; readonly remember?: true }) {
  const caller = new FakeCaller();
  const request = { agent: "claude", event: hook("Bash", { command: "sleep 1" }, [suggestion]) };
  const { approval } = await desk.report({ ...request, env: TUI }, caller);
  const id = approval?.id ?? "";
  const told = desk.broker.wait(id, caller);
  const decide = { id, decision: "approve", scope: "workspace", ...words } as const;
  const { ruleId, remembered } = await desk.broker.decide(decide, "tui:admin");
  return { told: (await told).output, ruleId: ruleId ?? "", remembered };
}

Deno.test("A4 an agent remembers just this call where it is asked to and offers it; which file that is stays known", async () => {
  const desk = new Desk();
  const { told, ruleId, remembered } = await approved(desk, { remember: true });
  assertEquals(told, allowed({ updatedPermissions: [suggestion] }));
  assertEquals(remembered, ["/w/.claude/settings.local.json"]);
  assertEquals(desk.policy.rules().map((rule) => rule.remembered), [["/w/.claude/settings.local.json"]]);
  const before = desk.events.length;
  await desk.revoke({ id: ruleId }, "tui:admin");
  assertEquals([desk.events.slice(before), desk.policy.rules()], [["approval.rule_revoked"], []]);
});

Deno.test("A4 unasked, a yes for longer is a rule of ours alone: no agent writes its own settings", async () => {
  const desk = new Desk();
  for (const words of [{}, { expiresInSecs: 60 }]) {
    const { told, ruleId, remembered } = await approved(desk, words);
    assertEquals([told, remembered], [allowed(), undefined]);
    assertEquals(desk.policy.rules().map(({ id, scope }) => [id, scope]), [[ruleId, "workspace"]]);
    await desk.revoke({ id: ruleId }, "tui:admin");
  }

  const event = { kind: "requested", for: "permission", text: "make" } as const;
  const request = { for: "permission", tool: "Bash", action: "command", subject: "make", dialog: "beside" } as const;
  const report = { agent: "codex", sessionId: "t", facts: {}, event };
  const remembers = { session: ["this session of Codex"] };
  for (const [words, told] of [[{}, "accept"], [{ remember: true }, "acceptForSession"]] as const) {
    const answer = desk.broker.requestDecision(
      report,
      { ...request, acceptsApproval: true, remembers },
      new AbortController().signal,
    );
    const [open] = desk.inbox.pending();
    const decide = { id: open?.id ?? "", decision: "approve", scope: "session", ...words } as const;
    const { ruleId } = await desk.broker.decide(decide, "tui:admin");
    await desk.revoke({ id: ruleId ?? "" }, "tui:admin");
    const decision = await answer;
    assertEquals(decision && decisionOf(decision, { availableDecisions: ["accept", "acceptForSession"] }), told);
  }
});

Deno.test("A4 what an agent cannot keep is refused: once, with an end, or where it offers nothing", async () => {
  const desk = new Desk();
  const caller = new FakeCaller();
  const ask = async (suggestions: readonly object[]) => {
    const request = { agent: "claude", event: hook("Bash", { command: "sleep 1" }, suggestions) };
    return (await desk.report({ ...request, env: TUI }, caller)).approval?.id ?? "";
  };
  const refused = (params: object, why: string) =>
    assertRejects(() => desk.broker.decide(params as ParamsOf<"approval.decide">, "tui:admin"), ConsoleError, why);
  const id = await ask([suggestion]);
  const yes = { id, decision: "approve", remember: true };
  await refused(yes, "only an approval for longer");
  await refused({ ...yes, scope: "workspace", expiresInSecs: 60 }, "has no end");
  await refused({ ...yes, scope: "session" }, "only with the scope workspace or always");
  const wide = { ...suggestion, rules: [{ toolName: "Bash", ruleContent: "sleep *" }] };
  await refused({ ...yes, id: await ask([wide]), scope: "workspace" }, "is for more than this call");
  await refused({ ...yes, id: await ask([]), scope: "workspace" }, "offers to remember nothing");
});
