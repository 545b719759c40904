/** The requests of Claude Code in three of its hooks (recordings: claude-decisions, claude-modes, claude-full). */
import type { ApprovalRequest } from "../../domain/approval.ts";
import { parseForm } from "../shared/elicitation.ts";
import { type Fields, optional, stringField } from "../../lib/json_fields.ts";
import type { HookEnv } from "../shared/hook_env.ts";
import { permissionRequest } from "../shared/hook_format_request.ts";
import { rememberedIn } from "./response.ts";

/** Undefined for events that take no decision. */
export function claudeRequest(event: Fields, env: HookEnv): ApprovalRequest | undefined {
  // Where Claude has no terminal of its own (`-p`, SDK, ACP) no dialog is on a screen while the hook runs. Of a
  // sub-agent's request it shows none before the hook has ended, whatever the terminal (recorded: it came after 45 s).
  const isSubagents = event["agent_id"] !== undefined;
  const dialog = env["CLAUDE_CODE_ENTRYPOINT"] === "cli" && !isSubagents ? "beside" : "behind";
  switch (stringField(event, "hook_event_name")) {
    case "PermissionRequest": {
      const request = permissionRequest(event, dialog);
      return request && { ...request, ...optional("remembers", rememberedIn(event)) };
    }
    case "PreToolUse":
      return permissionRequest(event, "gate");
    case "Elicitation":
      return elicitation(event);
    default:
      return undefined;
  }
}

function elicitation(event: Fields): ApprovalRequest {
  const choices = parseForm(event)?.map(({ question, options, descriptions, multiple }) => ({
    question,
    options,
    ...optional("descriptions", descriptions),
    multiple,
  }));
  return {
    for: "elicitation",
    tool: stringField(event, "mcp_server_name") ?? "",
    action: "other",
    subject: [stringField(event, "message"), stringField(event, "url")].filter((words) => words !== undefined).join(
      " ",
    ),
    ...(choices === undefined || choices.length === 0 ? {} : { choices }),
    dialog: "behind",
    // A form that we cannot fill in, or a page that a person has to open: a hook can only decline it.
    acceptsApproval: choices !== undefined,
  };
}
