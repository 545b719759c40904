/**
 * Any agent that can run a command at its events: `hook custom` takes the JSON of custom_docs.ts on stdin, one
 * object for each event, and on an `ask` prints `{"decision":"allow"|"deny"}`, or nothing: then the agent asks itself.
 */
import type { Ask, Choice } from "../domain/approval.ts";
import type { Happening } from "../domain/report.ts";
import { type Facts, TEXT_CAPS, type ToolUse } from "../domain/session.ts";
import { type Adapter, meaningOf, type Meanings, quiet, type Understood } from "./adapter.ts";
import { isAgentName } from "./agent_name.ts";
import { ACTIONS, ERRORS, KINDS } from "./custom_docs.ts";
import { type Fields, fieldsIn, isFields, isTrue, maybe, objects, text } from "./fields.ts";
import type { HookEnv } from "./hook_env.ts";
import { absolute, idIn } from "./ids.ts";
import { placeOf } from "./place.ts";
import { line, prose } from "./readable.ts";

export const custom: Adapter = {
  name: "custom",
  understand(event: unknown, env: HookEnv): Understood {
    if (!isFields(event)) return { ok: false, problem: "the payload is no JSON object" };
    const agent = text(event, "agent");
    if (agent === undefined || !isAgentName(agent)) return { ok: false, problem: "agent is no usable name" };
    const sessionId = idIn(event, "session");
    if (sessionId === undefined) return { ok: false, problem: "session is no usable string" };
    const name = text(event, "event") ?? "";
    const { read, ...problem } = meaningOf(MEANING, name);
    const happening = read(event);
    return {
      ok: true,
      report: {
        agent,
        sessionId,
        facts: factsOf(event, name, env),
        happening,
        ...(happening.kind === "ended" ? { opens: false } : {}),
      },
      ...(name === "ask" ? { ask: askOf(event) } : {}),
      ...problem,
    };
  },
  answer(event, verdict) {
    if (!isFields(event) || text(event, "event") !== "ask") return undefined;
    if (!verdict.yes) return { decision: "deny", ...maybe("message", verdict.message) };
    if (askOf(event).choices === undefined) return { decision: "allow" };
    return verdict.answers === undefined ? undefined : { decision: "allow", answers: verdict.answers };
  },
};

function factsOf(event: Fields, name: string, env: HookEnv): Facts {
  const title = text(event, "title");
  const prompt = name === "prompt" ? text(event, "prompt") : undefined;
  const pid = event["pid"];
  // Whoever runs the hook may be any script: only the event itself says which process is the agent.
  const { parentPid: _, ...place } = placeOf(env, "PPID");
  return {
    ...place,
    ...maybe("cwd", absolute(text(event, "cwd"))),
    ...maybe("title", title && prose(title, TEXT_CAPS.title)),
    ...maybe("model", text(event, "model")),
    ...maybe("gitBranch", text(event, "branch")),
    ...maybe("permissionMode", text(event, "mode")),
    ...maybe("pid", typeof pid === "number" && Number.isInteger(pid) && pid > 0 && pid < 2 ** 31 ? pid : undefined),
    ...maybe("lastPrompt", prompt && prose(prompt, TEXT_CAPS.prompt)),
  };
}

const MEANING: Meanings<(event: Fields) => Happening> = {
  start: (e) => ({ kind: "announced", resumed: isTrue(e, "resumed") }),
  prompt: (e) => {
    const prompt = text(e, "prompt");
    return {
      kind: "prompt",
      byUser: prompt !== undefined,
      ...maybe("promptId", idIn(e, "turn")),
      ...maybe("text", prompt && prose(prompt, TEXT_CAPS.prompt)),
    };
  },
  tool: (e) => {
    const tool = toolOf(e);
    return tool === undefined ? { kind: "progress" } : { kind: "tool", tool };
  },
  tool_end: (e) => {
    const tool = toolOf(e);
    return { kind: "progress", ...maybe("tools", tool && [tool]) };
  },
  ask: (e) => {
    const tool = toolOf(e);
    const { for: asks, choices } = askOf(e);
    const words = asks === "permission" ? [tool?.name, tool?.text] : [choices?.[0]?.question ?? text(e, "message")];
    const said = words.filter((word) => word !== undefined).join(": ");
    return { kind: "asked", for: asks, text: line(said, TEXT_CAPS.waiting), ...maybe("tool", tool) };
  },
  done: (e) => {
    const background = e["background"];
    return {
      kind: "finished",
      ...maybe("promptId", idIn(e, "turn")),
      ...maybe("lastMessage", messageOf(e)),
      ...maybe("background", Number.isInteger(background) && Number(background) > 0 ? Number(background) : undefined),
    };
  },
  failed: (e) => {
    const error = text(e, "error");
    return { kind: "failed", error: ERRORS.find((kind) => kind === error) ?? "unknown", text: messageOf(e) ?? "" };
  },
  interrupted: () => ({ kind: "interrupted" }),
  end: (e) => ({ kind: "ended", reason: line(text(e, "reason") ?? "other", TEXT_CAPS.title) }),
  ...quiet("note"),
};

function askOf(event: Fields): Ask {
  const choices = objects(event, "choices")?.flatMap((choice): Choice[] => {
    const question = text(choice, "question");
    const options = choice["options"];
    const words = Array.isArray(options) ? options.filter((word) => typeof word === "string") : [];
    return question === undefined ? [] : [{ question, options: words, multiple: isTrue(choice, "multiple") }];
  });
  return {
    for: KINDS.find((kind) => kind === text(event, "for")) ?? "permission",
    tool: text(event, "tool") ?? "",
    action: ACTIONS.find((action) => action === text(event, "action")) ?? "other",
    subject: inputOf(event) ?? "",
    ...maybe("detail", text(event, "detail")),
    ...maybe("reasoning", text(event, "message")),
    ...maybe("choices", choices?.length === 0 ? undefined : choices),
    dialog: "behind",
    takesYes: true,
  };
}

function toolOf(event: Fields): ToolUse | undefined {
  const name = text(event, "tool");
  const input = inputOf(event);
  return name === undefined
    ? undefined
    : { name, ...maybe("text", input && line(input, TEXT_CAPS.tool)), ...maybe("id", text(event, "call")) };
}

function inputOf(event: Fields): string | undefined {
  const input = fieldsIn(event, "input");
  return input === undefined ? text(event, "input") : JSON.stringify(input);
}

function messageOf(event: Fields): string | undefined {
  const message = text(event, "message");
  return message === undefined ? undefined : prose(message, TEXT_CAPS.message);
}
