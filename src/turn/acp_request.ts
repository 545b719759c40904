/** A request of an agent that we run, as approvals take requests. Pure. */
import { subjectOf, type ToolCall } from "../acp/tool_calls.ts";
import { describeTool, promptText } from "../agents/shared/tool_label.ts";
import type { ApprovalRequest } from "../domain/approval.ts";
import type { AgentEvent } from "../domain/report.ts";
import { LONG, recordedText } from "./recorded_text.ts";

/** So long it may wait for an answer, s: the agent has no dialog of its own. */
const HOLD_SECS = 86_400;

export interface AcpRequest {
  readonly request: ApprovalRequest;
  readonly event: AgentEvent;
}

/** @param cwd of its session, where the call names no folder of its own */
export function acpRequest(call: ToolCall, cwd: string, acceptsApproval: boolean): AcpRequest {
  const subject = subjectOf(call);
  const what = { for: "permission" } as const;
  return {
    request: { ...what, cwd, ...subject, dialog: "none", holdSecs: HOLD_SECS, acceptsApproval },
    event: {
      kind: "requested",
      ...what,
      text: promptText(subject),
      tool: describeTool(subject, recordedText(call.id, LONG.id)),
    },
  };
}
