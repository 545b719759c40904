/**
 * A double of Telegram's Bot API, as its documentation says: long polls that are confirmed by the next offset, 409 for the
 * older of two polls, 429 with `retry_after`, limits of texts and of the data of buttons, edits of what is there only.
 */
import { pause } from "./harness_wait.ts";
import type { Json } from "./wire.ts";

export interface FakeMessage {
  readonly chat: number;
  readonly id: number;
  text: string;
  /** What is written on the buttons, and what each sends. */
  buttons: { readonly text: string; readonly data: string }[];
  edits: number;
}

interface Poll {
  readonly offset: number;
  readonly reply: (response: Response) => void;
}

export class FakeTelegram {
  readonly messages: FakeMessage[] = [];
  /** What presses showed, in their order. */
  readonly toasts: string[] = [];
  /** Each call, by its method, with its parameters and when it came, steady ms. */
  readonly calls: { readonly method: string; readonly params: Json; readonly at: number }[] = [];
  /** The next calls of these methods reply so instead. */
  readonly instead = new Map<string, (() => Response | Promise<Response>)[]>();
  #token: string;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #updates: Json[] = [];
  #poll: Poll | undefined;
  #ids = 100;

  constructor(token: string, port = 0) {
    this.#token = token;
    const listen = { hostname: "127.0.0.1", port, onListen: () => {} };
    this.#server = Deno.serve(listen, (request) => this.#on(request));
  }

