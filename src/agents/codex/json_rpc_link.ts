/**
 * The connection to Codex's app-server: JSON-RPC without the `jsonrpc` member, one message in each frame. A request
 * without our reply is left to other clients; a reply that does not come counts as none.
 */
import type { Fields } from "../../lib/json_fields.ts";
import { setTimer } from "../../platform/clock.ts";
import type { TextSocket, WebSocketEvents } from "../../platform/web_socket.ts";
import { JsonRpcPeer, NO_ANSWER } from "../../rpc/json_rpc_peer.ts";
import { WebSocketChannel } from "../../rpc/web_socket_channel.ts";

export type Dial = (events: WebSocketEvents) => TextSocket;

/** A reply that takes longer will not come, ms. */
const ANSWER_MS = 5000;
/** Longer messages are not for us, UTF-16 units. */
const MAX_LENGTH = 4_194_304;

export type RequestId = number | string;

export interface LinkEvents {
  readonly onOpen: () => void;
  readonly onMessage: (method: string, params: Fields) => void;
  /** A request of the server; a client that does not reply leaves it to others. */
  readonly onRequest: (id: RequestId, method: string, params: Fields) => void;
  readonly onClose: () => void;
}

export class Link {
  #rpc: JsonRpcPeer;
  #open = true;

  constructor(dial: Dial, events: LinkEvents) {
    const channel = new WebSocketChannel({
      dial,
      maxUnits: MAX_LENGTH,
      onOpen: () => {
        cancel();
        events.onOpen();
      },
    });
    this.#rpc = new JsonRpcPeer({
      channel,
      otherEnd: "Codex",
      withoutVersion: true,
      handle: ({ id, method, params }) => {
        if (id === undefined || id === null) events.onMessage(method, params);
        else events.onRequest(id, method, params);
        return NO_ANSWER;
      },
      onInvalid: () => {},
      onEnd: () => {
        cancel();
        this.#open = false;
        events.onClose();
      },
    });
    const cancel = setTimer(ANSWER_MS, () => this.close()); // a socket that takes the connection and then says nothing
  }

  close(): void {
    this.#rpc.close();
  }

  tell(method: string): void {
    this.#rpc.notify(method);
  }

  reply(id: RequestId, result: Fields): void {
    this.#rpc.respond(id, result);
  }

  /** The result. @throws {ConsoleError} the error reply, or `disconnected`; that none came in `ms` */
  request(method: string, params: Fields, ms: number): Promise<unknown> {
    return this.#rpc.request(method, params, AbortSignal.timeout(ms));
  }

  /** The result; undefined on an error reply or after {@link ANSWER_MS}. */
  call(method: string, params: Fields): Promise<unknown> {
    return this.request(method, params, ANSWER_MS).catch(() => undefined);
  }

  /** Resolves after `ms` with whether the connection is still there. */
  pause(ms: number): Promise<boolean> {
    return new Promise((resolve) => setTimer(ms, () => resolve(this.#open)));
  }
}
