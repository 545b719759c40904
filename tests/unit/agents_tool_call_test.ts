/** Tool calls as rules and people see them. */
import { assertEquals, assertRejects } from "@std/assert";
import { callOf, HOOK_FORMAT_TOOLS } from "../../src/agents/shared/tool_table.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { event } from "../support/claude_request.ts";
import { describeTool } from "../../src/agents/shared/tool_label.ts";
import { activityText } from "../../src/view/about.ts";
import { Desk, FakeCaller } from "../support/desk.ts";

Deno.test("A1 a deny rule for files of a folder also stops each search that would show them", async () => {
  const denied = async (pattern: string, tool_name: string, tool_input: object, cwd = "/w") => {
    const rules = [{ tool: tool_name, pattern, decision: "deny" }] as const;
    const desk = new Desk({ safetyMode: "guarded", rules });
    const { output } = await desk.report(event("PermissionRequest", { tool_name, tool_input, cwd }));
    return JSON.stringify(output ?? null).includes('"deny"');
  };
  for (const path of ["/p/secret", "/p/secret/", "/p/secret/below", "/p", "/", "../p"]) {
    assertEquals(await denied("/p/secret/*", "Grep", { pattern: "KEY", path }), true, path);
    assertEquals(await denied("/p/secret/*", "Glob", { pattern: "*", path }), true, path);
    assertEquals(await denied("/p/secret/*", "Grep", { pattern: "KEY", path, glob: "*.tf" }), true, path);
  }
  for (const cwd of ["/p/secret", "/p"]) assertEquals(await denied("/p/secret/*", "Grep", { pattern: "K" }, cwd), true);
  assertEquals(await denied("/p/secret", "Grep", { pattern: "K", path: "/p/secret", glob: "*" }), true);
  for (const path of ["/p/secrets", "/p/a", "/w", "."]) {
    assertEquals(await denied("/p/secret/*", "Grep", { pattern: "KEY", path }), false, path);
  }
  assertEquals(await denied("/p/secret/*", "Grep", { pattern: "KEY" }), false);
  assertEquals(await denied("/p/secret/*", "Read", { file_path: "/p" }), false, "no search");
});

Deno.test("a search names its folder and all below it, for deny rules, also where its whole input stands for it", () => {
  const of = (tool: string, input: Record<string, unknown>) => {
    const { subject, paths } = callOf(tool, input, HOOK_FORMAT_TOOLS);
    return [subject, paths];
  };
  const IN = ["/w/infra", "/w/infra/**"];
  const narrowed = { pattern: "KEY", path: "/w/infra", glob: "*.tf" };
  assertEquals(of("Grep", narrowed), [JSON.stringify(narrowed), IN]);
  const glob = { pattern: "*.tf", path: "/w/infra" };
  assertEquals(of("Glob", glob), [JSON.stringify(glob), [...IN, "*.tf/**"]]);
  assertEquals(of("Grep", { pattern: "KEY", path: "/w/infra" }), ["/w/infra", IN]);
  assertEquals(of("Grep", { pattern: "KEY" }), ['{"pattern":"KEY"}', [".", "./**"]]);
  assertEquals(of("Read", { file_path: "/w/a" }), ["/w/a", undefined]);
});

const decided = (decision: object) => ({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });

Deno.test("A4 a command that is to run outside Claude's sandbox says so, and only a human allows it, each time anew", async () => {
  const desk = new Desk({ safetyMode: "autonomous", rules: [{ tool: "*", pattern: "*", decision: "allow" }] });
  const request = (command: string, more: object) =>
    event("PermissionRequest", { tool_name: "Bash", tool_input: { command, ...more } });
  const call = async (command: string, more: object = {}) => {
    const { approval, output } = await desk.report(request(command, more));
    return { id: approval?.id ?? "", output };
  };
  const outside = { dangerouslyDisableSandbox: true };
  const once = await call("rm -rf a");
  await desk.broker.decide({ id: once.id, decision: "approve", scope: "session" }, "tui:admin");
  for (const command of ["rm -rf a", "make", "cat x"] as const) {
    assertEquals((await call(command)).output, decided({ behavior: "allow" }), command);
    assertEquals((await call(command, { dangerouslyDisableSandbox: false })).output, decided({ behavior: "allow" }));
    const { id, output } = await call(command, outside);
    assertEquals(output, undefined, command);
    const { input, detail, risk } = desk.inbox.get(id)!;
    assertEquals([input, detail], [command, "outside the sandbox (dangerouslyDisableSandbox)"]);
    assertEquals(risk, ({ "rm -rf a": "destroys", make: "unknown", "cat x": "reads" } as const)[command]);
    const wider = () => desk.broker.decide({ id, decision: "approve", scope: "always" }, "tui:admin");
    await assertRejects(wider, ConsoleError, "because it runs outside the agent's sandbox");
    await desk.broker.decide({ id, decision: "approve" }, "tui:admin");
  }
  const denies = new Desk({ rules: [{ tool: "Bash", pattern: "rm *", decision: "deny" }] });
  const { output } = await denies.report(request("ls; rm -rf a", outside));
  assertEquals(output, decided({ behavior: "deny", message: "denied by rule config:1" }));
});

Deno.test("A4 a line break in a command is visible in the row that waits, in its tool and in ls; words for people have none", async () => {
  const desk = new Desk();
  desk.attach();
  const command = "echo cleaning up:\n\n  rm -rf src\n";
  const shown = "echo cleaning up:\\nrm -rf src";
  const told = async (tool_name: string, tool_input: object) => {
    await desk.report(event("PreToolUse", { tool_name, tool_input }));
    const working = desk.store.get("s");
    await desk.report(event("PermissionRequest", { tool_name, tool_input }), new FakeCaller());
    const row = desk.store.get("s");
    if (working?.status !== "working" || row?.status !== "waiting") throw new Error("unexpected status");
    await desk.report(event("Stop"));
    return [working.working.tool?.text, row.waiting.text, row.waiting.tool?.text, activityText(row)];
  };
  assertEquals(await told("Bash", { command }), [shown, `Bash: ${shown}`, shown, `Bash: ${shown}`]);
  const [, plan] = await told("ExitPlanMode", { plan: "# Plan\n\n1. go" });
  assertEquals(plan, "# Plan 1. go");
  assertEquals(describeTool({ tool: "x", subject: "a\r\nb\u2028c" }).text, "a\\nb\\nc");
});

Deno.test("A4 a request before a tool, without a dialog of its agent, shows its line breaks too", async () => {
  const desk = new Desk({ preToolUse: true, rules: [{ tool: "Bash", pattern: "rm x", decision: "allow" }] });
  desk.attach();
  const tool_input = { command: "ls:\nrm -rf src" };
  await desk.report(event("PreToolUse", { tool_name: "Bash", tool_input }), new FakeCaller());
  const row = desk.store.get("s");
  assertEquals(row?.status === "waiting" && row.waiting.text, "Bash: ls:\\nrm -rf src");
});
