/** What Codex says and does in one turn, as its app-server tells it item by item, each thing once. */
import type { HeardCall, PromptListener } from "../../domain/session_prompt.ts";
import { type Fields, objectArrayField, objectField, stringField } from "../../lib/json_fields.ts";
import { withoutShell } from "./request_codec.ts";

export class TurnItems {
  readonly #listener: Pick<PromptListener, "text" | "call">;
  /** The messages that were heard from their beginning. */
  readonly #messages = new Set<string>();
  #last: string | undefined;

  constructor(listener: Pick<PromptListener, "text" | "call">) {
    this.#listener = listener;
  }

  /** A notification about an item of the turn. */
  take(method: string, params: Fields): void {
    if (method === "item/agentMessage/delta") {
      const id = stringField(params, "itemId");
      // Who is attached in the middle of a message gets it whole at its end.
      if (id !== undefined && this.#messages.has(id)) this.#say(id, stringField(params, "delta") ?? "");
      return;
    }
    const item = objectField(params, "item");
    const id = item && stringField(item, "id");
    if (item === undefined || id === undefined) return;
    if (stringField(item, "type") === "agentMessage") {
      if (method === "item/started") this.#messages.add(id);
      else if (method === "item/completed") this.#whole(item);
      return;
    }
    const call = method === "item/started" || method === "item/completed" ? readCall(id, item) : undefined;
    if (call !== undefined) this.#listener.call(call);
  }

  /** What the end of the turn tells beyond what was heard. */
  rest(turn: Fields): void {
    for (const item of objectArrayField(turn, "items") ?? []) {
      if (stringField(item, "type") === "agentMessage") this.#whole(item);
    }
  }

  #whole(message: Fields): void {
    const id = stringField(message, "id");
    if (id === undefined || this.#messages.has(id)) return;
    this.#messages.add(id);
    this.#say(id, stringField(message, "text") ?? "");
  }

  #say(id: string, text: string): void {
    if (text === "") return;
    const isNext = this.#last !== undefined && this.#last !== id;
    this.#last = id;
    this.#listener.text(isNext ? `\n\n${text}` : text);
  }
}

function readCall(id: string, item: Fields): HeardCall | undefined {
  const status = STATUSES[stringField(item, "status") ?? ""] ?? "in_progress";
  switch (stringField(item, "type")) {
    case "commandExecution":
      return { id, name: "Bash", text: withoutShell(stringField(item, "command") ?? ""), status };
    case "fileChange": {
      const paths = (objectArrayField(item, "changes") ?? []).flatMap((change) => stringField(change, "path") ?? []);
      return { id, name: "apply_patch", text: paths.join("\n"), status };
    }
    case "mcpToolCall": {
      const name = `mcp__${stringField(item, "server") ?? ""}__${stringField(item, "tool") ?? ""}`;
      return { id, name, text: JSON.stringify(item["arguments"] ?? {}), status };
    }
    default:
      return undefined; // what no window shows
  }
}

const STATUSES: Readonly<Record<string, HeardCall["status"] | undefined>> = Object.assign(Object.create(null), {
  completed: "completed",
  failed: "failed",
  declined: "failed",
});
