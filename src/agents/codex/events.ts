/**
 * Codex's hook events (0.169.0; 12 names), as recorded in tests/fixtures/codex. Their shape is Claude's; what differs:
 * a prompt's id is the `turn_id`; SessionStart comes only with the first prompt; a failing command ends in PostToolUse
 * as any other; Esc fires Interrupt, and an API error nothing at all.
 */
import type { ApprovalRequest } from "../../domain/approval.ts";
import { TEXT_CAPS } from "../../domain/session.ts";
import { type Adapter, ignored } from "../shared/adapter.ts";
import { type EventHandlers, HOOK_FORMAT_EVENTS, type HookFormat, parseHookEvent } from "../shared/hook_format.ts";
import { allowResponse, denyResponse, stopResponse } from "../shared/hook_format_response.ts";
import { permissionRequest } from "../shared/hook_format_request.ts";
import { dialogOf, toolOf } from "../shared/hook_format_tools.ts";
import { type Fields, isFields, objectField, optional, stringField } from "../../lib/json_fields.ts";
import { PARENT_PID } from "../shared/hook_env.ts";
import { absolutePath, idField } from "../shared/ids.ts";
import { excerpt } from "../shared/excerpt.ts";
import type { ToolTable } from "../shared/tool_table.ts";

export const codex: Adapter = {
  name: "codex",
  understand: (event, env) =>
    parseHookEvent(isFields(event) ? { ...event, prompt_id: event["turn_id"] } : event, env, CODEX),
  /** Codex refuses the whole response for one field that it does not know or does not support yet. */
  responseFor(event, decision) {
    const name = isFields(event) ? stringField(event, "hook_event_name") : undefined;
    if (name === "PermissionRequest") return decision.kind === "approve" ? allowResponse() : denyResponse(decision);
    return name === "PreToolUse" && decision.kind === "deny" ? stopResponse(decision) : undefined;
  },
};

const { SessionStart, UserPromptSubmit, PreToolUse, PostToolUse, SubagentStart, SubagentStop } = HOOK_FORMAT_EVENTS;

const MEANING: EventHandlers = {
  SessionStart: (e) => {
    const begun = SessionStart(e);
    // of one that is resumed the row may be what a dead process left behind
    return begun.kind === "announced" && !begun.resumed ? { ...begun, inTurn: true } : begun;
  },
  SessionEnd: (e, id) => ({
    kind: "ended",
    reason: stringField(e, "reason") ?? "other",
    reopenable: { command: ["codex", "resume", id], ...optional("cwd", absolutePath(stringField(e, "cwd"))) },
  }),
  UserPromptSubmit,
  Stop: (e) => {
    const message = stringField(e, "last_assistant_message");
    // it does not say what still runs, not even sub-agents, whose end may come later (recording: codex-full)
    return {
      kind: "finished",
      ...optional("promptId", idField(e, "turn_id")),
      ...optional("lastMessage", message && excerpt(message, TEXT_CAPS.message)),
    };
  },
  Interrupt: () => ({ kind: "interrupted" }),
  PreToolUse,
  PostToolUse,
  PermissionRequest: (e) => {
    const tool = toolOf(e);
    // Codex adds a description to the input here: but for the tools whose telling field is known, the call that began
    // just before is known by the tool's name alone.
    const known = tool !== undefined && Object.hasOwn(CODEX_TOOLS, tool.name) ? tool : tool && { name: tool.name };
    return { kind: "requested", ...dialogOf(e), ...optional("tool", known) };
  },
  SubagentStart,
  SubagentStop,
  ...ignored("PreModelRequest", "PostModelRequest", "PreCompact", "PostCompact"),
};

export const CODEX_TOOLS: ToolTable = { Bash: ["command", "command"], apply_patch: ["write"] };

const CODEX: HookFormat = {
  agent: "codex",
  pid: PARENT_PID,
  meaning: MEANING,
  request: codexRequest,
  opensNot: isOwnThread,
};

/** A hook before a tool can deny it; Codex is not known to take an approval there. */
function codexRequest(event: Fields): ApprovalRequest | undefined {
  const name = stringField(event, "hook_event_name");
  if (name !== "PermissionRequest" && name !== "PreToolUse") return undefined;
  const request = permissionRequest(event, name === "PreToolUse" ? "gate" : "behind", CODEX_TOOLS);
  return request && {
    ...request,
    ...(request.tool === "apply_patch" ? patched(event) : {}),
    ...(request.action === "command" && name === "PermissionRequest" ? escalation(request) : {}),
    acceptsApproval: name === "PermissionRequest",
  };
}

/**
 * Codex asks before a shell command only where it is to leave its sandbox, and asks for the network in the same form, as
 * the command `network-access HOST` with the address as its description (0.171).
 */
function escalation({ subject, reasoning, detail }: ApprovalRequest): Partial<ApprovalRequest> {
  const [, host] = /^network-access (\S+)$/.exec(subject) ?? [];
  if (host === undefined) return { detail: detail ?? OUTSIDE };
  const [, address] = /^network-access (\S+)$/.exec(reasoning ?? "") ?? [];
  return { action: "fetch", subject: address ?? host, detail: "network access from Codex's sandbox" };
}

const OUTSIDE = "outside Codex's sandbox";

/**
 * A patch to one file is known by the file's path; one to several by its whole text, which no path's rule matches. Codex
 * takes a header with spaces before it: a context line that looks like one makes the patch one to several.
 */
function patched(event: Fields): Pick<ApprovalRequest, "subject" | "paths" | "detail" | "detailForm"> | undefined {
  const patch = stringField(objectField(event, "tool_input") ?? {}, "command");
  const paths = [...(patch ?? "").matchAll(/^[^\S\n]*\*\*\*[^\S\n]*(?:(?:Add|Update|Delete) File|Move to):([^\n]+)/gm)];
  if (patch === undefined) return undefined;
  const [path, ...more] = paths.map(([, name = ""]) => name.trim());
  if (path === undefined) return { subject: patch };
  return more.length === 0
    ? { subject: path, detail: patch, detailForm: "patch" }
    : { subject: patch, paths: [path, ...more] };
}

/**
 * Codex runs a thread of its own for each title, and its hooks fire (recording: codex-acp). It is written to no file:
 * `transcript_path` is null in its events, and its first prompt is one of Codex's own texts. The threads without a file
 * that are the user's (`codex exec --ephemeral`) are opened by their prompt.
 */
function isOwnThread(event: Fields): boolean {
  if (event["transcript_path"] !== null) return false;
  return stringField(event, "hook_event_name") !== "UserPromptSubmit" ||
    TITLE_PROMPT.test(stringField(event, "prompt") ?? "");
}

const TITLE_PROMPT = /^\s*(?:Generate a concise, single-line task title|Your task is to generate a very short title)/;
