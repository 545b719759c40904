/**
 * One end of a JSON-RPC 2.0 connection over a message channel: it calls, it replies, or both. Replies keep the order of
 * their requests where the handler returns at once. Unread output and running handlers are bounded: past the bounds no
 * further message is read.
 */
import { encodedLine, encodeLine, type Id, parseMessage, type Request, type Response } from "../protocol/envelope.ts";
import { ConsoleError, fromWire, toWire } from "../protocol/errors.ts";
import { setTimer } from "../platform/clock.ts";
import { EncodedResult } from "./encoded_result.ts";
import type { MessageChannel } from "./message_channel.ts";
import { PendingCalls } from "./pending_calls.ts";

export interface JsonRpcPeerOptions {
  readonly channel: MessageChannel;
  /** Who is at the other end, for the errors that people read: `the daemon`. */
  readonly otherEnd: string;
  /** Requests of the other end that run at once; then no further message is read. */
  readonly maxInFlight?: number;
  /** The server that we talk to knows no `jsonrpc` member. */
  readonly withoutVersion?: boolean;
  /**
   * Runs a request, or a notification (no id), of the other end. What it gives to `afterReply` runs right behind the
   * answer, or where that would be.
   *
   * @returns the result or a promise of it; {@link NO_ANSWER}: it is given later by `respond`, or never
   * @throws {ConsoleError} which the other end gets
   */
  readonly handle: (request: Request, afterReply: (action: () => void) => void) => unknown;
  /** A message is no JSON-RPC. `id` is null where none could be read. */
  readonly onInvalid: (error: ConsoleError, id: Id) => void;
  readonly onTooLarge?: () => void;
  readonly onHangUp?: () => void;
  readonly onRoom?: () => void;
  readonly onEnd: () => void;
}

export const NO_ANSWER = Symbol("no answer");

/** Unread replies past which no further message is read, bytes. */
const ANSWERS_AHEAD = 262_144;
/** Time for a peer that lags or misbehaved to take its last message, ms; then it is cut off. */
const LAST_WORDS_MS = 15_000;
const VERSION = { jsonrpc: "2.0" } as const;

export class JsonRpcPeer {
  #options: JsonRpcPeerOptions;
  #channel: MessageChannel;
  #header: { readonly jsonrpc?: "2.0" };
  #calls = new PendingCalls();
  #inFlight = new Set<Request["id"] | symbol>();
  #idle: (() => void)[] = [];
  #maxInFlight: number;
  #state: "open" | "leaving" | "ended" = "open";
  #lastWordsSaid: () => void = () => {};

