/**
 * What must outlive a daemon that is killed: up to where updates were taken, and which messages stand for something that is
 * open. A file of its own and not the journal: strangers can make it change as often as they write, and their messages must
 * leave nothing behind; and one number replaces the other, where a journal would keep them all.
 */
import type { Files } from "../../platform/system.ts";

/** A message that is edited once what it is about is over. */
export interface KeptMessage {
  readonly about: "approval" | "turn";
  /** The id of that. */
  readonly id: string;
  readonly chat: number;
  readonly message: number;
  /** Of a request: as of when it was asked, ms since the epoch, and what its messages said; absent in older files. */
  readonly at?: number;
  readonly asked?: string;
}

interface Content {
  /** The bot's own id: another bot counts its updates anew. */
  readonly bot: string;
  /** The first update that was not taken; absent before the first. */
  readonly offset?: number;
  /** When that was written, ms since the epoch; absent in older files. */
  readonly offsetAt?: number;
  readonly messages: readonly KeptMessage[];
}

/** Most messages that are edited later; the oldest stay as they are. */
const MAX_MESSAGES = 200;
const MAX_BYTES = 262_144;

export class BotState {
  #files: Files;
  #path: string;
  #content: Content;

  constructor(files: Files, path: string, bot: string) {
    this.#files = files;
    this.#path = path;
    const read = readContent(files, path);
    this.#content = read?.bot === bot ? read : { bot, messages: [] };
  }

  get offset(): number | undefined {
    return this.#content.offset;
  }

  /** When the last update was taken, ms since the epoch, where that is known. */
  get offsetAt(): number | undefined {
    return this.#content.offsetAt;
  }

  get messages(): readonly KeptMessage[] {
    return this.#content.messages;
  }

  /** Is on the disk when it returns. @throws the OS error: then nothing may be done about the updates before `offset` */
  setOffset(offset: number, offsetAt: number): void {
    this.#write({ ...this.#content, offset, offsetAt });
  }

  /** @throws the OS error, and knows it all the same, as long as this daemon runs */
  add(message: KeptMessage): void {
    const messages = [...this.#content.messages, message].slice(-MAX_MESSAGES);
    this.#content = { ...this.#content, messages };
    this.#write(this.#content);
  }

  /** @throws as {@link add} */
  remove(gone: readonly KeptMessage[]): void {
    const messages = this.#content.messages.filter((one) => !gone.includes(one));
    if (messages.length === this.#content.messages.length) return;
    this.#content = { ...this.#content, messages };
    this.#write(this.#content);
  }

  #write(content: Content): void {
    this.#files.replace(this.#path, new TextEncoder().encode(`${JSON.stringify({ version: 1, ...content })}\n`));
    this.#content = content;
  }
}

/** Undefined where there is none, or none of ours. */
function readContent(files: Files, path: string): Content | undefined {
  try {
    const at = files.stat(path);
    if (at?.kind !== "file" || at.size > MAX_BYTES) return undefined;
    const read = JSON.parse(new TextDecoder().decode(files.read(path))) as Content & { readonly version?: unknown };
    const { version, bot, offset, offsetAt, messages } = read;
    if (version !== 1 || typeof bot !== "string" || !Array.isArray(messages)) return undefined;
    if (offset !== undefined && !Number.isSafeInteger(offset)) return undefined;
    return {
      bot,
      ...(offset === undefined ? {} : { offset }),
      ...(Number.isSafeInteger(offsetAt) ? { offsetAt } : {}),
      messages: messages.filter(isMessage),
    };
  } catch {
    return undefined; // it is ours to write anew
  }
}

function isMessage(value: unknown): value is KeptMessage {
  const { about, id, chat, message, at, asked } = (value ?? {}) as Partial<KeptMessage>;
  return (about === "approval" || about === "turn") && typeof id === "string" && Number.isSafeInteger(chat) &&
    Number.isSafeInteger(message) && (at === undefined || Number.isSafeInteger(at)) &&
    (asked === undefined || typeof asked === "string");
}
