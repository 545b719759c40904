/**
 * What an update of Telegram means, and whether the one who sent it is heard: both the chat and the person must be in the
 * list. Updates come from outside: nothing in them is trusted to have its type. Pure.
 */
import type { Update } from "@grammyjs/types";

export type ParsedUpdate =
  /** A text that a person has typed; the message's own number, in its chat. */
  | { readonly kind: "text"; readonly chat: number; readonly text: string }
  /** A button that a person has pressed. */
  | {
    readonly kind: "callback_query";
    readonly id: string;
    readonly chat: number;
    readonly message: number;
    readonly data: string;
    /** What stood in the message. */
    readonly text: string;
  }
  /** From somebody, or in a chat, that is not in the list. */
  | { readonly kind: "stranger" }
  /** A picture, a message of a channel, and all else that nobody has asked for. */
  | { readonly kind: "other" };

/** An update with a number is all that is known of what comes. */
type AnyUpdate = Readonly<Pick<Update, "update_id">> & Readonly<Record<string, unknown>>;

/** Those that have a number, oldest first. */
export function numberedUpdates(updates: unknown): readonly AnyUpdate[] {
  const all: readonly unknown[] = Array.isArray(updates) ? updates : [];
  // The next number must be one too.
  const numbered = all.filter((one): one is AnyUpdate =>
    Number.isSafeInteger(Number(member(one, "update_id")) + 1) &&
    isNumber(member(one, "update_id"))
  );
  return numbered.sort((one, other) => one.update_id - other.update_id);
}

/** @param allowed ids of persons and of groups; a private chat has its person's id */
export function parseUpdate(update: AnyUpdate, allowed: ReadonlySet<number>): ParsedUpdate {
  const press = update["callback_query"];
  const message = press === undefined ? update["message"] : member(press, "message");
  const chat = member(message, "chat", "id");
  const person = member(press ?? message, "from", "id");
  if (!isNumber(chat) || !isNumber(person)) return { kind: "other" };
  if (!allowed.has(chat) || !allowed.has(person) || member(press ?? message, "from", "is_bot") === true) {
    return { kind: "stranger" };
  }
  const said = member(message, "text");
  const text = typeof said === "string" ? said : "";
  if (press === undefined) {
    // Somebody else's words, or those of another bot, are no command of the person who passes them on.
    const isPassedOn = PASSED_ON.some((name) => member(message, name) !== undefined);
    return text === "" || isPassedOn ? { kind: "other" } : { kind: "text", chat, text };
  }
  const [id, data, number] = [member(press, "id"), member(press, "data"), member(message, "message_id")];
  if (typeof id !== "string" || typeof data !== "string" || !isNumber(number)) return { kind: "other" };
  return { kind: "callback_query", id, chat, message: number, data, text };
}

/** Members of a message that its sender did not type: forwarded, by an inline bot, in the name of a group. */
const PASSED_ON = ["forward_origin", "forward_from", "forward_date", "via_bot", "sender_chat"];

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function member(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}

export type ReadCommand =
  /** As the console takes it: `/status@my_bot now` is `/status now`. */
  | { readonly kind: "command"; readonly line: string; /** The bot was named. */ readonly isNamed: boolean }
  /** A command for another bot. */
  | { readonly kind: "foreign" }
  /** No command. */
  | { readonly kind: "text" };

export function readCommand(text: string, username: string): ReadCommand {
  const [, name, bot, rest] = /^\/([A-Za-z0-9_]+)(?:@([A-Za-z0-9_]+))?(?=$|\s)([\s\S]*)$/.exec(text.trim()) ?? [];
  if (name === undefined) return { kind: "text" };
  if (bot !== undefined && bot.toLowerCase() !== username.toLowerCase()) return { kind: "foreign" };
  return { kind: "command", line: `/${name.toLowerCase()}${rest ?? ""}`, isNamed: bot !== undefined };
}
