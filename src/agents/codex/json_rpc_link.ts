/**
 * One connection to a JSON-RPC server without the `jsonrpc` member, one message in each frame: requests with their
 * answers, and what comes unasked.
 */
import { type Fields, objectField, parseObject, stringField } from "../../lib/json_fields.ts";
import { setTimer } from "../../platform/clock.ts";
import type { TextSocket, WebSocketEvents } from "../../platform/web_socket.ts";

export type Dial = (events: WebSocketEvents) => TextSocket;

/** An answer that takes longer will not come, ms. */
const ANSWER_MS = 5000;
/** Longer messages are not for us, UTF-16 units. */
const MAX_LENGTH = 4_194_304;

export type RequestId = number | string;

export interface LinkEvents {
  readonly onOpen: () => void;
  readonly onMessage: (method: string, params: Fields) => void;
  /** A question of the server's; whoever does not answer it leaves it to others. */
  readonly onRequest: (id: RequestId, method: string, params: Fields) => void;
  readonly onClose: () => void;
}

export class Link {
  #socket: TextSocket;
  #waiting = new Map<number, (result: unknown) => void>();
  #next = 1;
  #open = true;

  constructor(dial: Dial, events: LinkEvents) {
    this.#socket = dial({
      onOpen: () => {
        cancel();
        events.onOpen();
      },
      onText: (frame) => this.#take(frame, events),
      onClose: () => {
        cancel();
        this.#open = false;
        for (const answer of [...this.#waiting.values()]) answer(undefined);
        events.onClose();
      },
    });
    const cancel = setTimer(ANSWER_MS, () => this.close()); // a socket that takes the connection and then says nothing
  }

  close(): void {
    this.#socket.close();
  }

  tell(method: string): void {
    this.#socket.send(JSON.stringify({ method }));
  }

  answer(id: RequestId, result: Fields): void {
    this.#socket.send(JSON.stringify({ id, result }));
  }

  /** The result; undefined where the answer is an error or does not come in time. */
  ask(method: string, params: Fields): Promise<unknown> {
    if (!this.#open) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const id = this.#next++;
    const done = (result: unknown) => {
      cancel();
      this.#waiting.delete(id);
      resolve(result);
    };
    const cancel = setTimer(ANSWER_MS, () => done(undefined));
    this.#waiting.set(id, done);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }

  /** Resolves after `ms` with whether the connection is still there. */
  pause(ms: number): Promise<boolean> {
    return new Promise((resolve) => setTimer(ms, () => resolve(this.#open)));
  }

  #take(frame: string, { onMessage, onRequest }: LinkEvents): void {
    const message = frame.length > MAX_LENGTH ? undefined : parseObject(frame);
    if (message === undefined) return;
    const method = stringField(message, "method");
    const id = message["id"];
    if (method !== undefined) {
      const params = objectField(message, "params") ?? {};
      return typeof id === "number" || typeof id === "string"
        ? onRequest(id, method, params)
        : onMessage(method, params);
    }
    if (typeof id === "number") this.#waiting.get(id)?.(message["result"]);
  }
}
