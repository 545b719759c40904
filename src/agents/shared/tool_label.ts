/** A call as a row shows it: one readable line, secrets masked, both ends of a long input. */
import type { ApprovalRequest } from "../../domain/approval.ts";
import { TEXT_CAPS, type ToolUse } from "../../domain/session.ts";
import { optional } from "../../lib/json_fields.ts";
import { oneLineExcerpt } from "./excerpt.ts";

type Call = Pick<ApprovalRequest, "tool" | "subject">;

/** `id`: the agent's id of the call, where it sends one. */
export function describeTool({ tool, subject }: Call, id?: string): ToolUse {
  const words = subject === "" || subject === "{}" ? undefined : oneLineExcerpt(subject, TEXT_CAPS.tool);
  return { name: tool, ...optional("text", words), ...optional("id", id) };
}

/** The text of a request: what the agent's dialog is about. */
export function promptText({ tool, subject }: Call): string {
  return oneLineExcerpt(subject === "" || subject === "{}" ? tool : `${tool}: ${subject}`, TEXT_CAPS.waiting);
}