  get port(): number {
    return this.#server.addr.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Those that no poll has confirmed. */
  get unconfirmed(): number {
    return this.#updates.length;
  }

  /** Whether somebody polls now. */
  get isPolled(): boolean {
    return this.#poll !== undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#endPoll(Response.json({ ok: true, result: [] }));
    // A call that a test never replies to would keep it open.
    await Promise.race([this.#server.shutdown(), pause(500)]);
  }

  /** A person writes. @returns the number of the update */
  says(text: string, { person = 7, chat = person, more = {} }: { person?: number; chat?: number; more?: Json } = {}) {
    const type = chat > 0 ? "private" : "supergroup";
    const message = { message_id: ++this.#ids, date: 1, chat: { id: chat, type }, from: from(person), text, ...more };
    return this.#arrives({ message });
  }

  /** A person presses what is written so on the message. */
  press({ chat, id, text, buttons }: FakeMessage, label: string, person = 7): number {
    const data = buttons.find((one) => one.text === label)?.data;
    if (data === undefined) throw new Error(`no button "${label}" on: ${buttons.map((one) => one.text)}`);
    return this.pressData({ chat, id, text }, data, person);
  }

  pressData({ chat, id, text }: Pick<FakeMessage, "chat" | "id" | "text">, data: string, person = 7): number {
    const message = { message_id: id, date: 1, chat: { id: chat, type: chat > 0 ? "private" : "supergroup" }, text };
    return this.#arrives({ callback_query: { id: `press${++this.#ids}`, from: from(person), message, data } });
  }

  /** Once more what came already, as after a reply that was lost. */
  again(update: Json): void {
    this.#updates.push(update);
    this.#deliver();
  }

  #arrives(update: Json): number {
    const update_id = ++this.#ids;
    this.#updates.push({ update_id, ...update });
    this.#deliver();
    return update_id;
  }

  #deliver(): void {
    const poll = this.#poll;
    if (poll === undefined) return;
    const due = this.#updates.filter(({ update_id }) => Number(update_id) >= poll.offset);
    if (due.length > 0) this.#endPoll(Response.json({ ok: true, result: due }));
  }

  #endPoll(response: Response): void {
    const poll = this.#poll;
    this.#poll = undefined;
    poll?.reply(response);
  }

  async #on(request: Request): Promise<Response> {
    const [, token, method = ""] = /^\/bot([^/]+)\/(\w+)$/.exec(new URL(request.url).pathname) ?? [];
    if (token !== this.#token) return refused(401, "Unauthorized");
    const params = await request.json() as Json;
    this.calls.push({ method, params, at: performance.now() });
    const instead = this.instead.get(method)?.shift();
    if (instead !== undefined) return await instead();
    switch (method) {
      case "getMe":
        return done({ id: Number(token.split(":")[0]), is_bot: true, first_name: "Test", username: "ac_test_bot" });
      case "getUpdates":
        return await this.#updatesFor(params, request.signal);
      case "sendMessage":
        return this.#sends(params);
      case "editMessageText":
        return this.#edits(params);
      case "answerCallbackQuery":
        this.toasts.push(String(params["text"] ?? ""));
        return done(true);
      case "setMyCommands":
        return done(true);
      default:
        return refused(404, "Not Found");
    }
  }

  /** @param gone fires where who polls has ended: then nobody polls */
  #updatesFor(
    { offset = 0, timeout = 0 }: { offset?: number; timeout?: number },
    gone: AbortSignal,
  ): Response | Promise<Response> {
    this.#endPoll(refused(409, "Conflict: terminated by other getUpdates request; make sure that only one bot runs"));
    if (offset < 0) this.#updates = this.#updates.slice(offset);
    else this.#updates = this.#updates.filter(({ update_id }) => Number(update_id) >= offset);
    if (this.#updates.length > 0 || timeout === 0) return done(this.#updates);
    return new Promise((reply) => {
      const poll = this.#poll = { offset, reply };
      gone.addEventListener("abort", () => {
        if (this.#poll === poll) this.#endPoll(done([]));
      });
      const timer = setTimeout(() => {
        if (this.#poll === poll) this.#endPoll(done([]));
      }, timeout * 1000);
      Deno.unrefTimer(timer);
    });
  }

  #sends(params: Json): Response {
    const problem = problemIn(params);
    if (problem !== undefined) return refused(400, problem);
    const chat = Number(params["chat_id"]);
    const message = { chat, id: ++this.#ids, text: String(params["text"]), buttons: buttonsIn(params), edits: 0 };
    this.messages.push(message);
    return done({ message_id: message.id, date: 1, chat: { id: chat, type: "private" }, text: message.text });
  }

  #edits(params: Json): Response {
    const problem = problemIn(params);
    if (problem !== undefined) return refused(400, problem);
    const { chat_id, message_id, text } = params;
    const message = this.messages.find(({ chat, id }) => chat === chat_id && id === message_id);
    if (message === undefined) return refused(400, "Bad Request: message to edit not found");
    const buttons = buttonsIn(params);
    if (message.text === text && JSON.stringify(buttons) === JSON.stringify(message.buttons)) {
      return refused(400, "Bad Request: message is not modified: specified new message content is exactly the same");
    }
    Object.assign(message, { text, buttons, edits: message.edits + 1 });
    return done(true);
  }
}

function from(id: number) {
  return { id, is_bot: false, first_name: "Somebody" };
}

function done(result: unknown): Response {
  return Response.json({ ok: true, result });
}

export function refused(code: number, description: string, parameters?: Json): Response {
  const body = { ok: false, error_code: code, description, ...(parameters === undefined ? {} : { parameters }) };
  return Response.json(body, { status: code });
}

function buttonsIn(params: Json): FakeMessage["buttons"] {
  const rows = (params["reply_markup"] as { inline_keyboard?: Json[][] } | undefined)?.inline_keyboard ?? [];
  return rows.flat().map(({ text, callback_data }) => ({ text: String(text), data: String(callback_data) }));
}

function problemIn(params: Json): string | undefined {
  const text = String(params["text"] ?? "");
  if (text.trim() === "") return "Bad Request: message text is empty";
  if (text.length > 4096) return "Bad Request: message is too long";
  const isLong = ({ data }: { data: string }) => new TextEncoder().encode(data).length > 64 || data === "";
  if (buttonsIn(params).some(isLong)) return "Bad Request: BUTTON_DATA_INVALID";
  return undefined;
}
