/**
 * What agents may do by MCP that people must allow: answering for them (section mcp). The server itself is a client of
 * this daemon (src/mcp_server), which an agent starts; here is what it cannot decide by itself.
 */
import type { Projection } from "../core/projection.ts";
import type { Feature } from "../core/service.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { askingSessions, whoseRequest } from "./asker.ts";
import { mcpMethods } from "./methods.ts";
import { mcpSection } from "./section.ts";

export const mcp: Feature<keyof typeof mcpMethods, Projection, typeof mcpSection> = {
  name: "mcp",
  config: mcpSection,
  methods: mcpMethods,
  create: ({ store, approvals, settings }) => ({
    handlers: {
      "mcp.sessions": (asker) => ({ sessions: askingSessions(asker, store).map(({ id, agent }) => ({ id, agent })) }),
      "mcp.answer": ({ sessionIds, pids, ...decision }, { peer }) => {
        if (!settings.current.answer_approvals) throw answersOff();
        const own = askingSessions({ ...(sessionIds && { sessionIds }), ...(pids && { pids }) }, store);
        const approval = approvals.approvalOf(decision.id);
        // What there is not, or not any more, the broker says.
        const whose = approval?.status === "pending" ? whoseRequest(approval.sessionId, own, store) : "another";
        if (whose === "own") throw ownRequest(decision.id);
        if (whose === "unknown") throw unknownAsker(decision.id);
        return approvals.decide(decision, peer.actor, "agent");
      },
    },
  }),
};

/** No command in it: an agent reads this, and is not to run one. */
function answersOff(): ConsoleError {
  return new ConsoleError("forbidden", "agents answer no requests here", {
    hint: "the person at this machine answers, or sets mcp.answer_approvals in the configuration",
  });
}

function unknownAsker(id: string): ConsoleError {
  const why = "may be of the session that asks: no process is known behind one of both";
  return new ConsoleError("forbidden", `request "${escapeControls(id)}" ${why}`, {
    hint: "the person at this machine answers",
  });
}

function ownRequest(id: string): ConsoleError {
  return new ConsoleError("forbidden", `request "${escapeControls(id)}" is of the session that asks`, {
    hint: "the person at this machine answers",
  });
}
