/** Tools about requests: what waits for a person, an answer where agents may give one, and a request of the agent's own. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { type Hub, thisAsker } from "./hub.ts";
import { SESSION_NAME } from "./named_session.ts";
import { type Prompter } from "./permission.ts";
import { addTool, CHANGES, READS } from "./tool.ts";

/** Above the longest wait of the daemon, ms. */
const ASKED_MS = 590_000;

export function approvalTools(server: McpServer, hub: Hub, prompter: Prompter): void {
  addTool(server, "list_approvals", {
    title: "Requests that wait for a person",
    description: "What sessions ask their person for, oldest first. Those in terminalQuestions are answered only in " +
      "the agents' own terminals.",
    annotations: READS,
    input: z.strictObject({ sessionId: z.string().optional().describe(`only those of this session: ${SESSION_NAME}`) }),
    run: async ({ sessionId }, signal) => {
      const its = sessionId ? { sessionId: await hub.sessionId(sessionId, signal) } : {};
      const { approvals, terminalQuestions } = await hub.call("approval.list", its, signal);
      return { approvals, terminalQuestions };
    },
  });
  addTool(server, "answer_approval", {
    title: "Answer a request of another session",
    description: "Answers a request of another session, once. Refused unless the person at this machine has allowed " +
      "it, and always for requests of your own session.",
    annotations: { ...CHANGES, destructiveHint: true },
    input: z.strictObject({
      id: z.string().describe("from list_approvals"),
      decision: z.enum(["approve", "deny"]),
      message: z.string().max(2000).optional().describe("with deny: why, for the agent that asks"),
    }),
    run: async ({ id, decision, message }, signal) => {
      const asker = await thisAsker();
      const why = message === undefined ? {} : { message };
      const { delivered } = await hub.call("mcp.answer", { id, decision, ...why, ...asker }, signal);
      return { id, decision, ...(delivered === undefined ? {} : { delivered }) };
    },
  });
  addTool(server, "permission_prompt", {
    title: "Ask the person for a permission",
    description: "For --permission-prompt-tool: asks the person at this machine whether a tool may run, and waits.",
    annotations: CHANGES,
    // Members that a newer agent adds are no reason to refuse.
    input: z.object({
      tool_name: z.string().min(1),
      input: z.record(z.string(), z.unknown()),
      tool_use_id: z.string().max(200).optional(),
    }),
    run: async ({ tool_name: tool, input, tool_use_id: callId }, signal) =>
      JSON.stringify(await prompter.ask({ tool, input, callId }, hub.ending(signal, ASKED_MS))),
  });
}
