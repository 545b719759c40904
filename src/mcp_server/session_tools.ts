/** Tools that show the sessions, and wait for one. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { sessionsUntil } from "../cli/sessions_until.ts";
import type { SessionView } from "../domain/query.ts";
import { displayStatus, SHOWN_STATES, type ShownState } from "../domain/state_words.ts";
import { env } from "../platform/process.ts";
import { type Hub, thisAsker } from "./hub.ts";
import { idOfNamed, SESSION_NAME } from "./named_session.ts";
import { addTool, READS } from "./tool.ts";

const state = z.enum(SHOWN_STATES as readonly [ShownState, ...ShownState[]]);
/** More are no help to an agent, and fill its context. */
const MOST_LISTED = 100;

export function sessionTools(server: McpServer, hub: Hub): void {
  addTool(server, "list_sessions", {
    title: "Sessions of coding agents",
    description: "The coding-agent sessions on this machine, most urgent first: id, agent, title, folder, state and " +
      "what each waits for. `self` marks the session that you are.",
    annotations: READS,
    input: z.strictObject({
      status: state.optional().describe("only those in this state"),
      agent: z.string().optional().describe("only those of this agent"),
    }),
    run: async ({ status, agent }, signal) => {
      const [all, { sessions: own }] = await Promise.all([
        hub.sessions(signal),
        thisAsker().then((asker) => hub.call("mcp.sessions", asker, signal)),
      ]);
      const listed = all.filter((one) =>
        (status === undefined ? one.status !== "closed" : displayStatus(one) === status) &&
        (agent === undefined || one.agent === agent)
      );
      const self = new Set(own.map(({ id }) => id));
      const sessions = listed.slice(0, MOST_LISTED).map((one) => ({
        ...summaryOf(one),
        ...(self.has(one.id) ? { self: true } : {}),
      }));
      return { sessions, ...(listed.length > MOST_LISTED ? { leftOut: listed.length - MOST_LISTED } : {}) };
    },
  });
  addTool(server, "get_session", {
    title: "One session",
    description: "One session with all that is known of it, and its history.",
    annotations: READS,
    input: z.strictObject({ id: z.string().describe(SESSION_NAME) }),
    run: async ({ id }, signal) =>
      await hub.call("session.get", { sessionId: await hub.sessionId(id, signal) }, signal),
  });
  addTool(server, "wait_for", {
    title: "Wait for a session",
    description: "Waits until one of the sessions (or all of them) is in a state, 10 minutes at most; after the " +
      "timeout it answers with timedOut. A session that can no longer get there is in `missed`. One that has begun " +
      "no turn is `starting`, not `idle`.",
    annotations: READS,
    input: z.strictObject({
      ids: z.array(z.string()).min(1).max(50).describe(`each: ${SESSION_NAME}`),
      until: state.describe("the state to wait for"),
      all: z.boolean().optional().describe("wait for all of them, not for one"),
      timeoutSecs: z.number().min(1).max(600).default(50),
    }),
    run: async ({ ids: given, until, all = false, timeoutSecs }, signal) => {
      const sessions = await hub.sessions(signal);
      const ids = given.map((one) => idOfNamed(one, sessions, env("HOME")));
      const ending = hub.ending(signal, timeoutSecs * 1000);
      const waited = await sessionsUntil(hub.context, ending, { ids, state: until, all });
      if (waited === undefined) return { timedOut: true };
      return { reached: waited.reached.map(summaryOf), missed: waited.missed.map(summaryOf) };
    },
  });
}

function summaryOf(session: SessionView) {
  const { id, agent, title, cwd, gitBranch, since, lastEventAt, lastPrompt, parentId } = session;
  const status = displayStatus(session);
  const detail = (session as unknown as Readonly<Record<string, unknown>>)[session.status];
  return {
    id,
    agent,
    title,
    cwd,
    gitBranch,
    status,
    [session.status]: detail,
    since,
    lastEventAt,
    lastPrompt,
    parentId,
  };
}
