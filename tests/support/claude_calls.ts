/** Calls of one session of Claude Code for tests of the policy, on the desk (desk.ts). */
import type { GivenRule } from "../../src/policy/rule.ts";
import { TUI } from "./claude_request.ts";
import type { Desk, Report } from "./desk.ts";

export function claude(hook_event_name: string, command: string, more: Record<string, unknown> = {}): Report {
  const event = { session_id: "s", cwd: "/w", hook_event_name, tool_name: "Bash", tool_input: { command }, ...more };
  return { agent: "claude", event, env: TUI };
}

export const permissionRequest = (command: string) => claude("PermissionRequest", command);

/** What the hook is told at once: `allow`, `deny`, `held` or nothing. */
export async function told(desk: Desk, report: Report): Promise<string | undefined> {
  const { output, approval } = await desk.report(report);
  if (approval !== undefined) return "held";
  const { decision, permissionDecision } = (output?.["hookSpecificOutput"] ?? {}) as {
    decision?: { behavior: string };
    permissionDecision?: string;
  };
  return decision?.behavior ?? permissionDecision;
}

export const rule = (decision: "allow" | "deny", pattern: string): GivenRule => ({ tool: "Bash", pattern, decision });
