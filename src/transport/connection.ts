/**
 * One client of the daemon: hello first, then requests to the router, replies and event streams. It ends when the peer
 * closes, breaks a rule or stalls; in each case its streams leave the event bus and its AbortSignal fires.
 */
import type { Actor } from "../protocol/actor.ts";
import { JsonRpcPeer, NO_ANSWER } from "../rpc/json_rpc_peer.ts";
import type { MessageChannel } from "../rpc/message_channel.ts";
import type { EventSource, Peer, StreamReader } from "../rpc/peer.ts";
import type { SharedTurns } from "../rpc/shared_turns.ts";
import type { Router } from "../rpc/router.ts";
import type { Id, Request } from "../protocol/envelope.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Scope } from "../protocol/methods.ts";
import { setTimer } from "../platform/clock.ts";
import { greet, type Greeted, type HandshakeOptions } from "./handshake.ts";
import { Streams } from "./streams.ts";

export interface ConnectionOptions {
  /** It takes messages of maxHelloBytes, after hello of maxLineBytes. */
  readonly channel: MessageChannel;
  readonly limits: Limits;
  readonly router: Router;
  readonly handshake: HandshakeOptions;
  /** Clients without a token share their turns: together they may not keep the others waiting. */
  readonly strangers: SharedTurns;
  /** Hello has come, and gives this scope. @returns why there is no place for such a client */
  readonly admit: (scope: Scope) => ConsoleError | undefined;
  /** After hello, with the kind that the client named. */
  readonly onGreeted: (kind: string) => void;
  readonly onEnd: (kind: string | undefined) => void;
}

/** Messages in a row that are no JSON-RPC, before a connection is closed. */
const MOST_INVALID = 100;
/** Arrays and objects in one message. */
const MAX_CONTAINERS = 32_768;

export class Connection implements Peer {
  #options: ConnectionOptions;
  #rpc: JsonRpcPeer;
  #abort = new AbortController();
  #hungUp = new AbortController();
  #greeted: Omit<Greeted, "result"> | undefined;
  #streams: Streams;
  #helloInTime: () => void;
  #leaving = false;
  /** Messages since the last valid one. */
  #invalid = 0;

  /** Begins to read. */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { channel, limits, router } = options;
    const { helloMs, maxHelloBytes, maxLineBytes, maxInFlight } = limits;
    this.#streams = new Streams({ channel, lagged: (from, to) => this.#lagged(from, to) });
    this.#helloInTime = setTimer(helloMs, () => {
      this.#refuse(
        new ConsoleError("hello_required", `no hello came in ${helloMs} ms`),
      );
    });
    this.#rpc = new JsonRpcPeer({
      channel,
      otherEnd: "the client",
      maxInFlight,
      maxContainers: MAX_CONTAINERS,
      handle: (request, afterReply) => {
        this.#invalid = 0;
        return this.#greeted === undefined ? this.#hello(request) : router.run(request, this, afterReply);
      },
      onInvalid: (error, id) => this.#hearInvalid(error, id),
      onTooLarge: () => {
        const limit = this.#greeted ? maxLineBytes : maxHelloBytes;
        this.#refuse(
          new ConsoleError("too_large", `the line has more than ${limit} bytes`),
        );
      },
      onHangUp: () => {
        this.#hungUp.abort();
        // The peer may have closed only its sending side: it still gets the replies to its requests.
        void this.#rpc.whenIdle().then(() => this.#leave());
      },
      onRoom: () => this.#streams.pull(),
      onEnd: () => this.#end(),
    });
  }

  // -- Peer ------------------------------------------------------------------------------------------------------------

  get scope(): Scope {
    return this.#greeted?.scope ?? "report";
  }
  get kind(): string {
    return this.#greeted?.kind ?? "other";
  }
  get isRemote(): boolean {
    return this.#options.handshake.credential !== undefined;
  }
  get acknowledges(): boolean {
    return this.#greeted?.acknowledges === true;
  }
  get methods(): ReadonlySet<string> | undefined {
    return this.#greeted?.methods;
  }
  get actor(): Actor {
    return `${this.kind}:${this.scope}`;
  }
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get hungUp(): AbortSignal {
    return this.#hungUp.signal;
  }

  openStream(open: (reader: StreamReader) => EventSource, onEnd: () => void): string {
    const { maxSubscriptions } = this.#options.limits;
    if (this.#streams.size >= maxSubscriptions) {
      throw new ConsoleError("busy", `this connection has ${maxSubscriptions} subscriptions already`, {
        hint: "unsubscribe, or open another connection",
      });
    }
    return this.#streams.open(open, onEnd);
  }

  closeStream(name: string): boolean {
    return this.#streams.close(name);
  }

  disconnect(): void {
    this.#leave();
  }

  // -- life ------------------------------------------------------------------------------------------------------------

  /** Stops reading, waits for the requests in flight, writes what is queued and the events that are left, ends. */
  async drain(): Promise<void> {
    const { channel } = this.#options;
    this.#leaving = true; // from now on a hang-up or a lag changes nothing: the drain ends the connection anyway
    this.#rpc.stopReading();
    await this.#rpc.whenIdle();
    while (this.#streams.pull()) await channel.drained(0);
    channel.end();
    await channel.drained(0);
  }

  close(): void {
    this.#rpc.close();
  }

  /** Its place is another's: it hears why, and ends. */
  giveWay(why: ConsoleError): void {
    this.#refuse(why);
  }

  #hello(request: Request): unknown {
    try {
      const { result, ...greeted } = greet(request, this.#options.handshake);
      const { kind, scope } = greeted;
      const full = this.#options.admit(scope);
      if (full !== undefined) {
        this.#refuse(full); // not the answer to hello alone: whatever was sent behind it meets the same end
        return NO_ANSWER;
      }
      this.#helloInTime();
      this.#greeted = greeted;
      const { channel, limits, strangers } = this.#options;
      channel.setLimit(limits.maxLineBytes);
      if (scope === "report") channel.share?.(strangers);
      this.#options.onGreeted(kind);
      return result;
    } catch (error) {
      this.#refuse(error as ConsoleError, request.id);
      return NO_ANSWER;
    }
  }

  #hearInvalid(error: ConsoleError, id: Id): void {
    if (this.#greeted === undefined) return this.#refuse(error, id);
    this.#rpc.respondError(id, error);
    if (++this.#invalid < MOST_INVALID) return;
    const why = `${MOST_INVALID} messages in a row were none of JSON-RPC`;
    this.#options.channel.blame?.(why);
    this.#refuse(new ConsoleError("invalid_request", `the connection is closed: ${why}`));
  }

  /** The last message of a connection whose peer was too slow; it may resume from there on another one. */
  #lagged(from: number, to: number): void {
    this.#rpc.notify("event", { type: "daemon.lagged", data: { from, to } });
    this.#leave();
  }

  /** Says why and ends: for clients that break a rule of the protocol. */
  #refuse(error: ConsoleError, id: Id = null): void {
    if (this.#leaving) return;
    this.#rpc.respondError(id, error);
    this.#leave();
  }

  /** Hears no more events, and ends when the last words are said. */
  #leave(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#streams.closeAll();
    this.#rpc.leave();
  }

  #end(): void {
    this.#leaving = true;
    this.#helloInTime();
    this.#streams.closeAll();
    this.#abort.abort(new Error("the connection ended"));
    this.#hungUp.abort();
    this.#options.onEnd(this.#greeted?.kind);
  }
}
