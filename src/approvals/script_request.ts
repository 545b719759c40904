/** From the params of `approval.request` to a request like an agent's. Pure. */
import { promptText } from "../agents/shared/tool_label.ts";
import type { IncomingRequest } from "../core/approvals_port.ts";
import { withPresentedTools } from "../domain/presentation.ts";
import type { AgentEvent } from "../domain/report.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";

/** A script's request. It has no dialog of an agent's, so waiting blocks only the script: as `beside`. */
export function requestFromScript(
  { sessionId, tool, input, reasoning }: ParamsOf<"approval.request">,
  agent: string,
): IncomingRequest {
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
    responseFor: (decision) => ({ decision: decision.kind === "approve" ? "allow" : "deny" }),
  };
}
