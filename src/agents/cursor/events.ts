/**
 * Cursor's hook events (hooks.json version 1, Cursor 3.9). No recording exists: fields and order are read from
 * documents about cursor.com/docs/reference/hooks, not seen. So each field may be absent, and nothing rests on an order.
 */
import type { ApprovalRequest, Decision } from "../../domain/approval.ts";
import type { AgentEvent } from "../../domain/report.ts";
import { type Facts, TEXT_CAPS, type ToolUse } from "../../domain/session.ts";
import { type Adapter, type EventTable, handlerFor, ignored, type ParsedEvent } from "../shared/adapter.ts";
import { booleanField, type Fields, isFields, objectField, optional, stringField } from "../../lib/json_fields.ts";
import type { HookEnv } from "../shared/hook_env.ts";
import { absolutePath, idField } from "../shared/ids.ts";
import { processFacts } from "../shared/process_facts.ts";
import { excerpt } from "../shared/excerpt.ts";
import { callOf, type ToolTable } from "../shared/tool_table.ts";
import { describeTool, promptText } from "../shared/tool_label.ts";

const PROGRESS: AgentEvent = { kind: "progress" };

export const cursor: Adapter = {
  name: "cursor",
  understand(event: unknown, env: HookEnv): ParsedEvent {
    if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
    const sessionId = idField(event, "conversation_id") ?? idField(event, "session_id");
    if (sessionId === undefined) return { ok: false, problem: "conversation_id is no usable string" };
    const name = nameOf(event);
    const { read, ...problem } = handlerFor(MEANING, name);
    const agentEvent = read(event);
    return {
      ok: true,
      report: { agent: "cursor", sessionId, facts: factsOf(event, name, env), event: agentEvent },
      ...optional("request", cursorRequest(event)),
      ...problem,
    };
  },
  responseFor(event: unknown, decision: Decision): Readonly<Record<string, unknown>> | undefined {
    const request = isFields(event) ? cursorRequest(event) : undefined;
    if (request === undefined) return undefined;
    if (decision.kind === "approve") return request.acceptsApproval ? { permission: "allow" } : undefined;
    const message = decision.message ?? "Denied by the user.";
    return { permission: "deny", user_message: message, agent_message: message };
  },
};

/**
 * Cursor runs the hooks of Claude Code's settings as well, with its own payload (seen with 3.13). Only Cursor's has these
 * members.
 */
function isCursorEvent(event: unknown): boolean {
  return isFields(event) &&
    [stringField(event, "cursor_version"), stringField(event, "conversation_id")].some((value) => value !== undefined);
}

/** Whose hooks it runs beside its own. */
export const CURSOR_ALSO_RUNS = { agent: "claude", isOwn: isCursorEvent };

/** Cursor's name of the event. A hook that is registered under Claude Code's name may be given that one. */
function nameOf(event: Fields): string {
  const name = stringField(event, "hook_event_name") ?? "";
  return Object.hasOwn(CLAUDES_NAMES, name) ? CLAUDES_NAMES[name] ?? name : name;
}

const CLAUDES_NAMES: Readonly<Record<string, string>> = {
  SessionStart: "sessionStart",
  SessionEnd: "sessionEnd",
  UserPromptSubmit: "beforeSubmitPrompt",
  PreToolUse: "preToolUse",
  PostToolUse: "postToolUse",
  PostToolUseFailure: "postToolUseFailure",
  SubagentStart: "subagentStart",
  SubagentStop: "subagentStop",
  Stop: "stop",
  PreCompact: "preCompact",
};

function factsOf(event: Fields, name: string, env: HookEnv): Facts {
  // Cursor sends its hooks no pid; a CLAUDE_PID would be that of an agent that started it.
  const roots = Object.hasOwn(event, "workspace_roots") ? event["workspace_roots"] : undefined;
  const root: unknown = Array.isArray(roots) ? roots[0] : undefined;
  const prompt = name === "beforeSubmitPrompt" ? stringField(event, "prompt") : undefined;
  return {
    // the folder of a command may be any: the workspace is the session's
    ...optional("cwd", typeof root === "string" && root !== "" ? root : stringField(event, "cwd")),
    ...optional("transcriptPath", stringField(event, "transcript_path")),
    ...optional("model", stringField(event, "model")),
    ...optional("lastPrompt", prompt && excerpt(prompt, TEXT_CAPS.prompt)),
    ...processFacts(env, "PPID"),
  };
}

