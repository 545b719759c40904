/** Whether an agent is on this machine: the one answer for `doctor`, `onboard` and `hooks install`. */
import type { AgentProgram } from "../agents/shared/agent_program.ts";
import { findProgram } from "../platform/find_program.ts";

/** Where its program is on PATH; undefined where it is not, or the agent has none by which to know it. */
export function agentPath({ program }: { readonly program?: AgentProgram | undefined }): string | undefined {
  return program === undefined ? undefined : findProgram(program.command);
}
