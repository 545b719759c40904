/** One connection of the page: JSON-RPC over the gateway's WebSocket, with a deadline for each call, and a heartbeat. */
import { escapeControls } from "../domain/sanitize.ts";
import type { AnyMethodName, ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { FeatureCalls } from "./feature_calls.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { BEARER, PROTOCOL, SUBPROTOCOL, VERSION } from "../protocol/version.ts";

export interface PageEvent {
  readonly seq?: number;
  readonly ts?: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** What a call is refused with, by the name that the daemon's closed list has for it. The list itself is not loaded here. */
export class CallRefused extends Error {
  constructor(readonly kind: ErrorName, message: string, readonly hint?: string) {
    super(message);
  }
}

type PageMethod = AnyMethodName | keyof FeatureCalls;
type CallOf<M extends PageMethod> = M extends keyof FeatureCalls ? FeatureCalls[M]
  : M extends AnyMethodName ? { readonly params: ParamsOf<M>; readonly result: ResultOf<M> }
  : never;

export interface WireListener {
  readonly onEvent: (event: PageEvent) => void;
  /** Once, behind a successful dial. */
  readonly onClose: () => void;
}

const DIAL_MS = 8000;
const CALL_MS = 15_000;
/** As the gateway does: a line that is dead without a word is known within a minute. */
const BEAT_MS = 15_000;

interface ErrorData {
  readonly name?: ErrorName;
  readonly hint?: string;
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: ErrorData };
  readonly method?: string;
  readonly params?: unknown;
}

export class PageWire {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply | undefined) => void>();
  #nextId = 1;
  #beat: number | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** @throws {CallRefused} `disconnected` where nobody listens, the token is refused ({@link whyRefused}) or `signal` fires */
  static async dial(
    token: string,
    listener: WireListener,
    signal: AbortSignal,
  ): Promise<{ wire: PageWire; hello: ResultOf<"hello"> }> {
    if (signal.aborted) throw gone();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws`, [SUBPROTOCOL, BEARER + token]);
    const wire = new PageWire(socket);
    let isGreeted = false;
    socket.onmessage = ({ data }) => wire.#take(String(data), listener);
    socket.onclose = () => {
      clearInterval(wire.#beat);
      for (const reply of wire.#waiting.values()) reply(undefined);
      wire.#waiting.clear();
      if (isGreeted) listener.onClose();
    };
    const close = () => wire.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      await opened(socket);
      const hello = await wire.call("hello", {
        protocol: PROTOCOL,
        client: `agent-console-page/${VERSION}`,
        kind: "web",
      });
      if (signal.aborted) throw gone();
      isGreeted = true;
      return { wire, hello };
    } catch (error) {
      wire.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  /** From now on a line that is dead is noticed. Not before the snapshot is here: over a slow link a ping waits behind it. */
  beat(): void {
    this.#beat ??= setInterval(() => this.call("ping", {}).catch(() => this.close()), BEAT_MS);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** @throws {CallRefused} the daemon's error, `disconnected` or `timeout` */
  async call<M extends PageMethod>(method: M, params: CallOf<M>["params"], ms = CALL_MS): Promise<CallOf<M>["result"]> {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Reply | undefined>();
    if (!this.isOpen) throw gone();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    const late: Reply = { error: { code: 0, message: `the daemon has not answered ${method} in time` } };
    const timer = setTimeout(() => resolve(late), ms);
    const reply = await promise;
    clearTimeout(timer);
    this.#waiting.delete(id);
    if (reply === undefined) throw gone();
    if (reply === late) throw new CallRefused("timeout", late.error?.message ?? "");
    const { error } = reply;
    if (error !== undefined) throw new CallRefused(error.data?.name ?? "failed", error.message, error.data?.hint);
    return reply.result as CallOf<M>["result"];
  }

  close(): void {
    this.#socket.close();
  }

  #take(text: string, { onEvent }: WireListener): void {
    let message: Reply;
    try {
      message = JSON.parse(text);
    } catch {
      return this.close();
    }
    if (message.method === "event") onEvent(message.params as PageEvent);
    else if (typeof message.id === "number") this.#waiting.get(message.id)?.(message);
  }
}

function gone(): CallRefused {
  return new CallRefused("disconnected", "the connection is gone");
}

/** @throws {CallRefused} `disconnected`, `timeout` */
async function opened(socket: WebSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new CallRefused("timeout", "the gateway does not answer")), DIAL_MS);
  socket.addEventListener("open", () => resolve(), { once: true });
  socket.addEventListener("close", () => reject(gone()), { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** For a person. */
export function refusalText({ message, hint }: CallRefused): string {
  return escapeControls([message, hint].filter(Boolean).join(": "));
}

/** Why a dial may have failed: a browser does not tell the status of a refused upgrade, a plain request does. */
export async function whyRefused(token: string): Promise<"token" | "too_many" | "away"> {
  try {
    const reply = await fetch("/healthz", {
      headers: { authorization: `Bearer ${token}` },
      cache: "no-store",
      signal: AbortSignal.timeout(DIAL_MS),
    });
    return reply.status === 401 ? "token" : reply.status === 429 ? "too_many" : "away";
  } catch {
    return "away";
  }
}
