/**
 * Agents whose hooks have Claude Code's shape, registered as `hook claude-like --name NAME`. Seen: Qwen Code 0.24.4
 * (tests/fixtures/qwen), whose order differs: PermissionRequest comes before PreToolUse, and blocks the dialog;
 * Notification says `idle_prompt` after each turn and after Esc; each round of tools brings a UserPromptSubmit with an
 * empty prompt.
 */
import type { ApprovalRequest } from "../../domain/approval.ts";
import type { Adapter } from "../shared/adapter.ts";
import { type EventHandlers, HOOK_FORMAT_EVENTS, parseHookEvent } from "../shared/hook_format.ts";
import { allowResponse, denyResponse } from "../shared/hook_format_response.ts";
import { permissionRequest } from "../shared/hook_format_request.ts";
import { UNKNOWN_TIMEOUT_HOLD_SECS } from "../shared/hook_spec.ts";
import { dialogOf } from "../shared/hook_format_tools.ts";
import { type Fields, isFields, stringField } from "../../lib/json_fields.ts";
import { PARENT_PID } from "../shared/hook_env.ts";
import { HOOK_FORMAT_TOOLS, type ToolTable } from "../shared/tool_table.ts";

/** Claude's names and those of the Gemini family. */
export const CLAUDE_LIKE_TOOLS: ToolTable = {
  ...HOOK_FORMAT_TOOLS,
  run_shell_command: ["command", "command"],
  write_file: ["write", "file_path"],
  edit: ["write", "file_path"],
  read_file: ["read", "file_path"],
  glob: ["list"],
  grep_search: ["search"],
  list_directory: ["list", "path"],
  web_fetch: ["fetch", "url"],
};

const MEANING: EventHandlers = {
  ...HOOK_FORMAT_EVENTS,
  // not known whether a refused call fails in this way, too
  PostToolUseFailure: (e) => {
    const event = HOOK_FORMAT_EVENTS.PostToolUseFailure(e);
    if (event.kind !== "progress") return event;
    const { ran: _, ...ended } = event;
    return ended;
  },
  // the round of a tool is no prompt of the user's; neither the turn nor its id are new
  UserPromptSubmit: (e) =>
    stringField(e, "prompt") === undefined ? { kind: "progress" } : HOOK_FORMAT_EVENTS.UserPromptSubmit(e),
};

/** `name` is what its rows are called. */
export function claudeLike(name: string): Adapter {
  return {
    name,
    understand: (event, env) =>
      parseHookEvent(withCallId(event), env, {
        agent: name,
        pid: PARENT_PID,
        meaning: MEANING,
        request: requestOf,
      }),
    responseFor(event, decision) {
      if (!isFields(event) || stringField(event, "hook_event_name") !== "PermissionRequest") return undefined;
      if (decision.kind === "approve") return dialogOf(event).for === "question" ? undefined : allowResponse();
      return denyResponse(decision);
    },
  };
}

/** Approving a question does not answer it (recorded): it is left to the agent's own terminal, which a wait would hide. */
function requestOf(event: Fields): ApprovalRequest | undefined {
  if (stringField(event, "hook_event_name") !== "PermissionRequest") return undefined;
  const request = permissionRequest(event, "behind", CLAUDE_LIKE_TOOLS);
  const held = request && { ...request, holdSecs: UNKNOWN_TIMEOUT_HOLD_SECS };
  return held?.for === "question" ? { ...held, acceptsApproval: false } : held;
}

/** Qwen gives a call an id of its own, but its batches name the model's (recording: qwen-tui). */
function withCallId(event: unknown): unknown {
  if (!isFields(event)) return event;
  const id = stringField(event, "tool_call_id");
  return id === undefined ? event : { ...event, tool_use_id: id };
}
