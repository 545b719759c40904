/** From the params of `approval.request` to a request like an agent's. Pure. */
import { promptText } from "../agents/shared/tool_label.ts";
import type { IncomingRequest } from "../core/approvals_port.ts";
import { withPresentedTools } from "../domain/presentation.ts";
import type { AgentEvent } from "../domain/report.ts";
import type { Session } from "../domain/session.ts";
import { anotherAgents, nameTaken, unknownSession } from "./errors.ts";
import { isFreeName } from "../agents/shared/free_name.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";

/**
 * A script's request. It has no dialog of an agent's, so waiting blocks only the script: as `beside`.
 *
 * @param row of the session that the script names
 * @throws {ConsoleError} `not_found`, `conflict`, `invalid_params`
 */
export function requestFromScript(
  params: ParamsOf<"approval.request">,
  row: Session | undefined,
): IncomingRequest {
  const { sessionId, tool, input, reasoning } = params;
  const agent = agentOfScript(params, row);
  const text = promptText({ tool, subject: input });
  const event: AgentEvent = { kind: "requested", for: "permission", text, tool: { name: tool }, scripted: true };
  return {
    report: { agent, sessionId, facts: {}, event: withPresentedTools(event) },
    request: {
      for: "permission",
      tool,
      action: "other",
      subject: input,
      dialog: "beside",
      acceptsApproval: true,
      scripted: true,
      ...(reasoning === undefined ? {} : { reasoning }),
    },
    cut: false,
    responseFor: (decision) => {
      if (decision.kind === "deny") return { decision: "deny" };
      // To a question of the hook that asks about the same call.
      return { decision: "allow", ...(decision.answers === undefined ? {} : { answers: decision.answers }) };
    },
  };
}

/** Whose row a script's request makes or changes: a script never speaks as an agent that reports for itself. */
function agentOfScript({ sessionId, agent }: ParamsOf<"approval.request">, row: Session | undefined): string {
  if (row !== undefined) {
    if (agent !== undefined && agent !== row.agent) throw anotherAgents(row, agent);
    return row.agent;
  }
  if (agent === undefined) throw unknownSession(sessionId);
  if (!isFreeName(agent)) throw nameTaken(agent);
  return agent;
}