const MEANING: EventTable<(event: Fields) => AgentEvent> = {
  sessionStart: () => ({ kind: "announced", resumed: false }),
  sessionEnd: (e) => ({ kind: "ended", reason: stringField(e, "reason") ?? "other" }),

  beforeSubmitPrompt: (e) => {
    const prompt = stringField(e, "prompt");
    return { kind: "prompt", byUser: true, ...optional("text", prompt && excerpt(prompt, TEXT_CAPS.prompt)) };
  },
  stop: (e) => {
    switch (stringField(e, "status")) {
      case "aborted":
        return { kind: "interrupted" };
      case "error":
        return {
          kind: "failed",
          error: "unknown",
          text: excerpt(stringField(e, "error_message") ?? "", TEXT_CAPS.message),
        };
      default:
        return { kind: "finished" };
    }
  },
  afterAgentResponse: () => PROGRESS,

  preToolUse: (e) => {
    const tool = toolOf(e);
    return tool === undefined ? PROGRESS : { kind: "tool", tool };
  },
  postToolUse: ended,
  postToolUseFailure: (e) => booleanField(e, "is_interrupt") ? { kind: "interrupted" } : failed(e),

  beforeShellExecution: requested,
  beforeMCPExecution: requested,
  afterShellExecution: afterDialog,
  afterMCPExecution: afterDialog,

  subagentStart: () => ({ kind: "subagent", change: 1 }),
  subagentStop: () => ({ kind: "subagent", change: -1 }),

  ...ignored("beforeReadFile", "afterFileEdit", "preCompact", "afterAgentThought", "workspaceOpen"),
  ...ignored("beforeTabFileRead", "afterTabFileEdit"),
};

/** Cursor's names of its tools; MCP tools are called `MCP:name`. */
export const CURSOR_TOOLS: ToolTable = {
  Shell: ["command", "command"],
  Write: ["write", "file_path"],
  Read: ["read", "file_path"],
  Grep: ["search", "path"],
};

function toolOf(event: Fields): ToolUse | undefined {
  const call = toolCallOf(event);
  return call && describeTool(call);
}

function toolCallOf(event: Fields): ReturnType<typeof callOf> | undefined {
  const name = stringField(event, "tool_name");
  return name === undefined ? undefined : callOf(name, objectField(event, "tool_input") ?? {}, CURSOR_TOOLS);
}

function ended(event: Fields): AgentEvent {
  const tool = toolOf(event);
  return tool === undefined ? PROGRESS : { kind: "progress", tools: [comparable(tool)] };
}

function failed(event: Fields): AgentEvent {
  const over = ended(event);
  return over.kind === "progress" && over.tools !== undefined ? { ...over, failed: true } : over;
}

/**
 * Cursor runs these hooks before it decides whether a human must approve. That it ran the call by itself shows only
 * when the call has ended; until then the row waits. A row that waits in vain is better than a request that nobody
 * sees.
 */
function requested(event: Fields): AgentEvent {
  const request = cursorRequest(event);
  return request === undefined
    ? PROGRESS
    : { kind: "requested", for: "permission", text: promptText(request), tool: comparable(describeTool(request)) };
}

function afterDialog(event: Fields): AgentEvent {
  const call = executionOf(event);
  return call === undefined ? PROGRESS : { kind: "progress", tools: [comparable(describeTool(call))] };
}

/** The input of an MCP call comes as an object in some events and as text in others: they are compared by name. */
function comparable({ name, text: words }: ToolUse): ToolUse {
  return { name, ...optional("text", name.startsWith("MCP:") ? undefined : words) };
}

function cursorRequest(event: Fields): ApprovalRequest | undefined {
  switch (nameOf(event)) {
    case "beforeShellExecution":
    case "beforeMCPExecution": {
      const call = executionOf(event);
      // the folder of a command may be any, the row's is the workspace
      return call &&
        {
          for: "permission",
          ...call,
          ...optional("cwd", absolutePath(stringField(event, "cwd"))),
          dialog: "behind",
          acceptsApproval: true,
        };
    }
    case "preToolUse": {
      const call = toolCallOf(event);
      // commands and tools of servers have their own hook right behind this one
      if (call === undefined || call.tool === "Shell" || call.tool.startsWith("MCP:")) return undefined;
      return { for: "permission", ...call, dialog: "gate", acceptsApproval: false };
    }
    default:
      return undefined;
  }
}

/** The call of the four events around an execution: a command line, or a tool of an MCP server with its input. */
function executionOf(event: Fields): Pick<ApprovalRequest, "tool" | "action" | "subject"> | undefined {
  if (nameOf(event).endsWith("ShellExecution")) {
    const command = stringField(event, "command");
    return command === undefined ? undefined : { tool: "Shell", action: "command", subject: command };
  }
  const name = stringField(event, "tool_name");
  if (name === undefined) return undefined;
  const tool = name.startsWith("MCP:") ? name : `MCP:${name}`;
  const subject = stringField(event, "tool_input") ?? JSON.stringify(objectField(event, "tool_input") ?? {});
  return { tool, action: "other", subject };
}
