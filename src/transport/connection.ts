/**
 * One client: bytes in, requests to the router, answers and events out. It ends when the peer closes, breaks a rule
 * or stalls; whatever ends it, its streams leave the event bus and its AbortSignal fires.
 */
import type { Actor } from "../protocol/actor.ts";
import type { EventSource, Peer, StreamReader } from "../rpc/peer.ts";
import type { Router } from "../rpc/router.ts";
import { encodeLine, errorLine, parseRequest, type Request, resultLine } from "../protocol/envelope.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { LineParser, LineTooLongError, NOTHING } from "../protocol/framing.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Scope } from "../protocol/methods.ts";
import { setTimer } from "../platform/clock.ts";
import type { Socket } from "../platform/sockets.ts";
import { greet, type HandshakeOptions } from "./handshake.ts";
import { Outbox } from "./outbox.ts";
import { Streams } from "./streams.ts";

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly limits: Limits;
  readonly router: Router;
  readonly handshake: HandshakeOptions;
  /** After hello, with the kind that the client named. */
  readonly onGreeted: (kind: string) => void;
  readonly onEnd: (kind: string | undefined) => void;
}

/** Time for a peer that lags or misbehaved to take its last message, ms; then it is cut off. */
const LAST_WORDS_MS = 15_000;
/** Unread answers past which no further request is read, bytes. */
const ANSWERS_AHEAD = 262_144;
const READ_BYTES = 16_384;

