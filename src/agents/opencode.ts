/**
 * What our plugin forwards from OpenCode (1.18.33; install/opencode_plugin.ts, recordings in tests/fixtures/opencode):
 * `{ type, sessionID, parentID?, agent?, pid, directory, properties }`, strictly in order.
 *
 * A sub-agent of OpenCode is a session of its own with a parent; here it is a sub-agent of the session at its root.
 */
import type { Verdict } from "../domain/approval.ts";
import type { Happening, Report } from "../domain/report.ts";
import { type ErrorKind, type Facts, TEXT_CAPS } from "../domain/session.ts";
import { type Adapter, meaningOf, type Meanings, quiet, type Understood } from "./adapter.ts";
import { type Fields, fieldsIn, isFields, maybe, text } from "./fields.ts";
import type { HookEnv } from "./hook_env.ts";
import { absolute, idIn } from "./ids.ts";
import { answerTo, askOf, callInTool, OPENCODE_TOOLS } from "./opencode_ask.ts";
import { placeOf } from "./place.ts";
import { line, prose } from "./readable.ts";
import { callOf } from "./tool_call.ts";
import { dialogText, toolUse } from "./tool_use.ts";

const NOTED: Happening = { kind: "noted" };
const PROGRESS: Happening = { kind: "progress" };
const INTERRUPTED: Happening = { kind: "interrupted" };

export const opencode: Adapter = {
  name: "opencode",
  understand(event: unknown, env: HookEnv): Understood {
    if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
    const id = idIn(event, "sessionID");
    if (id === undefined) return { ok: false, problem: "sessionID is no usable string" };
    const parent = idIn(event, "parentID");
    const type = text(event, "type") ?? "";
    const properties = fieldsIn(event, "properties") ?? {};
    const { read, ...problem } = meaningOf(MEANING, type);
    const inSubagent = parent === undefined ? undefined : SUBAGENT[turnOf(type, properties)];
    const report: Report = {
      agent: "opencode",
      sessionId: parent ?? id,
      facts: factsOf(event, type, properties, env),
      happening: inSubagent ?? read(properties, event),
      ...(parent === undefined ? {} : { subagent: { id, type: text(event, "agent") ?? "" } }),
    };
    return { ok: true, report, ...maybe("ask", askOf(event)), ...problem };
  },
  answer(event: unknown, verdict: Verdict): Readonly<Record<string, unknown>> | undefined {
    const ask = isFields(event) ? askOf(event) : undefined;
    return ask && answerTo(ask, verdict);
  },
};

function factsOf(event: Fields, type: string, properties: Fields, env: HookEnv): Facts {
  // The plugin tells OpenCode's own pid; a CLAUDE_PID would be that of an agent that started it.
  const pid = event["pid"];
  const { parentPid: _, ...place } = placeOf(env, "PPID");
  const title = text(fieldsIn(properties, "info") ?? {}, "title");
  const prompt = type === "chat.message" ? text(properties, "text") : undefined;
  return {
    ...maybe("cwd", text(event, "directory")),
    ...maybe("model", text(properties, "model")),
    ...maybe("title", title === undefined || UNTITLED.test(title) ? undefined : prose(title, TEXT_CAPS.title)),
    ...maybe("lastPrompt", prompt && prose(prompt, TEXT_CAPS.prompt)),
    ...maybe("pid", typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 ? pid : undefined),
    ...place,
  };
}

/** What OpenCode calls a session until it has thought of a title. */
const UNTITLED = /^(?:New|Child) session - \d{4}-/;

