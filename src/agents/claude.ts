/**
 * Claude Code's hook events (2.1.329; 33 names of `HOOK_EVENTS`), as recorded in tests/fixtures/claude.
 * What an event means is in the table below; an event without a meaning is a sign of life.
 */
import type { Happening, Report } from "../domain/report.ts";
import { type ErrorKind, type Facts, TEXT_CAPS } from "../domain/session.ts";
import type { Adapter, Understood } from "./adapter.ts";
import { batchOf, dialogOf, toolOf } from "./claude_tools.ts";
import { type Fields, isFields, isTrue, maybe, objects, text } from "./fields.ts";
import type { HookEnv } from "./hook_env.ts";
import { placeOf } from "./place.ts";
import { prose } from "./readable.ts";

const NOTED: Happening = { kind: "noted" };
const PROGRESS: Happening = { kind: "progress" };

export const claude: Adapter = {
  name: "claude",
  understand(event: unknown, env: HookEnv): Understood {
    if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
    const sessionId = idIn(event, "session_id");
    if (sessionId === undefined) return { ok: false, problem: "session_id is no usable string" };
    const name = text(event, "hook_event_name") ?? "";
    const meaning = Object.hasOwn(MEANING, name) ? MEANING[name] : undefined;
    const agentId = idIn(event, "agent_id");
    const report: Report = {
      agent: "claude",
      sessionId,
      facts: factsOf(event, name, env),
      happening: meaning === undefined ? NOTED : meaning(event, sessionId),
      ...(agentId === undefined ? {} : { subagent: { id: agentId, type: text(event, "agent_type") ?? "" } }),
    };
    return { ok: true, report };
  },
};

/** An id that can be a row's name and a word of a command: not empty, not huge, no control, no option. */
function idIn(event: Fields, name: string): string | undefined {
  const id = text(event, name);
  // deno-lint-ignore no-control-regex
  return id === undefined || id.length > TEXT_CAPS.id || /^-|[\s\u0000-\u001f\u007f]/.test(id) ? undefined : id;
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path : undefined;
}

function factsOf(event: Fields, name: string, env: HookEnv): Facts {
  const title = text(event, "session_title");
  const model = name === "PostModelSwitch" ? text(event, "to_model") : text(event, "model");
  return {
    ...maybe("cwd", (name === "CwdChanged" ? text(event, "new_cwd") : undefined) ?? text(event, "cwd")),
    ...maybe("transcriptPath", text(event, "transcript_path")),
    ...maybe("permissionMode", text(event, "permission_mode")),
    ...maybe("model", model),
    ...maybe("title", title && prose(title, TEXT_CAPS.title)),
    ...maybe("lastPrompt", name === "UserPromptSubmit" && byUser(event) ? promptOf(event) : undefined),
    ...placeOf(env, "CLAUDE_PID"),
  };
}

const MEANING: Readonly<Record<string, (event: Fields, sessionId: string) => Happening>> = {
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
  PostToolUseFailure: (e) => isTrue(e, "is_interrupt") ? { kind: "interrupted" } : ended(e),
  PostToolBatch: (e) => ({ kind: "progress", ...maybe("tools", batchOf(e)) }),
  PermissionDenied: ended,

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

  SubagentStart: (e) => subagent(e, 1),
  SubagentStop: (e) => subagent(e, -1),
};

/** The agent's own forks (a compaction, a summary) stop under an empty type and were never started. */
function subagent(event: Fields, change: 1 | -1): Happening {
  return text(event, "agent_type") === undefined ? NOTED : { kind: "subagent", change };
}

function ended(event: Fields): Happening {
  const tool = toolOf(event);
  return tool === undefined ? PROGRESS : { kind: "progress", tools: [tool] };
}

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
