/**
 * Gemini CLI's hook events (0.61.0), as recorded in tests/fixtures/gemini; fields from its own docs (hooks/reference.md).
 *
 * What it does not say: calls have no id and a sub-agent's look like its parent's; an Esc or No in a dialog fires
 * nothing, nor does an API error of `gemini -p`. (Seen beside the hooks: an Esc or No adds the line
 * `{"type":"info","content":"Request cancelled."}` to the file at transcript_path within a tenth of a second; the feed
 * gemini_chats reads it.)
 * A hook may deny a call, but never approve it: the dialog comes all the same.
 */
import type { ApprovalRequest, Decision } from "../../domain/approval.ts";
import type { AgentEvent } from "../../domain/report.ts";
import { type Facts, TEXT_CAPS, type ToolUse, type WaitingFor } from "../../domain/session.ts";
import { type Adapter, type EventTable, handlerFor, ignored, type ParsedEvent } from "../shared/adapter.ts";
import { type Fields, isFields, objectArrayField, objectField, optional, stringField } from "../../lib/json_fields.ts";
import type { HookEnv } from "../shared/hook_env.ts";
import { absolutePath, idField } from "../shared/ids.ts";
import { processFacts } from "../shared/process_facts.ts";
import { excerpt, oneLineExcerpt, proseLine } from "../shared/excerpt.ts";
import { callOf, type ToolTable } from "../shared/tool_table.ts";
import { describeTool, promptText } from "../shared/tool_label.ts";

const NOTED: AgentEvent = { kind: "noted" };
const PROGRESS: AgentEvent = { kind: "progress" };

export const gemini: Adapter = {
  name: "gemini",
  understand(event: unknown, env: HookEnv): ParsedEvent {
    if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
    const sessionId = idField(event, "session_id");
    if (sessionId === undefined) return { ok: false, problem: "session_id is no usable string" };
    const name = stringField(event, "hook_event_name") ?? "";
    const { read, ...problem } = handlerFor(MEANING, name);
    const agentEvent = read(event, sessionId);
    const request = name === "BeforeTool" ? geminiRequest(event) : undefined;
    return {
      ok: true,
      report: { agent: "gemini", sessionId, facts: factsOf(event, name, env), event: agentEvent },
      ...optional("request", request),
      ...problem,
    };
  },
  responseFor(event: unknown, decision: Decision): Readonly<Record<string, unknown>> | undefined {
    // `allow` would not skip the dialog, and `ask` hangs `gemini -p` for ever.
    if (decision.kind === "approve" || !isFields(event) || stringField(event, "hook_event_name") !== "BeforeTool") {
      return undefined;
    }
    return { decision: "deny", reason: decision.message ?? "Denied by the user." };
  },
};

function factsOf(event: Fields, name: string, env: HookEnv): Facts {
  // Gemini CLI sends its hooks no pid; a CLAUDE_PID would be that of an agent that started it.
  const prompt = name === "BeforeAgent" ? stringField(event, "prompt") : undefined;
  return {
    ...optional("cwd", stringField(event, "cwd")),
    ...optional("transcriptPath", stringField(event, "transcript_path")),
    ...optional("lastPrompt", prompt && excerpt(prompt, TEXT_CAPS.prompt)),
    ...processFacts(env, "PPID"),
  };
}

/**
 * The model's own events (BeforeModel, AfterModel at each chunk) and PreCompress say nothing about the status. A denied
 * or dismissed dialog fires no event: the next prompt, call or end of a turn corrects the row (recording: gemini full).
 */