  /** Begins to read. */
  constructor(options: JsonRpcPeerOptions) {
    this.#options = options;
    this.#channel = options.channel;
    this.#header = options.withoutVersion ? {} : VERSION;
    this.#maxInFlight = options.maxInFlight ?? Infinity;
    this.#channel.open({
      onMessage: (message) => this.#take(message),
      onTooLarge: () => options.onTooLarge?.(),
      onHangUp: () => options.onHangUp?.(),
      onRoom: () => options.onRoom?.(),
      onEnd: () => this.#end(),
    });
  }

  // -- to the other end ------------------------------------------------------------------------------------------------

  /** @throws {ConsoleError} the other end's error, or `disconnected`; the signal's reason */
  request(method: string, params: object, signal: AbortSignal): Promise<unknown> {
    const { id, result } = this.#calls.begin(signal);
    if (id !== undefined) this.#send({ ...this.#header, id, method, params });
    return result;
  }

  notify(method: string, params?: object): void {
    this.#send({ ...this.#header, method, ...(params === undefined ? {} : { params }) });
  }

  /** A result that is no JSON is a bug of ours: the other end gets `internal`, the process hears of it by `reportError`. */
  respond(id: Id, result: unknown): void {
    try {
      if (this.#channel.sendResult !== undefined) this.#channel.sendResult(id, result);
      else if (result instanceof EncodedResult) this.#channel.send(encodedLine({ ...this.#header, id }, result.json));
      else this.#send({ ...this.#header, id, result });
    } catch (error) {
      this.respondError(id, new ConsoleError("internal", "the result cannot be written as JSON, for a bug"));
      reportError(error);
    }
  }

  respondError(id: Id, error: ConsoleError): void {
    this.#send({ ...this.#header, id, error: toWire(error) });
  }

  // -- from the other end ----------------------------------------------------------------------------------------------

  /** @returns whether the next message may follow at once */
  #take(message: Uint8Array | string): boolean {
    if (this.#state !== "open") return false;
    const parsed = parseMessage(message);
    if (parsed.ok) this.#handle(parsed.request);
    else if (parsed.response === undefined || !this.#calls.any) this.#options.onInvalid(parsed.error, parsed.id);
    else this.#settle(parsed.response);
    if (this.#hasRoom) return true;
    void this.#resumeWithRoom();
    return false;
  }

  #handle(request: Request): void {
    const { id } = request;
    const key = id ?? Symbol("without id");
    if (this.#inFlight.has(key)) {
      const error = new ConsoleError(
        "invalid_request",
        `another request with the id ${id} is still in flight`,
      );
      return this.respondError(id ?? null, error);
    }
    const after: (() => void)[] = [];
    const answer = (value: unknown) => this.#answer(id, value, after);
    const fail = (error: unknown) => this.#fail(id, error, after);
    let result: unknown;
    try {
      result = this.#options.handle(request, (action) => after.push(action));
    } catch (error) {
      return fail(error);
    }
    if (!(result instanceof Promise)) return answer(result);
    this.#inFlight.add(key);
    result.then(answer, fail).finally(() => {
      this.#inFlight.delete(key);
      this.#wakeIdle();
    });
  }

  /** A notification gets no reply; the actions given to `afterReply` run all the same. */
  #answer(id: Request["id"], result: unknown, after: readonly (() => void)[]): void {
    if (id !== undefined && result !== NO_ANSWER) this.respond(id, result);
    for (const action of after) action();
  }

  #fail(id: Request["id"], error: unknown, after: readonly (() => void)[]): void {
    if (!(error instanceof ConsoleError)) throw error;
    if (id !== undefined) this.respondError(id, error);
    for (const action of after) action();
  }

  #settle({ id, result, error }: Response): void {
    if (error === undefined) return void (typeof id === "number" && this.#calls.resolve(id, result));
    const { code = 0, message = "", data } = Object(error) as { code?: number; message?: string; data?: unknown };
    const known = fromWire({ code, message, data });
    // Without an id it is about the connection as a whole (busy, too_large): it rejects every open call.
    if (id === null) this.#calls.rejectAll(known);
    else if (typeof id === "number") this.#calls.reject(id, known);
  }

  #send(message: object): void {
    this.#channel.send(encodeLine(message));
  }

  // -- back-pressure ---------------------------------------------------------------------------------------------------

  get #hasRoom(): boolean {
    return this.#inFlight.size < this.#maxInFlight && this.#channel.queuedBytes < ANSWERS_AHEAD;
  }

  async #resumeWithRoom(): Promise<void> {
    while (this.#state === "open" && this.#inFlight.size >= this.#maxInFlight) await this.#oneLess();
    if (this.#state === "open") await this.#channel.drained(ANSWERS_AHEAD - 1);
    this.#channel.resume();
  }

  /** Resolves when no request of the other end is running, or the conversation has ended. */
  async whenIdle(): Promise<void> {
    while (this.#inFlight.size > 0 && this.#state !== "ended") await this.#oneLess();
  }

  #oneLess(): Promise<void> {
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #wakeIdle(): void {
    for (const wake of this.#idle.splice(0)) wake();
  }

  // -- end -------------------------------------------------------------------------------------------------------------

  /** Reads no more; running requests still get their replies. */
  stopReading(): void {
    if (this.#state === "open") this.#state = "leaving";
    this.#channel.stopReading();
    this.#wakeIdle();
  }

  /** Reads no more, writes what is queued, ends: within a bounded time. */
  leave(): void {
    if (this.#state === "ended") return;
    this.stopReading();
    this.#lastWordsSaid();
    this.#lastWordsSaid = setTimer(LAST_WORDS_MS, () => this.#channel.close());
    this.#channel.end();
  }

  /** Ends at once; what is queued is dropped. */
  close(): void {
    this.#channel.close();
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#lastWordsSaid();
    this.#wakeIdle();
    this.#calls.end(
      new ConsoleError(
        "disconnected",
        `${this.#options.otherEnd} closed the connection`,
      ),
    );
    this.#options.onEnd();
  }
}
