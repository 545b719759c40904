/** One greeted connection: calls with deadlines, and the events that come in between. */
import { ConsoleError } from "../protocol/errors.ts";
import { PROTOCOL } from "../protocol/version.ts";
import type { AnyMethodName, ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { Socket } from "../platform/sockets.ts";
import { JsonRpcPeer, NO_ANSWER } from "../rpc/json_rpc_peer.ts";
import { LineChannel } from "../rpc/line_channel.ts";
import { ownHello } from "./dial.ts";
import type { ClientContext } from "./endpoint.ts";

/** An event as it came over the wire. `subscription` and `seq` are absent in `daemon.lagged`. */
export interface WireEvent {
  readonly subscription?: string;
  readonly seq?: number;
  readonly ts?: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** Replies may hold many sessions; those of our daemon stay far below. */
const MAX_ANSWER_BYTES = 256 * 1_048_576;
const READ_BYTES = 65_536;

export class WireClient {
  #rpc: JsonRpcPeer;
  #onEvent: (event: WireEvent) => void = () => {};
  #closed = Promise.withResolvers<void>();
  #hello: ResultOf<"hello"> | undefined;

  private constructor(socket: Socket) {
    this.#rpc = new JsonRpcPeer({
      channel: new LineChannel({ socket, maxBytes: MAX_ANSWER_BYTES, readBytes: READ_BYTES, outlivesWrites: true }),
      otherEnd: "the daemon",
      handle: ({ id, params }) => {
        if (id === undefined) this.#onEvent(params as unknown as WireEvent);
        return NO_ANSWER;
      },
      onInvalid: () => this.close(),
      onTooLarge: () => this.close(),
      onHangUp: () => this.close(),
      onEnd: () => this.#closed.resolve(),
    });
  }

  /**
   * Sends hello.
   *
   * @throws {ConsoleError} the daemon's error, or `disconnected`
   */
  static async greet(
    socket: Socket,
    options: Pick<ClientContext, "kind" | "methods"> & {
      readonly token?: string | undefined;
      readonly signal: AbortSignal;
    },
  ): Promise<WireClient> {
    const client = new WireClient(socket);
    try {
      const params = ownHello(options.kind, options.token, options.methods);
      const hello = await client.#rpc.request("hello", params, options.signal) as ResultOf<"hello">;
      if (hello.protocol !== PROTOCOL) {
        throw new ConsoleError(
          "version_mismatch",
          `the daemon speaks protocol ${hello.protocol}, this program ${PROTOCOL}`,
          { hint: "agent-console daemon restart" },
        );
      }
      client.#hello = hello;
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  get hello(): ResultOf<"hello"> {
    if (this.#hello === undefined) throw new Error("the connection is not greeted yet");
    return this.#hello;
  }

  /** Resolves when the connection is gone, whoever ended it. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  set onEvent(listener: (event: WireEvent) => void) {
    this.#onEvent = listener;
  }

  /** @throws {ConsoleError} the daemon's error, `disconnected` or `timeout`; the signal's reason */
  async call<M extends AnyMethodName>(method: M, params: ParamsOf<M>, signal: AbortSignal): Promise<ResultOf<M>> {
    try {
      return await this.#rpc.request(method, params, signal) as ResultOf<M>;
    } catch (error) {
      if (error !== signal.reason || (error as Error).name !== "TimeoutError") throw error;
      throw new ConsoleError("timeout", `the daemon has not answered ${method} in time`);
    }
  }

  close(): void {
    this.#rpc.close();
  }
}
