/** What `permission_prompt` gives an agent back. */
import { assertEquals } from "@std/assert";
import type { Hub } from "../../src/mcp_server/hub.ts";
import { Prompter } from "../../src/mcp_server/permission.ts";

Deno.test("M3 permission_prompt gives the answers to a question back in its input, and else the input as it came", async () => {
  const input = { questions: [{ question: "Which?" }] };
  const answers = { "Which?": "b" };
  for (
    const [output, updatedInput] of [
      [{ decision: "allow", answers }, { ...input, answers }],
      [{ decision: "allow" }, input],
    ] as const
  ) {
    const call = (method: string) =>
      Promise.resolve(
        method === "mcp.sessions" ? { sessions: [{ id: "s" }] } : { id: "a", outcome: "approved", output },
      );
    const asked = { tool: "AskUserQuestion", input, callId: "c1" };
    const got = await new Prompter({ call } as unknown as Hub).ask(asked, new AbortController().signal);
    assertEquals(got, { behavior: "allow", updatedInput });
  }
});
