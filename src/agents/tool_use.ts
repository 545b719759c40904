/** A call as a row shows it: one readable line, secrets masked, both ends of a long input. */
import type { Ask } from "../domain/approval.ts";
import { TEXT_CAPS, type ToolUse } from "../domain/session.ts";
import { maybe } from "./fields.ts";
import { line } from "./readable.ts";

type Call = Pick<Ask, "tool" | "subject">;

/** `id`: the agent's id of the call, where it tells. */
export function toolUse({ tool, subject }: Call, id?: string): ToolUse {
  const words = subject === "" || subject === "{}" ? undefined : line(subject, TEXT_CAPS.tool);
  return { name: tool, ...maybe("text", words), ...maybe("id", id) };
}

/** What the agent's dialog asks about. */
export function dialogText({ tool, subject }: Call): string {
  return line(subject === "" || subject === "{}" ? tool : `${tool}: ${subject}`, TEXT_CAPS.waiting);
}
