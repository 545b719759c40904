/**
 * What our plugin forwards from OpenCode (1.18.33; plugin.js, recordings in tests/fixtures/opencode):
 * `{ type, sessionID, parentID?, agent?, pid, directory, serverUrl?, properties }`, strictly in order.
 *
 * A sub-agent of OpenCode is a session of its own with a parent; here it is a sub-agent of the session at its root.
 */
import type { Decision } from "../../domain/approval.ts";
import type { AgentEvent, Report } from "../../domain/report.ts";
import { type ErrorKind, type Facts, TEXT_CAPS } from "../../domain/session.ts";
import { type Adapter, type EventTable, handlerFor, ignored, type ParsedEvent } from "../shared/adapter.ts";
import { type Fields, isFields, objectField, optional, stringField } from "../../lib/json_fields.ts";
import type { HookEnv } from "../shared/hook_env.ts";
import { absolutePath, idField } from "../shared/ids.ts";
import { callInTool, OPENCODE_TOOLS, opencodeRequest, opencodeResponse } from "./request.ts";
import { processFacts } from "../shared/process_facts.ts";
import { excerpt, oneLineExcerpt, proseLine } from "../shared/excerpt.ts";
import { callOf } from "../shared/tool_table.ts";
import { describeTool, promptText } from "../shared/tool_label.ts";

const NOTED: AgentEvent = { kind: "noted" };
const PROGRESS: AgentEvent = { kind: "progress" };
const INTERRUPTED: AgentEvent = { kind: "interrupted" };

export const opencode: Adapter = {
  name: "opencode",
  understand(event: unknown, env: HookEnv): ParsedEvent {
    if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
    const id = idField(event, "sessionID");
    if (id === undefined) return { ok: false, problem: "sessionID is no usable string" };
    const parent = idField(event, "parentID");
    const type = stringField(event, "type") ?? "";
    const properties = objectField(event, "properties") ?? {};
    const { read, ...problem } = handlerFor(MEANING, type);
    const inSubagent = parent === undefined ? undefined : SUBAGENT[turnOf(type, properties)];
    const report: Report = {
      agent: "opencode",
      sessionId: parent ?? id,
      facts: factsOf(event, type, properties, env),
      event: inSubagent ?? read(properties, event),
      ...(parent === undefined ? {} : { subagent: { id, type: stringField(event, "agent") ?? "" } }),
    };
    return { ok: true, report, ...optional("request", opencodeRequest(event)), ...problem };
  },
  responseFor(event: unknown, decision: Decision): Readonly<Record<string, unknown>> | undefined {
    const request = isFields(event) ? opencodeRequest(event) : undefined;
    return request && opencodeResponse(request, decision);
  },
};

function factsOf(event: Fields, type: string, properties: Fields, env: HookEnv): Facts {
  // The plugin sends OpenCode's own pid; a CLAUDE_PID would be that of an agent that started it.
  const pid = event["pid"];
  const { parentPid: _, ...place } = processFacts(env, "PPID");
  const title = stringField(objectField(properties, "info") ?? {}, "title");
  const prompt = type === "chat.message" ? stringField(properties, "text") : undefined;
  return {
    ...optional("cwd", stringField(event, "directory")),
    ...optional("model", stringField(properties, "model")),
    ...optional("title", title === undefined || UNTITLED.test(title) ? undefined : excerpt(title, TEXT_CAPS.title)),
    ...optional("lastPrompt", prompt && excerpt(prompt, TEXT_CAPS.prompt)),
    ...optional("pid", typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 ? pid : undefined),
    // With each event: where the session goes on in a process without a server, the address of the old one goes.
    ...optional("serverUrl", stringField(event, "serverUrl")),
    ...place,
  };
}

/** What OpenCode calls a session until it has thought of a title. */
const UNTITLED = /^(?:New|Child) session - \d{4}-/;

