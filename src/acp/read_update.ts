/** What a `session/update` of ACP says. Kinds that we do not know are `other`: agents may send more than the protocol has. Pure. */
import { type Fields, isFields, numberField, objectArrayField, objectField, stringField } from "../lib/json_fields.ts";

export type AcpUpdate =
  /** A part of the answer, or of what the model thinks. */
  | { readonly kind: "text" | "thought"; readonly text: string }
  /** Something new about a tool call (tool_calls.ts). */
  | { readonly kind: "tool"; readonly fields: Fields }
  /** Tokens in the context window, of so many; `usd`: what the session has cost. */
  | { readonly kind: "usage"; readonly used: number; readonly size: number; readonly usd?: number }
  | { readonly kind: "title"; readonly title: string }
  | { readonly kind: "mode"; readonly mode: string }
  /** What it is going to do, as far as it knows now; replaces the plan before. */
  | { readonly kind: "plan"; readonly steps: readonly PlanStep[] }
  /** What no window shows, or nobody knows. */
  | { readonly kind: "other" };

export interface PlanStep {
  readonly text: string;
  /** ACP's word: `pending`, `in_progress`, `completed`. */
  readonly status: string;
}

/** @param params of the notification; undefined where it names no session */
export function readUpdate(
  params: unknown,
): { readonly sessionId: string; readonly update: AcpUpdate } | undefined {
  if (!isFields(params)) return undefined;
  const sessionId = stringField(params, "sessionId");
  const update = objectField(params, "update");
  if (sessionId === undefined || update === undefined) return undefined;
  return { sessionId, update: read(update) };
}

function read(update: Fields): AcpUpdate {
  const other = { kind: "other" } as const;
  switch (stringField(update, "sessionUpdate")) {
    case "agent_message_chunk":
      return { kind: "text", text: textOf(objectField(update, "content")) };
    case "agent_thought_chunk":
      return { kind: "thought", text: textOf(objectField(update, "content")) };
    case "tool_call":
    case "tool_call_update":
      return { kind: "tool", fields: update };
    case "plan":
      return { kind: "plan", steps: (objectArrayField(update, "entries") ?? []).map(stepOf) };
    case "usage_update": {
      const [used, size] = [numberField(update, "used"), numberField(update, "size")];
      const cost = objectField(update, "cost") ?? {};
      const usd = cost["currency"] === "USD" ? numberField(cost, "amount") : undefined;
      return used === undefined || size === undefined
        ? other
        : { kind: "usage", used, size, ...(usd === undefined ? {} : { usd }) };
    }
    case "session_info_update": {
      const title = stringField(update, "title");
      return title === undefined ? other : { kind: "title", title };
    }
    case "current_mode_update": {
      const mode = stringField(update, "currentModeId");
      return mode === undefined ? other : { kind: "mode", mode };
    }
    default:
      return other;
  }
}

function stepOf(entry: Fields): PlanStep {
  return { text: stringField(entry, "content") ?? "", status: stringField(entry, "status") ?? "pending" };
}

/** What is no text is named, so that nobody takes it for nothing. */
function textOf(content: Fields | undefined): string {
  if (content === undefined) return "";
  const text = stringField(content, "text");
  return text ?? `[${stringField(content, "type") ?? "content"}]`;
}
