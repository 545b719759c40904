/**
 * Claude Code's hook events (2.1.329; 33 names of `HOOK_EVENTS`), as recorded in tests/fixtures/claude.
 * What an event means is in the table below; an event without a meaning is a sign of life.
 */
import type { Ask } from "../domain/approval.ts";
import type { Happening, Report } from "../domain/report.ts";
import { type ErrorKind, type Facts, TEXT_CAPS } from "../domain/session.ts";
import { type Adapter, meaningOf, type Meanings, quiet, type Understood } from "./adapter.ts";
import { claudeAnswer } from "./claude_answer.ts";
import { askOf } from "./claude_ask.ts";
import { STATUS_LINE, statusFacts } from "./claude_status.ts";
import { batchOf, dialogOf, toolOf } from "./claude_tools.ts";
import { type Fields, isFields, isTrue, maybe, objects, text } from "./fields.ts";
import type { HookEnv, HookEnvName } from "./hook_env.ts";
import { absolute, idIn } from "./ids.ts";
import { placeOf } from "./place.ts";
import { prose } from "./readable.ts";

const NOTED: Happening = { kind: "noted" };
const PROGRESS: Happening = { kind: "progress" };

/** What an agent with hooks of Claude's shape does in its own way. */
export interface Shape {
  /** The agent's name in its rows. */
  readonly agent: string;
  /** The variable that holds its pid. */
  readonly pid: HookEnvName;
  readonly meaning: Meaning;
  readonly ask: (event: Fields, env: HookEnv) => Ask | undefined;
  /** Set where the event alone must make no row. */
  readonly opensNot?: (event: Fields) => boolean;
}

export type Meaning = Meanings<(event: Fields, sessionId: string) => Happening>;

export const claude: Adapter = {
  name: "claude",
  understand: (event, env) => understandShape(event, env, CLAUDE),
  answer: (event, verdict, cut = false) => isFields(event) ? claudeAnswer(event, verdict, cut) : undefined,
};

/** Reads an event whose common fields are named as Claude Code's. */
export function understandShape(event: unknown, env: HookEnv, shape: Shape): Understood {
  if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
  const sessionId = idIn(event, "session_id");
  if (sessionId === undefined) return { ok: false, problem: "session_id is no usable string" };
  const name = text(event, "hook_event_name") ?? "";
  const agentId = idIn(event, "agent_id");
  const { read, ...problem } = meaningOf(shape.meaning, name);
  const happening = read(event, sessionId);
  const report: Report = {
    agent: shape.agent,
    sessionId,
    facts: factsOf(event, name, env, shape.pid),
    happening,
    ...(agentId === undefined ? {} : { subagent: { id: agentId, type: text(event, "agent_type") ?? "" } }),
    // `--resume` of an unknown id fires SessionEnd alone (lab README §3), a thread that never ran too (codex-permissions)
    ...(happening.kind === "ended" || shape.opensNot?.(event) ? { opens: false } : {}),
  };
  return { ok: true, report, ...maybe("ask", shape.ask(event, env)), ...problem };
}

function factsOf(event: Fields, name: string, env: HookEnv, pid: HookEnvName): Facts {
  const title = text(event, "session_title");
  const model = name === "PostModelSwitch" ? text(event, "to_model") : text(event, "model");
  return {
    ...maybe("cwd", (name === "CwdChanged" ? text(event, "new_cwd") : undefined) ?? text(event, "cwd")),
    ...maybe("transcriptPath", text(event, "transcript_path")),
    ...maybe("permissionMode", text(event, "permission_mode")),
    ...maybe("model", model),
    ...maybe("title", title && prose(title, TEXT_CAPS.title)),
    ...(name === STATUS_LINE ? statusFacts(event) : {}),
    ...maybe("lastPrompt", name === "UserPromptSubmit" && byUser(event) ? promptOf(event) : undefined),
    ...placeOf(env, pid),
  };
}

