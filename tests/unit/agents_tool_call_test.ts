/** Tool calls as rules and people see them. */
import { assertEquals, assertRejects } from "@std/assert";
import { callOf, CLAUDE_TOOLS } from "../../src/agents/tool_call.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { event } from "../support/asking_desk.ts";
import { Desk } from "../support/desk.ts";

Deno.test("a search that is known by its whole input still names its folder, for deny rules", () => {
  const of = (tool: string, input: Record<string, unknown>) => {
    const { subject, paths } = callOf(tool, input, CLAUDE_TOOLS);
    return [subject, paths];
  };
  const narrowed = { pattern: "KEY", path: "/w/infra", glob: "*.tf" };
  assertEquals(of("Grep", narrowed), [JSON.stringify(narrowed), ["/w/infra"]]);
  const glob = { pattern: "*.tf", path: "/w/infra" };
  assertEquals(of("Glob", glob), [JSON.stringify(glob), ["/w/infra"]]);
  assertEquals(of("Grep", { pattern: "KEY", path: "/w/infra" }), ["/w/infra", undefined]);
});

const decided = (decision: object) => ({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });

Deno.test("A4 a command that is to run outside Claude's sandbox says so, and only a human allows it, each time anew", async () => {
  const desk = new Desk({ safetyMode: "autonomous", rules: [{ tool: "*", pattern: "*", decision: "allow" }] });
  const request = (command: string, more: object) =>
    event("PermissionRequest", { tool_name: "Bash", tool_input: { command, ...more } });
  const ask = async (command: string, more: object = {}) => {
    const { approval, output } = await desk.report(request(command, more));
    return { id: approval?.id ?? "", output };
  };
  const outside = { dangerouslyDisableSandbox: true };
  const once = await ask("rm -rf a");
  await desk.broker.decide({ id: once.id, decision: "approve", scope: "session" }, "tui:admin");
  for (const command of ["rm -rf a", "make", "cat x"]) {
    assertEquals((await ask(command)).output, decided({ behavior: "allow" }), command);
    assertEquals((await ask(command, { dangerouslyDisableSandbox: false })).output, decided({ behavior: "allow" }));
    const { id, output } = await ask(command, outside);
    assertEquals(output, undefined, command);
    const { input, detail, risk } = desk.store.inbox.get(id)!;
    assertEquals([input, detail], [command, "outside the sandbox (dangerouslyDisableSandbox)"]);
    assertEquals(risk, command === "rm -rf a" ? "destructive" : "execute");
    const wider = () => desk.broker.decide({ id, decision: "approve", scope: "always" }, "tui:admin");
    await assertRejects(wider, ConsoleError, "it runs outside the agent's sandbox, must run inside; approve it once");
    await desk.broker.decide({ id, decision: "approve" }, "tui:admin");
  }
  const denies = new Desk({ rules: [{ tool: "Bash", pattern: "rm *", decision: "deny" }] });
  const { output } = await denies.report(request("ls; rm -rf a", outside));
  assertEquals(output, decided({ behavior: "deny", message: "denied by rule config:1" }));
});
