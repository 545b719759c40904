/**
 * Cursor's hook events (hooks.json version 1, Cursor 3.9). No recording exists: fields and order are read from
 * documents about cursor.com/docs/reference/hooks, not seen. So each field may be absent, and nothing rests on an order.
 */
import type { Ask, Verdict } from "../domain/approval.ts";
import type { Happening } from "../domain/report.ts";
import { type Facts, TEXT_CAPS, type ToolUse } from "../domain/session.ts";
import { type Adapter, meaningOf, type Meanings, quiet, type Understood } from "./adapter.ts";
import { type Fields, fieldsIn, isFields, isTrue, maybe, text } from "./fields.ts";
import type { HookEnv } from "./hook_env.ts";
import { absolute, idIn } from "./ids.ts";
import { placeOf } from "./place.ts";
import { prose } from "./readable.ts";
import { callOf, type ToolTable } from "./tool_call.ts";
import { dialogText, toolUse } from "./tool_use.ts";

const PROGRESS: Happening = { kind: "progress" };

export const cursor: Adapter = {
  name: "cursor",
  understand(event: unknown, env: HookEnv): Understood {
    if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
    const sessionId = idIn(event, "conversation_id") ?? idIn(event, "session_id");
    if (sessionId === undefined) return { ok: false, problem: "conversation_id is no usable string" };
    const name = text(event, "hook_event_name") ?? "";
    const { read, ...problem } = meaningOf(MEANING, name);
    const happening = read(event);
    return {
      ok: true,
      report: { agent: "cursor", sessionId, facts: factsOf(event, name, env), happening },
      ...maybe("ask", askOf(event)),
      ...problem,
    };
  },
  answer(event: unknown, verdict: Verdict): Readonly<Record<string, unknown>> | undefined {
    const ask = isFields(event) ? askOf(event) : undefined;
    if (ask === undefined) return undefined;
    if (verdict.yes) return ask.takesYes ? { permission: "allow" } : undefined;
    const message = verdict.message ?? "Denied by the user.";
    return { permission: "deny", user_message: message, agent_message: message };
  },
};

function factsOf(event: Fields, name: string, env: HookEnv): Facts {
  // Cursor tells its hooks no pid; a CLAUDE_PID would be that of an agent that started it.
  const roots = Object.hasOwn(event, "workspace_roots") ? event["workspace_roots"] : undefined;
  const root: unknown = Array.isArray(roots) ? roots[0] : undefined;
  const prompt = name === "beforeSubmitPrompt" ? text(event, "prompt") : undefined;
  return {
    // the folder of a command may be any: the workspace is the session's
    ...maybe("cwd", typeof root === "string" && root !== "" ? root : text(event, "cwd")),
    ...maybe("transcriptPath", text(event, "transcript_path")),
    ...maybe("model", text(event, "model")),
    ...maybe("lastPrompt", prompt && prose(prompt, TEXT_CAPS.prompt)),
    ...placeOf(env, "PPID"),
  };
}

const MEANING: Meanings<(event: Fields) => Happening> = {
  sessionStart: () => ({ kind: "announced", resumed: false }),
  sessionEnd: (e) => ({ kind: "ended", reason: text(e, "reason") ?? "other" }),

  beforeSubmitPrompt: (e) => {
    const prompt = text(e, "prompt");
    return { kind: "prompt", byUser: true, ...maybe("text", prompt && prose(prompt, TEXT_CAPS.prompt)) };
  },
  stop: (e) => {
    switch (text(e, "status")) {
      case "aborted":
        return { kind: "interrupted" };
      case "error":
        return { kind: "failed", error: "unknown", text: prose(text(e, "error_message") ?? "", TEXT_CAPS.message) };
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
  postToolUseFailure: (e) => isTrue(e, "is_interrupt") ? { kind: "interrupted" } : failed(e),

  beforeShellExecution: asked,
  beforeMCPExecution: asked,
  afterShellExecution: answered,
  afterMCPExecution: answered,

  subagentStart: () => ({ kind: "subagent", change: 1 }),
  subagentStop: () => ({ kind: "subagent", change: -1 }),

  ...quiet("beforeReadFile", "afterFileEdit", "preCompact", "afterAgentThought", "workspaceOpen"),
  ...quiet("beforeTabFileRead", "afterTabFileEdit"),
};

/** Cursor's names of its tools; MCP tools are called `MCP:name`. */
const TOOLS: ToolTable = {
  Shell: ["command", "command"],
  Write: ["write", "file_path"],
  Read: ["read", "file_path"],
  Grep: ["search", "path"],
};

function toolOf(event: Fields): ToolUse | undefined {
  const call = toolCallOf(event);
  return call && toolUse(call);
}

function toolCallOf(event: Fields): ReturnType<typeof callOf> | undefined {
  const name = text(event, "tool_name");
  return name === undefined ? undefined : callOf(name, fieldsIn(event, "tool_input") ?? {}, TOOLS);
}

function ended(event: Fields): Happening {
  const tool = toolOf(event);
  return tool === undefined ? PROGRESS : { kind: "progress", tools: [comparable(tool)] };
}

function failed(event: Fields): Happening {
  const over = ended(event);
  return over.kind === "progress" && over.tools !== undefined ? { ...over, failed: true } : over;
}

/**
 * Cursor runs these hooks before it decides whether it asks the human; that it then ran the call by itself shows only
 * when the call has ended. Until then the row waits: one that waits in vain is better than one that waits unseen.
 */
function asked(event: Fields): Happening {
  const ask = askOf(event);
  return ask === undefined
    ? PROGRESS
    : { kind: "asked", for: "permission", text: dialogText(ask), tool: comparable(toolUse(ask)) };
}

function answered(event: Fields): Happening {
  const call = executionOf(event);
  return call === undefined ? PROGRESS : { kind: "progress", tools: [comparable(toolUse(call))] };
}

/** The input of an MCP call comes as an object in some events and as text in others: they are compared by name. */
function comparable({ name, text: words }: ToolUse): ToolUse {
  return { name, ...maybe("text", name.startsWith("MCP:") ? undefined : words) };
}

function askOf(event: Fields): Ask | undefined {
  switch (text(event, "hook_event_name")) {
    case "beforeShellExecution":
    case "beforeMCPExecution": {
      const call = executionOf(event);
      // the folder of a command may be any, the row's is the workspace
      return call &&
        { for: "permission", ...call, ...maybe("cwd", absolute(text(event, "cwd"))), dialog: "behind", takesYes: true };
    }
    case "preToolUse": {
      const call = toolCallOf(event);
      // commands and tools of servers have their own hook right behind this one
      if (call === undefined || call.tool === "Shell" || call.tool.startsWith("MCP:")) return undefined;
      return { for: "permission", ...call, dialog: "gate", takesYes: false };
    }
    default:
      return undefined;
  }
}

/** The call of the four events around an execution: a command line, or a tool of an MCP server with its input. */
function executionOf(event: Fields): Pick<Ask, "tool" | "action" | "subject"> | undefined {
  if (text(event, "hook_event_name")?.endsWith("ShellExecution")) {
    const command = text(event, "command");
    return command === undefined ? undefined : { tool: "Shell", action: "command", subject: command };
  }
  const name = text(event, "tool_name");
  if (name === undefined) return undefined;
  const tool = name.startsWith("MCP:") ? name : `MCP:${name}`;
  const subject = text(event, "tool_input") ?? JSON.stringify(fieldsIn(event, "tool_input") ?? {});
  return { tool, action: "other", subject };
}