const MEANING: EventTable<(properties: Fields, event: Fields) => AgentEvent> = {
  "session.created": () => ({ kind: "announced", resumed: false }),
  "session.deleted": () => ({ kind: "ended", reason: "deleted" }),
  dispose: (_, e) => {
    const id = idField(e, "sessionID");
    const cwd = optional("cwd", absolutePath(stringField(e, "directory")));
    return {
      kind: "ended",
      reason: "exit",
      ...(id === undefined ? {} : { reopenable: { command: ["opencode", "--session", id], ...cwd } }),
    };
  },

  "chat.message": (p) => {
    const words = stringField(p, "text");
    return {
      kind: "prompt",
      byUser: words !== undefined,
      ...optional("text", words && excerpt(words, TEXT_CAPS.prompt)),
    };
  },
  "session.status": turn,
  "session.error": failure,

  "tool.execute.before": (p) => {
    const tool = stringField(p, "tool");
    if (tool === undefined) return PROGRESS;
    const call = callOf(tool, objectField(p, "args") ?? {}, OPENCODE_TOOLS);
    return { kind: "tool", tool: describeTool(call, stringField(p, "callID")) };
  },
  "tool.execute.after": (p) => {
    const name = stringField(p, "tool");
    return name === undefined
      ? PROGRESS
      : { kind: "progress", tools: [{ name, ...optional("id", stringField(p, "callID")) }], ran: true };
  },

  "permission.asked": (p, e) => {
    const request = opencodeRequest(e);
    const words = request === undefined
      ? oneLineExcerpt(stringField(p, "permission") ?? "", TEXT_CAPS.waiting)
      : promptText(request);
    return { kind: "requested", for: "permission", text: words, ...optional("tool", callInTool(p)) };
  },
  "permission.replied": (p) => stringField(p, "reply") === "reject" ? INTERRUPTED : goesOn(p),
  "question.asked": (p, e) => {
    const words = proseLine(opencodeRequest(e)?.subject ?? "", TEXT_CAPS.waiting);
    return { kind: "requested", for: "question", text: words, ...optional("tool", callInTool(p)) };
  },
  "question.replied": goesOn,
  "question.rejected": () => INTERRUPTED,

  ...ignored("session.updated"),
};

/** A sub-agent's turn counts for its session: it begins with its prompt and ends with "idle". */
const SUBAGENT: Readonly<Record<string, AgentEvent | undefined>> = Object.assign(Object.create(null), {
  "chat.message": { kind: "subagent", change: 1 },
  idle: { kind: "subagent", change: -1 },
  "session.created": NOTED,
});

function turnOf(type: string, properties: Fields): string {
  return type === "session.status" ? stringField(objectField(properties, "status") ?? {}, "type") ?? "" : type;
}

function turn(properties: Fields): AgentEvent {
  const status = objectField(properties, "status") ?? {};
  switch (stringField(status, "type")) {
    case "busy":
      return turnRuns();
    case "retry": {
      const why = excerpt(stringField(status, "message") ?? "", TEXT_CAPS.message);
      return { kind: "failed", error: reasonOf(why), text: why };
    }
    case "idle":
      return turnEnded(properties);
    default:
      return NOTED;
  }
}

/**
 * "busy" comes after a prompt, after a retry, and where a rejection carried a comment for the agent: in each case a
 * turn runs, though the row may show idle or an error. The plugin forwards it only where the status changed, so it
 * never closes an open dialog.
 */
function turnRuns(): AgentEvent {
  return { kind: "prompt", byUser: false };
}

/**
 * "idle" also follows an error, which the row goes on showing, and an Esc; then the plugin has no text for it. An Esc
 * in a retry sends nothing else (recording: opencode dialogs).
 */
function turnEnded(properties: Fields): AgentEvent {
  const message = stringField(properties, "text");
  if (message !== undefined) return { kind: "finished", lastMessage: excerpt(message, TEXT_CAPS.message) };
  return stringField(properties, "was") === "retry" ? INTERRUPTED : { kind: "rested" };
}

/** An approval continues the call. (A rejection ends the turn, except one with a comment: then "busy" follows.) */
function goesOn(properties: Fields): AgentEvent {
  const tool = callInTool(objectField(properties, "asked") ?? {});
  return tool === undefined ? PROGRESS : { kind: "progress", tools: [tool] };
}

function failure(properties: Fields): AgentEvent {
  const error = objectField(properties, "error") ?? {};
  const name = stringField(error, "name") ?? "";
  if (name === "MessageAbortedError") return INTERRUPTED;
  const data = objectField(error, "data") ?? {};
  const why = excerpt(stringField(data, "message") ?? name, TEXT_CAPS.message);
  return { kind: "failed", error: ERRORS[name] ?? kindOf(data["statusCode"]) ?? reasonOf(why), text: why };
}

const ERRORS: Readonly<Record<string, ErrorKind | undefined>> = Object.assign(Object.create(null), {
  ProviderAuthError: "auth",
  MessageOutputLengthError: "max_tokens",
  ContextOverflowError: "invalid_request",
});

function kindOf(httpStatus: unknown): ErrorKind | undefined {
  if (typeof httpStatus !== "number") return undefined;
  if (httpStatus >= 500) return httpStatus === 529 || httpStatus === 503 ? "overloaded" : "server";
  return STATUS[httpStatus];
}

const STATUS: Readonly<Record<number, ErrorKind | undefined>> = {
  400: "invalid_request",
  401: "auth",
  402: "billing",
  403: "auth",
  404: "model_not_found",
  429: "rate_limit",
};

/** A retry has only a text. */
function reasonOf(words: string): ErrorKind {
  if (/overloaded/i.test(words)) return "overloaded";
  return /rate.?limit|too many requests/i.test(words) ? "rate_limit" : "unknown";
}
