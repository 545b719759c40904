import { assertEquals } from "@std/assert";
import { callOf, CLAUDE_TOOLS } from "../../src/agents/tool_call.ts";

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
