/**
 * Any agent that can run a command at its events: `hook custom` takes the JSON of docs.ts on stdin, one object for each
 * event, and on an `ask` prints `{"decision":"allow"|"deny"}`, or nothing: then the agent's own dialog decides.
 */
import type { ApprovalRequest, Choice } from "../../domain/approval.ts";
import type { AgentEvent } from "../../domain/report.ts";
import { type Facts, TEXT_CAPS, type ToolUse } from "../../domain/session.ts";
import { type Adapter, type EventTable, handlerFor, ignored, type ParsedEvent } from "../shared/adapter.ts";
import { isFreeName } from "../shared/free_name.ts";
import { ACTIONS, ERROR_KINDS, WAITING_KINDS } from "./docs.ts";
import {
  booleanField,
  type Fields,
  isFields,
  objectArrayField,
  objectField,
  optional,
  stringField,
} from "../../lib/json_fields.ts";
import type { HookEnv } from "../shared/hook_env.ts";
import { UNKNOWN_TIMEOUT_HOLD_SECS } from "../shared/hook_spec.ts";
import { choiceOptions } from "../shared/choice_options.ts";
import { absolutePath, idField } from "../shared/ids.ts";
import { isPid, refusedValues } from "./problems.ts";
import { processFacts } from "../shared/process_facts.ts";
import { excerpt, oneLineExcerpt, proseLine } from "../shared/excerpt.ts";

export const custom: Adapter = {
  name: "custom",
  understand(event: unknown, env: HookEnv): ParsedEvent {
    if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
    const agent = stringField(event, "agent");
    if (agent === undefined || !isFreeName(agent)) {
      return { ok: false, problem: "agent is no usable name, or the name of an agent that reports for itself" };
    }
    const sessionId = idField(event, "session");
    if (sessionId === undefined) return { ok: false, problem: "session is no usable string" };
    const name = stringField(event, "event") ?? "";
    const { read, problem = refusedValues(event) } = handlerFor(MEANING, name);
    const agentEvent = read(event);
    return {
      ok: true,
      report: { agent, sessionId, facts: factsOf(event, name, env), event: agentEvent },
      ...(name === "ask" ? { request: customRequest(event) } : {}),
      ...optional("problem", problem),
    };
  },
  responseFor(event, decision) {
    if (!isFields(event) || stringField(event, "event") !== "ask") return undefined;
    if (decision.kind === "deny") return { decision: "deny", ...optional("message", decision.message) };
    if (customRequest(event).choices === undefined) return { decision: "allow" };
    return decision.answers === undefined ? undefined : { decision: "allow", answers: decision.answers };
  },
};

function factsOf(event: Fields, name: string, env: HookEnv): Facts {
  const title = stringField(event, "title");
  const prompt = name === "prompt" ? stringField(event, "prompt") : undefined;
  const pid = event["pid"];
  // Whoever runs the hook may be any script: only the event itself says which process is the agent.
  const { parentPid: _, ...place } = processFacts(env, "PPID");
  return {
    ...place,
    ...optional("cwd", absolutePath(stringField(event, "cwd"))),
    ...optional("title", title && excerpt(title, TEXT_CAPS.title)),
    ...optional("model", stringField(event, "model")),
    ...optional("gitBranch", stringField(event, "branch")),
    ...optional("permissionMode", stringField(event, "mode")),
    ...optional("pid", isPid(pid) ? pid : undefined),
    ...optional("lastPrompt", prompt && excerpt(prompt, TEXT_CAPS.prompt)),
  };
}

const MEANING: EventTable<(event: Fields) => AgentEvent> = {
  start: (e) => ({ kind: "announced", resumed: booleanField(e, "resumed") }),
  prompt: (e) => {
    const prompt = stringField(e, "prompt");
    return {
      kind: "prompt",
      byUser: prompt !== undefined,
      ...optional("promptId", idField(e, "turn")),
      ...optional("text", prompt && excerpt(prompt, TEXT_CAPS.prompt)),
    };
  },
  tool: (e) => {
    const tool = toolOf(e);
    return tool === undefined ? { kind: "progress" } : { kind: "tool", tool };
  },
  tool_end: (e) => {
    const tool = toolOf(e);
    return { kind: "progress", ...optional("tools", tool && [tool]) };
  },
  ask: (e) => {
    const tool = toolOf(e);
    const { for: kind, choices } = customRequest(e);
    const words = kind === "permission"
      ? [tool?.name, tool?.text]
      : [choices?.[0]?.question ?? stringField(e, "message")];
    const said = words.filter((word) => word !== undefined).join(": ");
    const line = kind === "permission" ? oneLineExcerpt : proseLine;
    return { kind: "requested", for: kind, text: line(said, TEXT_CAPS.waiting), ...optional("tool", tool) };
  },
  done: (e) => {
    const background = e["background"];
    return {
      kind: "finished",
      ...optional("promptId", idField(e, "turn")),
      ...optional("lastMessage", messageOf(e)),
      ...optional(
        "background",
        Number.isInteger(background) && Number(background) > 0 ? Number(background) : undefined,
      ),
    };
  },
  failed: (e) => {
    const error = stringField(e, "error");
    return { kind: "failed", error: ERROR_KINDS.find((kind) => kind === error) ?? "unknown", text: messageOf(e) ?? "" };
  },
  interrupted: () => ({ kind: "interrupted" }),
  end: (e) => ({ kind: "ended", reason: proseLine(stringField(e, "reason") ?? "other", TEXT_CAPS.title) }),
  ...ignored("note"),
};

function customRequest(event: Fields): ApprovalRequest {
  const choices = objectArrayField(event, "choices")?.flatMap((choice): Choice[] => {
    const question = stringField(choice, "question");
    const options = choiceOptions(Array.isArray(choice["options"]) ? choice["options"] : []);
    return question === undefined ? [] : [{ question, ...options, multiple: booleanField(choice, "multiple") }];
  });
  return {
    for: WAITING_KINDS.find((kind) => kind === stringField(event, "for")) ?? "permission",
    tool: stringField(event, "tool") ?? "",
    action: ACTIONS.find((action) => action === stringField(event, "action")) ?? "other",
    subject: inputOf(event) ?? "",
    ...optional("detail", stringField(event, "detail")),
    ...optional("reasoning", stringField(event, "message")),
    ...optional("choices", choices?.length === 0 ? undefined : choices),
    dialog: "behind",
    holdSecs: UNKNOWN_TIMEOUT_HOLD_SECS,
    acceptsApproval: true,
  };
}

function toolOf(event: Fields): ToolUse | undefined {
  const name = stringField(event, "tool");
  const input = inputOf(event);
  return name === undefined ? undefined : {
    name,
    ...optional("text", input && oneLineExcerpt(input, TEXT_CAPS.tool)),
    ...optional("id", stringField(event, "call")),
  };
}

function inputOf(event: Fields): string | undefined {
  const input = objectField(event, "input");
  return input === undefined ? stringField(event, "input") : JSON.stringify(input);
}

function messageOf(event: Fields): string | undefined {
  const message = stringField(event, "message");
  return message === undefined ? undefined : excerpt(message, TEXT_CAPS.message);
}