const MEANING: EventTable<(event: Fields, sessionId: string) => AgentEvent> = {
  SessionStart: (e) => ({ kind: "announced", resumed: stringField(e, "source") === "resume" }),
  // up to three times, some of them late
  SessionEnd: (e, id) => ({
    kind: "ended",
    reason: stringField(e, "reason") ?? "other",
    reopenable: { command: ["gemini", "--resume", id], ...optional("cwd", absolutePath(stringField(e, "cwd"))) },
  }),

  BeforeAgent: (e) => {
    const prompt = stringField(e, "prompt");
    return { kind: "prompt", byUser: true, ...optional("text", prompt && excerpt(prompt, TEXT_CAPS.prompt)) };
  },
  // also after an Esc while the reply streams, with what came until then, and after an API error in the terminal UI
  AfterAgent: (e) => {
    const message = stringField(e, "prompt_response");
    const said = message === undefined || message === NO_RESPONSE ? undefined : excerpt(message, TEXT_CAPS.message);
    return { kind: "finished", ...optional("lastMessage", said) };
  },

  BeforeTool: (e) => {
    const tool = toolOf(e);
    return tool === undefined ? PROGRESS : { kind: "tool", tool };
  },
  AfterTool: (e) => {
    const tool = toolOf(e);
    return tool === undefined ? PROGRESS : { kind: "progress", tools: [tool] };
  },
  Notification: (e) => stringField(e, "notification_type") === "ToolPermission" ? dialogOpen(e) : NOTED,
  ...ignored("BeforeModel", "AfterModel", "BeforeToolSelection", "PreCompress"),
};

/** What Gemini CLI writes in place of a reply that never came. */
const NO_RESPONSE = "[no response text]";

/** Tools of Gemini CLI 0.61.0. */
export const GEMINI_TOOLS: ToolTable = {
  run_shell_command: ["command", "command"],
  write_file: ["write", "file_path"],
  replace: ["write", "file_path"],
  read_file: ["read", "file_path"],
  list_directory: ["list", "dir_path"],
  glob: ["list", "dir_path"],
  grep_search: ["search", "dir_path"],
  web_fetch: ["fetch", "prompt"],
  google_web_search: ["fetch", "query"],
};

function toolOf(event: Fields): ToolUse | undefined {
  const name = stringField(event, "tool_name");
  const input = objectField(event, "tool_input") ?? {};
  if (name === "ask_user") return { name, ...optional("text", questionsIn(input)) };
  return name === undefined ? undefined : describeTool(callOf(name, input, GEMINI_TOOLS));
}

function questionsIn(input: Fields): string | undefined {
  const texts = objectArrayField(input, "questions")?.flatMap((one) => stringField(one, "question") ?? []) ?? [];
  return texts.length === 0 ? undefined : proseLine(texts.join(" / "), TEXT_CAPS.tool);
}

/** Before each call, also those that need no permission: only rules decide here. */
function geminiRequest(event: Fields): ApprovalRequest | undefined {
  const name = stringField(event, "tool_name");
  if (name === undefined) return undefined;
  const call = callOf(name, objectField(event, "tool_input") ?? {}, GEMINI_TOOLS);
  return { for: "permission", ...call, dialog: "gate", acceptsApproval: false };
}

const DIALOGS: Readonly<Record<string, WaitingFor | undefined>> = Object.assign(Object.create(null), {
  ask_user: "question",
  exit_plan_mode: "plan",
});

/** The dialog is on the screen, and no hook can decide it. */
function dialogOpen(event: Fields): AgentEvent {
  const details = objectField(event, "details") ?? {};
  const call = dialogCall(details);
  const type = stringField(details, "type") ?? "";
  const waits = DIALOGS[type] ?? "permission";
  if (call !== undefined) {
    return {
      kind: "requested",
      for: waits,
      text: promptText(call),
      tool: describeTool(call),
      terminalOnly: "unsupported",
    };
  }
  const about = stringField(details, "filePath") ?? stringField(details, "prompt") ?? stringField(event, "message") ??
    "";
  // A question's details do not say what is asked; the call that began just before does (BeforeTool).
  const asked = waits === "question" ? { ofCall: type } : {};
  return {
    kind: "requested",
    for: waits,
    text: oneLineExcerpt(about, TEXT_CAPS.waiting),
    ...asked,
    terminalOnly: "unsupported",
  };
}

/** The call that a dialog is about, where its details name it: the end of another call then leaves it open. */
function dialogCall(details: Fields): Pick<ApprovalRequest, "tool" | "subject"> | undefined {
  switch (stringField(details, "type")) {
    case "exec": {
      const command = stringField(details, "command");
      return command === undefined ? undefined : { tool: "run_shell_command", subject: command };
    }
    case "mcp": {
      const [server, tool] = [stringField(details, "serverName"), stringField(details, "toolName")];
      return server === undefined || tool === undefined ? undefined : { tool: `mcp_${server}_${tool}`, subject: "" };
    }
    default:
      return undefined;
  }
}
