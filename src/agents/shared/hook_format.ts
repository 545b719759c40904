/**
 * The hook format that Claude Code began and other agents took over: the common fields of an event, and what each event
 * means. An event without a meaning is a sign of life. What differs is in the {@link HookFormat} of each agent.
 */
import type { ApprovalRequest } from "../../domain/approval.ts";
import type { AgentEvent, Report } from "../../domain/report.ts";
import { type ErrorKind, type Facts, TEXT_CAPS } from "../../domain/session.ts";
import { type EventTable, handlerFor, ignored, type ParsedEvent } from "./adapter.ts";
import { batchOf, dialogOf, toolOf } from "./hook_format_tools.ts";
import { booleanField, type Fields, isFields, objectArrayField, optional, stringField } from "../../lib/json_fields.ts";
import type { HookEnv } from "./hook_env.ts";
import { idField } from "./ids.ts";
import { processFacts } from "./process_facts.ts";
import { excerpt } from "./excerpt.ts";

const NOTED: AgentEvent = { kind: "noted" };
const PROGRESS: AgentEvent = { kind: "progress" };

/** What an agent with hooks of this format does in its own way. */
export interface HookFormat {
  /** The agent's name in its rows. */
  readonly agent: string;
  /** The variable that holds its pid. */
  readonly pid: string;
  readonly meaning: EventHandlers;
  readonly request: (event: Fields, env: HookEnv) => ApprovalRequest | undefined;
  /** Facts of events that only this agent has. */
  readonly facts?: (event: Fields, name: string) => Facts;
  /** Set where the event alone must make no row. */
  readonly opensNot?: (event: Fields) => boolean;
}

export type EventHandlers = EventTable<(event: Fields, sessionId: string) => AgentEvent>;

/** Reads an event whose common fields are named as in this format. */
export function parseHookEvent(event: unknown, env: HookEnv, shape: HookFormat): ParsedEvent {
  if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
  const sessionId = idField(event, "session_id");
  if (sessionId === undefined) return { ok: false, problem: "session_id is no usable string" };
  const name = stringField(event, "hook_event_name") ?? "";
  const agentId = idField(event, "agent_id");
  const { read, ...problem } = handlerFor(shape.meaning, name);
  const agentEvent = read(event, sessionId);
  const report: Report = {
    agent: shape.agent,
    sessionId,
    facts: factsOf(event, name, env, shape),
    event: agentEvent,
    ...(agentId === undefined ? {} : { subagent: { id: agentId, type: stringField(event, "agent_type") ?? "" } }),
    ...(shape.opensNot?.(event) ? { opens: false } : {}),
  };
  return { ok: true, report, ...optional("request", shape.request(event, env)), ...problem };
}

function factsOf(event: Fields, name: string, env: HookEnv, { pid, facts }: HookFormat): Facts {
  const title = stringField(event, "session_title");
  const model = name === "PostModelSwitch" ? stringField(event, "to_model") : stringField(event, "model");
  return {
    ...optional(
      "cwd",
      (name === "CwdChanged" ? stringField(event, "new_cwd") : undefined) ?? stringField(event, "cwd"),
    ),
    ...optional("transcriptPath", stringField(event, "transcript_path")),
    ...optional("permissionMode", stringField(event, "permission_mode")),
    ...optional("model", model),
    ...optional("title", title && excerpt(title, TEXT_CAPS.title)),
    ...facts?.(event, name),
    ...optional("lastPrompt", name === "UserPromptSubmit" && byUser(event) ? promptOf(event) : undefined),
    ...processFacts(env, pid),
  };
}