export class Connection implements Peer {
  #options: ConnectionOptions;
  #outbox: Outbox;
  #parser: LineParser;
  #abort = new AbortController();
  #hungUp = new AbortController();
  #greeted: { scope: Scope; kind: string } | undefined;
  #inFlight = new Set<Request["id"] | symbol>();
  #streams: Streams;
  #after: (() => void)[] = [];
  #helloInTime: () => void;
  #lastWordsSaid: () => void = () => {};
  #idle: (() => void)[] = [];
  #ending = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { maxHelloBytes, helloMs } = options.limits;
    this.#outbox = new Outbox({
      socket: options.socket,
      onRoom: () => this.#streams.pull(),
      onEnd: () => this.#end(),
    });
    this.#streams = new Streams({
      outbox: this.#outbox,
      lagged: (from, to) => this.#lagged(from, to),
    });
    this.#parser = new LineParser(maxHelloBytes);
    this.#helloInTime = setTimer(helloMs, () => {
      this.#refuse(
        new ConsoleError("hello_required", `Cannot wait longer: no hello in ${helloMs} ms, must be the first line`),
      );
    });
  }

  // -- Peer ------------------------------------------------------------------------------------------------------------

  get scope(): Scope {
    return this.#greeted?.scope ?? "report";
  }
  get kind(): string {
    return this.#greeted?.kind ?? "other";
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
    this.afterReply(() => this.#streams.pull()); // what it missed is there already, nobody will wake it
    return this.#streams.open(open, onEnd);
  }

  closeStream(name: string): boolean {
    return this.#streams.close(name);
  }

  afterReply(action: () => void): void {
    this.#after.push(action);
  }

  disconnect(): void {
    this.#leave();
  }

  // -- life ------------------------------------------------------------------------------------------------------------

  /** Reads until the peer closes or the connection ends. Never rejects. */
  async run(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      while (!this.#ending) {
        const count = await this.#options.socket.read(buffer);
        if (count === null) break;
        await this.#take(buffer.subarray(0, count));
      }
      this.#hungUp.abort();
      // The peer may have closed only its sending side: it still gets the answers to what it asked.
      await this.#whenIdle();
      this.#leave();
    } catch (error) {
      if (error instanceof LineTooLongError) {
        const limit = this.#greeted ? this.#options.limits.maxLineBytes : this.#options.limits.maxHelloBytes;
        this.#refuse(
          new ConsoleError("too_large", `Cannot read the line: is over ${limit} bytes, must be at most that`),
        );
      } else this.#outbox.abandon();
    }
  }

  /** Stops reading, waits for the requests in flight, writes what is queued and the events that are left, ends. */
  async drain(): Promise<void> {
    this.#stopReading();
    await this.#whenIdle();
    while (this.#streams.pull()) await this.#outbox.drained(0);
    this.#outbox.end();
    await this.#outbox.drained(0);
  }

  close(): void {
    this.#outbox.abandon();
  }

  async #take(chunk: Uint8Array): Promise<void> {
    const line = (bytes: Uint8Array): boolean => {
      this.#line(bytes);
      return !this.#ending && this.#roomLeft();
    };
    let rest = chunk;
    while (!this.#parser.push(rest, line) && !this.#ending) {
      await this.#room();
      rest = NOTHING;
    }
  }

  #line(bytes: Uint8Array): void {
    if (this.#ending) return;
    const parsed = parseRequest(bytes);
    if (!parsed.ok) {
      if (this.#greeted === undefined) return this.#refuse(parsed.error, parsed.id);
      return this.#outbox.push(errorLine(parsed.id, parsed.error));
    }
    if (this.#greeted === undefined) this.#hello(parsed.request);
    else this.#request(parsed.request);
  }

  #hello(request: Request): void {
    try {
      const { scope, kind, result } = greet(request, this.#options.handshake);
      this.#helloInTime();
      this.#greeted = { scope, kind };
      this.#parser.limit = this.#options.limits.maxLineBytes;
      this.#options.onGreeted(kind);
      if (request.id !== undefined) this.#outbox.push(resultLine(request.id, result));
    } catch (error) {
      this.#refuse(error as ConsoleError, request.id ?? null);
    }
  }

  #request(request: Request): void {
    const { id } = request;
    const key = id ?? Symbol("without id");
    if (this.#inFlight.has(key)) {
      const error = new ConsoleError(
        "invalid_request",
        `Cannot take the request: id ${id} is in flight, must be unused`,
      );
      return this.#outbox.push(errorLine(id ?? null, error));
    }
    const { router } = this.#options;
    try {
      const result = router.run(request, this);
      if (!(result instanceof Promise)) return this.#answer(id, () => resultLine(id ?? null, result));
      this.#inFlight.add(key);
      result.then(
        (value) => this.#answer(id, () => resultLine(id ?? null, value)),
        (error) => this.#answer(id, () => errorLine(id ?? null, error)),
      ).finally(() => {
        this.#inFlight.delete(key);
        for (const wake of this.#idle.splice(0)) wake();
      });
    } catch (error) {
      this.#answer(id, () => errorLine(id ?? null, error as ConsoleError));
    }
  }

  /** A request without an id gets no answer, but what it asked to happen afterwards happens. */
  #answer(id: Request["id"], line: () => Uint8Array): void {
    if (id !== undefined) this.#outbox.push(line());
    for (const action of this.#after.splice(0)) action();
  }

  /** The last message of a connection whose peer was too slow; it may resume from there on another one. */
  #lagged(from: number, to: number): void {
    this.#outbox.push(
      encodeLine({ jsonrpc: "2.0", method: "event", params: { type: "daemon.lagged", data: { from, to } } }),
    );
    this.#leave();
  }

  // -- back-pressure ---------------------------------------------------------------------------------------------------

  #roomLeft(): boolean {
    return this.#inFlight.size < this.#options.limits.maxInFlight && this.#outbox.bytes < ANSWERS_AHEAD;
  }

  async #room(): Promise<void> {
    while (!this.#ending && this.#inFlight.size >= this.#options.limits.maxInFlight) await this.#oneLess();
    if (!this.#ending) await this.#outbox.drained(ANSWERS_AHEAD - 1);
  }

  async #whenIdle(): Promise<void> {
    while (this.#inFlight.size > 0 && !this.#abort.signal.aborted) await this.#oneLess();
  }

  #oneLess(): Promise<void> {
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  // -- end -------------------------------------------------------------------------------------------------------------

  /** Says why and ends: for clients that break a rule of the protocol. */
  #refuse(error: ConsoleError, id: Request["id"] = null): void {
    if (this.#ending) return;
    this.#outbox.push(errorLine(id ?? null, error));
    this.#leave();
  }

  /** Reads no more, hears no more events, writes what is queued, ends: within a bounded time. */
  #leave(): void {
    if (this.#ending) return;
    this.#stopReading();
    this.#streams.closeAll();
    this.#lastWordsSaid = setTimer(LAST_WORDS_MS, () => this.#outbox.abandon());
    this.#outbox.end();
  }

  #stopReading(): void {
    this.#ending = true;
    for (const wake of this.#idle.splice(0)) wake();
  }

  #end(): void {
    if (this.#abort.signal.aborted) return;
    this.#stopReading();
    this.#helloInTime();
    this.#lastWordsSaid();
    this.#streams.closeAll();
    this.#abort.abort(new Error("the connection ended"));
    this.#hungUp.abort();
    try {
      this.#options.socket.close();
    } catch {
      // Already closed by the other end of this race.
    }
    this.#options.onEnd(this.#greeted?.kind);
  }
}
