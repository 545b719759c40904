/**
 * What OpenCode says and does in the turn of one prompt: the parts of the messages that answer it, each thing told once,
 * from its events as they come and from its messages at the end.
 */
import type { HeardCall, PromptListener } from "../../domain/session_prompt.ts";
import { type Fields, objectArrayField, objectField, stringField } from "../../lib/json_fields.ts";
import { describeTool } from "../shared/tool_label.ts";
import { callOf } from "../shared/tool_table.ts";
import { OPENCODE_TOOLS } from "./request.ts";

/** Parts that are kept track of; a turn has some for each of its steps. */
const MAX_PARTS = 5000;

export class TurnParts {
  readonly #text: string;
  readonly #listener: Pick<PromptListener, "text" | "call">;
  /** OpenCode's id of the message that is the prompt. */
  #prompt: string | undefined;
  /** The messages of people that were announced; one of them is the prompt. */
  readonly #people = new Set<string>();
  readonly #replies = new Set<string>();
  /** By part: how much of a text, or which state of a call, was told. */
  readonly #told = new Map<string, number | HeardCall["status"]>();
  #last: string | undefined;

  constructor(text: string, listener: Pick<PromptListener, "text" | "call">) {
    this.#text = text;
    this.#listener = listener;
  }

  /** An event of the session, since just before the prompt was sent. */
  take(type: string, properties: Fields): void {
    const part = objectField(properties, "part");
    if (type === "message.updated") this.#message(objectField(properties, "info") ?? {});
    else if (type === "message.part.updated" && part !== undefined) this.#part(part);
    else if (type === "message.part.delta" && stringField(properties, "field") === "text") this.#delta(properties);
  }

  /**
   * Tells what was not heard, of the messages behind `before`.
   *
   * @returns what answers the prompt, oldest first; undefined: the prompt is not among them
   */
  rest(messages: readonly Fields[], before: string | undefined): readonly Fields[] | undefined {
    const from = messages.findIndex((message) => idOf(message) === before) + 1;
    const later = messages.slice(from);
    // Where a turn has more messages than are read, events have told which the prompt is.
    this.#prompt ??= idOf(later.find((message) => this.#isPrompt(message)) ?? {});
    if (this.#prompt === undefined) return undefined;
    const replies = later.filter((message) => parentOf(message) === this.#prompt);
    for (const message of replies) {
      this.#message(objectField(message, "info") ?? {});
      for (const part of objectArrayField(message, "parts") ?? []) this.#part(part);
    }
    return replies.map((message) => objectField(message, "info") ?? {});
  }

  #isPrompt(message: Fields): boolean {
    if (stringField(objectField(message, "info") ?? {}, "role") !== "user") return false;
    return (objectArrayField(message, "parts") ?? []).some((part) => stringField(part, "text") === this.#text);
  }

  #message(info: Fields): void {
    const id = stringField(info, "id");
    if (id === undefined || this.#people.size + this.#replies.size > MAX_PARTS) return;
    if (stringField(info, "role") === "user") this.#people.add(id);
    else if (this.#prompt !== undefined && stringField(info, "parentID") === this.#prompt) this.#replies.add(id);
  }

  #part(part: Fields): void {
    const id = stringField(part, "id");
    const message = stringField(part, "messageID") ?? "";
    const type = stringField(part, "type");
    if (id === undefined) return;
    if (this.#prompt === undefined && this.#people.has(message) && stringField(part, "text") === this.#text) {
      this.#prompt = message;
    }
    if (!this.#replies.has(message)) return;
    if (type === "tool") return this.#call(id, part);
    if (type !== "text") return; // reasoning, and what no window shows
    const told = this.#told.get(id) ?? 0;
    if (typeof told === "number") this.#say(id, (stringField(part, "text") ?? "").slice(told), told);
  }

  #delta(properties: Fields): void {
    const id = stringField(properties, "partID") ?? "";
    const told = this.#told.get(id); // a text that was announced
    if (typeof told === "number") this.#say(id, stringField(properties, "delta") ?? "", told);
  }

  #say(id: string, piece: string, told: number): void {
    if (!this.#keep(id, told + piece.length) || piece === "") return;
    const isNext = this.#last !== undefined && this.#last !== id;
    this.#last = id;
    this.#listener.text(isNext ? `\n\n${piece}` : piece);
  }

  #call(id: string, part: Fields): void {
    const state = objectField(part, "state") ?? {};
    const status = STATUSES[stringField(state, "status") ?? ""]; // none: its input is still written
    const tool = stringField(part, "tool");
    if (status === undefined || tool === undefined || this.#told.get(id) === status || !this.#keep(id, status)) return;
    const { name, text = "" } = describeTool(callOf(tool, objectField(state, "input") ?? {}, OPENCODE_TOOLS));
    this.#listener.call({ id: stringField(part, "callID") ?? id, name, text, status });
  }

  #keep(id: string, told: number | HeardCall["status"]): boolean {
    if (!this.#told.has(id) && this.#told.size >= MAX_PARTS) return false;
    this.#told.set(id, told);
    return true;
  }
}

function idOf(message: Fields): string | undefined {
  return stringField(objectField(message, "info") ?? {}, "id");
}

function parentOf(message: Fields): string | undefined {
  return stringField(objectField(message, "info") ?? {}, "parentID");
}

const STATUSES: Readonly<Record<string, HeardCall["status"] | undefined>> = Object.assign(Object.create(null), {
  running: "in_progress",
  completed: "completed",
  error: "failed",
});