/** The events as Claude Code means them; other agents share most of them. */
export const HOOK_FORMAT_EVENTS = {
  SessionStart: (e) => {
    const source = stringField(e, "source");
    // a compaction announces the session again, also in mid-turn
    return source === "compact" ? NOTED : { kind: "announced", resumed: source === "resume" };
  },
  // the command that resumes it is the agent's own
  SessionEnd: (e) => ({ kind: "ended", reason: stringField(e, "reason") ?? "other" }),
  UserPromptSubmit: (e) => ({
    kind: "prompt",
    byUser: byUser(e),
    ...optional("promptId", idField(e, "prompt_id")),
    ...optional("text", promptOf(e)),
  }),
  Stop: (e) => {
    return {
      kind: "finished",
      ...stillRunning(e),
      ...optional("promptId", idField(e, "prompt_id")),
      ...optional("lastMessage", lastMessage(e)),
    };
  },
  StopFailure: (e) => ({
    kind: "failed",
    error: ERRORS[stringField(e, "error") ?? ""] ?? "unknown",
    text: excerpt(
      stringField(e, "error_details") ?? lastMessage(e) ?? stringField(e, "error") ?? "",
      TEXT_CAPS.message,
    ),
  }),

  PreToolUse: (e) => {
    const tool = toolOf(e);
    return tool === undefined ? PROGRESS : { kind: "tool", tool };
  },
  PostToolUse: (e) => ran(ended(e)),
  PostToolUseFailure: (e) => booleanField(e, "is_interrupt") ? { kind: "interrupted" } : ran(failed(e)),
  PostToolBatch: (e) => ({ kind: "progress", ...optional("tools", batchOf(e)) }),
  PermissionDenied: failed,

  PermissionRequest: (e) => ({ kind: "requested", ...dialogOf(e), ...optional("tool", toolOf(e)) }),
  Elicitation: (e) => ({ kind: "requested", for: "elicitation", text: elicitation(e) }),
  ElicitationResult: () => PROGRESS,
  Notification: (e) => {
    const words = excerpt(stringField(e, "message") ?? "", TEXT_CAPS.waiting);
    switch (stringField(e, "notification_type")) {
      case "permission_prompt":
      case "agent_needs_input":
        return { kind: "reminded", for: "permission", text: words };
      case "elicitation_dialog":
      case "elicitation_url_dialog":
        return { kind: "reminded", for: "elicitation", text: words };
      case "idle_prompt":
        return { kind: "rested" };
      case "elicitation_complete":
      case "elicitation_response":
        return PROGRESS;
      default:
        return NOTED;
    }
  },

  SubagentStart: (e) => subagent(e, 1),
  SubagentStop: (e) => subagent(e, -1),

  // all other events; the folder of CwdChanged and the model of PostModelSwitch are facts
  ...ignored(
    "UserPromptExpansion",
    "PreCompact",
    "PostCompact",
    "PreModelSwitch",
    "PostModelSwitch",
    "Setup",
    "TeammateIdle",
  ),
  ...ignored("TaskCreated", "TaskCompleted", "ConfigChange", "WorktreeCreate", "WorktreeRemove", "InstructionsLoaded"),
  ...ignored("CwdChanged", "FileChanged", "DirectoryAdded", "MessageDisplay"),
} satisfies EventHandlers;

/**
 * What outlives the turn. Claude gives each task its type, Qwen Code a sub-agent its `agent_type` alone. An agent that
 * lists none of them does not say what still runs.
 */
function stillRunning(event: Fields): { readonly subagents?: number; readonly background?: number } {
  const running = objectArrayField(event, "background_tasks")?.filter((task) => task["status"] === "running");
  if (running === undefined) return {};
  const subagents = running.filter(isSubagent).length;
  return { subagents, background: running.length - subagents };
}

function isSubagent(task: Fields): boolean {
  const type = stringField(task, "type");
  return type === undefined ? stringField(task, "agent_type") !== undefined : type === "subagent";
}

/** The agent's own forks (a compaction, a summary) stop under an empty type and were never started. */
function subagent(event: Fields, change: 1 | -1): AgentEvent {
  return stringField(event, "agent_type") === undefined ? NOTED : { kind: "subagent", change };
}

/** No hook of this name runs for a call that was refused (recorded of Claude Code). */
function ran(event: AgentEvent): AgentEvent {
  return event.kind === "progress" && event.tools !== undefined ? { ...event, ran: true } : event;
}

function ended(event: Fields): AgentEvent {
  const tool = toolOf(event);
  return tool === undefined ? PROGRESS : { kind: "progress", tools: [tool] };
}

function failed(event: Fields): AgentEvent {
  const over = ended(event);
  return over.kind === "progress" && over.tools !== undefined ? { ...over, failed: true } : over;
}

const OWN_SOURCES: ReadonlySet<string> = new Set(["system", "loop_wakeup", "schedule_wakeup", "poll_event"]);

/** Claude Code submits prompts to itself: when a sub-agent has ended, when a loop or a schedule wakes it. */
function byUser(event: Fields): boolean {
  return !OWN_SOURCES.has(stringField(event, "source") ?? "user") &&
    !/^\s*<task-notification>/.test(stringField(event, "prompt") ?? "");
}

function promptOf(event: Fields): string | undefined {
  const prompt = stringField(event, "prompt");
  return prompt === undefined ? undefined : excerpt(prompt, TEXT_CAPS.prompt);
}

function lastMessage(event: Fields): string | undefined {
  const message = stringField(event, "last_assistant_message");
  return message === undefined ? undefined : excerpt(message, TEXT_CAPS.message);
}

function elicitation(event: Fields): string {
  const words = [stringField(event, "mcp_server_name"), stringField(event, "message"), stringField(event, "url")];
  return excerpt(words.filter((word) => word !== undefined).join(": "), TEXT_CAPS.waiting);
}

const ERRORS: Readonly<Record<string, ErrorKind | undefined>> = Object.assign(Object.create(null), {
  rate_limit: "rate_limit",
  overloaded: "overloaded",
  authentication_failed: "auth",
  oauth_org_not_allowed: "auth",
  billing_error: "billing",
  invalid_request: "invalid_request",
  model_not_found: "model_not_found",
  server_error: "server",
  max_output_tokens: "max_tokens",
});