const MEANING: Meanings<(properties: Fields, event: Fields) => Happening> = {
  "session.created": () => ({ kind: "announced", resumed: false }),
  "session.deleted": () => ({ kind: "ended", reason: "deleted" }),
  dispose: (_, e) => {
    const id = idIn(e, "sessionID");
    const cwd = maybe("cwd", absolute(text(e, "directory")));
    return {
      kind: "ended",
      reason: "exit",
      ...(id === undefined ? {} : { reopenable: { command: ["opencode", "--session", id], ...cwd } }),
    };
  },

  "chat.message": (p) => {
    const words = text(p, "text");
    return { kind: "prompt", byUser: words !== undefined, ...maybe("text", words && prose(words, TEXT_CAPS.prompt)) };
  },
  "session.status": turn,
  "session.error": failure,

  "tool.execute.before": (p) => {
    const tool = text(p, "tool");
    if (tool === undefined) return PROGRESS;
    const call = callOf(tool, fieldsIn(p, "args") ?? {}, OPENCODE_TOOLS);
    return { kind: "tool", tool: toolUse(call, text(p, "callID")) };
  },
  "tool.execute.after": (p) => {
    const name = text(p, "tool");
    return name === undefined ? PROGRESS : { kind: "progress", tools: [{ name, ...maybe("id", text(p, "callID")) }] };
  },

  "permission.asked": (p, e) => {
    const ask = askOf(e);
    const words = ask === undefined ? line(text(p, "permission") ?? "", TEXT_CAPS.waiting) : dialogText(ask);
    return { kind: "asked", for: "permission", text: words, ...maybe("tool", callInTool(p)) };
  },
  "permission.replied": (p) => text(p, "reply") === "reject" ? INTERRUPTED : goesOn(p),
  "question.asked": (p, e) => {
    const words = line(askOf(e)?.subject ?? "", TEXT_CAPS.waiting);
    return { kind: "asked", for: "question", text: words, ...maybe("tool", callInTool(p)) };
  },
  "question.replied": goesOn,
  "question.rejected": () => INTERRUPTED,

  ...quiet("session.updated"),
};

/** A sub-agent's turn counts for its session: it begins with its prompt and ends with "idle". */
const SUBAGENT: Readonly<Record<string, Happening | undefined>> = Object.assign(Object.create(null), {
  "chat.message": { kind: "subagent", change: 1 },
  idle: { kind: "subagent", change: -1 },
  "session.created": NOTED,
});

function turnOf(type: string, properties: Fields): string {
  return type === "session.status" ? text(fieldsIn(properties, "status") ?? {}, "type") ?? "" : type;
}

function turn(properties: Fields): Happening {
  const status = fieldsIn(properties, "status") ?? {};
  switch (text(status, "type")) {
    case "busy":
      return turnRuns();
    case "retry": {
      const why = prose(text(status, "message") ?? "", TEXT_CAPS.message);
      return { kind: "failed", error: reasonOf(why), text: why };
    }
    case "idle":
      return turnEnded(properties);
    default:
      return NOTED;
  }
}

/**
 * "busy" comes after a prompt, after a retry, and where a rejection carried a comment for the agent: in each case a turn
 * runs, though the row may rest or show an error. The plugin forwards it only where the status changed, so that it never
 * answers a dialog that is open.
 */
function turnRuns(): Happening {
  return { kind: "prompt", byUser: false };
}

/**
 * "idle" also follows an error, which the row goes on showing, and an Esc; then the plugin has no text for it. An Esc in a
 * retry tells nothing else (recording: opencode dialogs).
 */
function turnEnded(properties: Fields): Happening {
  const message = text(properties, "text");
  if (message !== undefined) return { kind: "finished", lastMessage: prose(message, TEXT_CAPS.message) };
  return text(properties, "was") === "retry" ? INTERRUPTED : { kind: "rested" };
}

/** A yes lets the call go on. (A rejection ends the turn, but for one with a comment: then "busy" follows.) */
function goesOn(properties: Fields): Happening {
  const tool = callInTool(fieldsIn(properties, "asked") ?? {});
  return tool === undefined ? PROGRESS : { kind: "progress", tools: [tool] };
}

function failure(properties: Fields): Happening {
  const error = fieldsIn(properties, "error") ?? {};
  const name = text(error, "name") ?? "";
  if (name === "MessageAbortedError") return INTERRUPTED;
  const data = fieldsIn(error, "data") ?? {};
  const why = prose(text(data, "message") ?? name, TEXT_CAPS.message);
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

/** A retry has only words. */
function reasonOf(words: string): ErrorKind {
  if (/overloaded/i.test(words)) return "overloaded";
  return /rate.?limit|too many requests/i.test(words) ? "rate_limit" : "unknown";
}
