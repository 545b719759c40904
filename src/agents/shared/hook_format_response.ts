/** What a hook of the common format prints: Claude Code's format, which Codex and similar agents take too. */
import type { Decision } from "../../domain/approval.ts";

export type HookResponse = Readonly<Record<string, unknown>>;

/** The agent shows the model a reason; this one where the human gave none. */
const NO_REASON = "Denied by the user";

/** PermissionRequest: denies, with the reason. */
export function denyResponse(decision: Extract<Decision, { kind: "deny" }>): HookResponse {
  return permissionRequest({ behavior: "deny", message: decision.message || NO_REASON });
}

/** PermissionRequest: approves this call and nothing else. */
export function allowResponse(more: HookResponse = {}): HookResponse {
  return permissionRequest({ behavior: "allow", ...more });
}

/** PreToolUse: denies, with the reason. */
export function stopResponse(decision: Extract<Decision, { kind: "deny" }>): HookResponse {
  return hookPermission({ permissionDecision: "deny", permissionDecisionReason: decision.message || NO_REASON });
}

function permissionRequest(fields: HookResponse): HookResponse {
  return { hookSpecificOutput: { hookEventName: "PermissionRequest", decision: fields } };
}

/** PreToolUse: a decision about the permission of a call. */
export function hookPermission(fields: HookResponse): HookResponse {
  return { hookSpecificOutput: { hookEventName: "PreToolUse", ...fields } };
}