/** Claude Code's events; other agents of its shape share most of them. */
export const CLAUDE_MEANING = {
  SessionStart: (e) => {
    const source = text(e, "source");
    // a compaction announces the session again, also in mid-turn
    return source === "compact" ? NOTED : { kind: "announced", resumed: source === "resume" };
  },
  SessionEnd: (e, id) => ({
    kind: "ended",
    reason: text(e, "reason") ?? "other",
    reopenable: { command: ["claude", "--resume", id], ...maybe("cwd", absolute(text(e, "cwd"))) },
  }),

  UserPromptSubmit: (e) => ({
    kind: "prompt",
    byUser: byUser(e),
    ...maybe("promptId", idIn(e, "prompt_id")),
    ...maybe("text", promptOf(e)),
  }),
  Stop: (e) => {
    const running = (objects(e, "background_tasks") ?? []).filter((task) => task["status"] === "running");
    const subagents = running.filter((task) => task["type"] === "subagent").length;
    return {
      kind: "finished",
      subagents,
      background: running.length - subagents,
      ...maybe("promptId", idIn(e, "prompt_id")),
      ...maybe("lastMessage", lastMessage(e)),
    };
  },
  StopFailure: (e) => ({
    kind: "failed",
    error: ERRORS[text(e, "error") ?? ""] ?? "unknown",
    text: prose(text(e, "error_details") ?? lastMessage(e) ?? text(e, "error") ?? "", TEXT_CAPS.message),
  }),

  PreToolUse: (e) => {
    const tool = toolOf(e);
    return tool === undefined ? PROGRESS : { kind: "tool", tool };
  },
  PostToolUse: ended,
  PostToolUseFailure: (e) => isTrue(e, "is_interrupt") ? { kind: "interrupted" } : failed(e),
  PostToolBatch: (e) => ({ kind: "progress", ...maybe("tools", batchOf(e)) }),
  PermissionDenied: failed,

  PermissionRequest: (e) => ({ kind: "asked", ...dialogOf(e), ...maybe("tool", toolOf(e)) }),
  Elicitation: (e) => ({ kind: "asked", for: "elicitation", text: elicitation(e) }),
  ElicitationResult: () => PROGRESS,
  Notification: (e) => {
    const words = prose(text(e, "message") ?? "", TEXT_CAPS.waiting);
    switch (text(e, "notification_type")) {
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

  // It comes from a living terminal, so a session that is unknown exists: it gets a row (starting) as with any event.
  [STATUS_LINE]: () => ({ kind: "measured" }),

  SubagentStart: (e) => subagent(e, 1),
  SubagentStop: (e) => subagent(e, -1),

  // all others of agents.md §2.1; the folder of CwdChanged and the model of PostModelSwitch are facts
  ...quiet(
    "UserPromptExpansion",
    "PreCompact",
    "PostCompact",
    "PreModelSwitch",
    "PostModelSwitch",
    "Setup",
    "TeammateIdle",
  ),
  ...quiet("TaskCreated", "TaskCompleted", "ConfigChange", "WorktreeCreate", "WorktreeRemove", "InstructionsLoaded"),
  ...quiet("CwdChanged", "FileChanged", "DirectoryAdded", "MessageDisplay"),
} satisfies Meaning;

/** The agent's own forks (a compaction, a summary) stop under an empty type and were never started. */
function subagent(event: Fields, change: 1 | -1): Happening {
  return text(event, "agent_type") === undefined ? NOTED : { kind: "subagent", change };
}

function ended(event: Fields): Happening {
  const tool = toolOf(event);
  return tool === undefined ? PROGRESS : { kind: "progress", tools: [tool] };
}

function failed(event: Fields): Happening {
  const over = ended(event);
  return over.kind === "progress" && over.tools !== undefined ? { ...over, failed: true } : over;
}

const CLAUDE: Shape = { agent: "claude", pid: "CLAUDE_PID", meaning: CLAUDE_MEANING, ask: askOf };

const OWN_SOURCES: ReadonlySet<string> = new Set(["system", "loop_wakeup", "schedule_wakeup", "poll_event"]);

/** Claude Code submits prompts to itself: when a sub-agent has ended, when a loop or a schedule wakes it. */
function byUser(event: Fields): boolean {
  return !OWN_SOURCES.has(text(event, "source") ?? "user") &&
    !/^\s*<task-notification>/.test(text(event, "prompt") ?? "");
}

function promptOf(event: Fields): string | undefined {
  const prompt = text(event, "prompt");
  return prompt === undefined ? undefined : prose(prompt, TEXT_CAPS.prompt);
}

function lastMessage(event: Fields): string | undefined {
  const message = text(event, "last_assistant_message");
  return message === undefined ? undefined : prose(message, TEXT_CAPS.message);
}

function elicitation(event: Fields): string {
  const words = [text(event, "mcp_server_name"), text(event, "message"), text(event, "url")];
  return prose(words.filter((word) => word !== undefined).join(": "), TEXT_CAPS.waiting);
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
