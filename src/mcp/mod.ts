/**
 * What agents may do by MCP that people must allow: answering for them (section mcp). The server itself is a client of
 * this daemon (src/mcp_server), which an agent starts; here is what it cannot decide by itself.
 */
import type { Projection } from "../core/projection.ts";
import type { Feature } from "../core/service.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { askingSessions, isSameTree } from "./asker.ts";
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
        if (own.length === 0) throw unknownAsker();
        const asked = approvals.approvalOf(decision.id)?.sessionId;
        if (asked !== undefined && own.some(({ id }) => isSameTree(id, asked, store))) throw ownRequest(decision.id);
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

function unknownAsker(): ConsoleError {
  return new ConsoleError("forbidden", "it is not known which session asks, so it may be the one that waits", {
    hint: "the person at this machine answers",
  });
}

function ownRequest(id: string): ConsoleError {
  return new ConsoleError("forbidden", `request "${escapeControls(id)}" is of the session that asks`, {
    hint: "the person at this machine answers",
  });
}
