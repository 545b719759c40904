/** Tools that give another agent a prompt, and read what it said. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { follow } from "../client/follow.ts";
import { currentFolder } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { Hub } from "./hub.ts";
import { SESSION_NAME } from "./named_session.ts";
import { addTool, CHANGES, READS } from "./tool.ts";

type Turn = ResultOf<"turn.recent">["turns"][number];

export function turnTools(server: McpServer, hub: Hub): void {
  addTool(server, "submit_turn", {
    title: "Give another agent a prompt",
    description: "Gives a prompt to an agent that the daemon runs: in a new session, or in one of its sessions. " +
      "Answers once it is queued; get_turn reads what came of it. Your own session is refused.",
    annotations: { ...CHANGES, openWorldHint: true },
    input: z.strictObject({
      text: z.string().min(1).describe("the prompt"),
      agent: z.string().optional().describe("of the configuration, for a new session"),
      sessionId: z.string().optional().describe(`a session that the daemon runs: ${SESSION_NAME}`),
      cwd: z.string().startsWith("/").optional().describe("where a new session works; your folder by default"),
    }),
    run: async ({ text, agent, sessionId, cwd }, signal) => {
      const { turnId } = await hub.call("turn.submit", {
        text,
        ...(agent === undefined ? {} : { agent }),
        ...(sessionId === undefined
          ? { cwd: cwd ?? currentFolder() }
          : { sessionId: await hub.othersId(sessionId, signal) }),
      }, signal);
      return { turnId };
    },
  });
  addTool(server, "get_turn", {
    title: "What came of a prompt",
    description:
      "A turn that submit_turn began: its status, and what the agent said so far. With timeoutSecs it waits " +
      "for its end, 10 minutes at most.",
    annotations: READS,
    input: z.strictObject({
      turnId: z.string().describe("from submit_turn"),
      timeoutSecs: z.number().min(0).max(600).default(0),
    }),
    run: async ({ turnId, timeoutSecs }, signal) => {
      const turn = await turnOf(hub, turnId, signal);
      if (turn.endedAt !== undefined || timeoutSecs === 0) return turn;
      const ending = hub.ending(signal, timeoutSecs * 1000);
      for await (const one of follow({ context: hub.context, signal: ending, topics: ["turn"] })) {
        const isIts = one.kind === "event" && one.event.type === "turn.ended" && one.event.data["turnId"] === turnId;
        // With a snapshot it may have ended before.
        if (isIts || ((one.kind === "snapshot" || one.kind === "resumed") && await hasEnded(hub, turnId, signal))) {
          break;
        }
      }
      return await turnOf(hub, turnId, signal);
    },
  });
}

async function turnOf(hub: Hub, turnId: string, signal: AbortSignal): Promise<Turn> {
  const { turns: [turn] } = await hub.call("turn.recent", { turnId }, signal);
  if (turn === undefined) {
    throw new ConsoleError("not_found", `no turn has the id "${turnId}"`, { hint: "submit_turn gives it" });
  }
  return turn;
}

async function hasEnded(hub: Hub, turnId: string, signal: AbortSignal): Promise<boolean> {
  return (await turnOf(hub, turnId, signal)).endedAt !== undefined;
}
