/**
 * One hook that speaks HTTP: it queries whether its report is welcome, sends the report, gets its reply and leaves. The
 * client must not read the payload before it knows that somebody will take it: otherwise nobody could spool it. So each
 * refusal comes before `100 Continue`, and what came behind it and can only be taken later is spooled here.
 */
import { ObjectEnd } from "../lib/object_end.ts";
import { setTimer } from "../platform/clock.ts";
import type { Socket } from "../platform/sockets.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { HookBody, type HookHead, MAX_HEAD, parseHookHead } from "./hook_request.ts";

/** What is done with a hook's report. */
export interface HookReports {
  /** @returns why none is taken now, as a status of HTTP */
  refusal(head: HookHead): number | undefined;
  /** Never rejects. @returns a status of HTTP */
  take(head: HookHead, payload: string, signal: AbortSignal): Promise<number>;
}

export interface HookConnectionOptions {
  readonly socket: Socket;
  readonly reports: HookReports;
  /** The head has come. @returns why there is no place for it */
  readonly admit: () => ConsoleError | undefined;
  /** Takes room for more of a payload; false where there is none. */
  readonly reserve: (bytes: number) => boolean;
  readonly onEnd: () => void;
}

/** The whole of a connection, ms: the client itself gives up sooner. */
const LIFE_MS = 3000;
/** Longest payload, bytes; one that is longer is dropped, as the program does. */
const MAX_PAYLOAD = 32 * 1_048_576;
const READ_BYTES = 16_384;
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const OK = 204;
const ACCEPTED = 202;
const BAD = 400;
const TOO_LARGE = 413;
const UNAVAILABLE = 503;
const REASONS: Readonly<Record<number, string>> = {
  [OK]: "No Content",
  [ACCEPTED]: "Accepted",
  [BAD]: "Bad Request",
  409: "Conflict",
  [TOO_LARGE]: "Content Too Large",
  [UNAVAILABLE]: "Service Unavailable",
};

export class HookConnection {
  #o: HookConnectionOptions;
  #unread: Uint8Array = new Uint8Array(0);
  #buffer = new Uint8Array(READ_BYTES);
  #abort = new AbortController();
  #isAdmitted = false;
  #isBusy = false;
  #isLeaving = false;
  #done: Promise<void>;

  /** Begins to read. */
  constructor(options: HookConnectionOptions) {
    this.#o = options;
    this.#done = this.#serve();
  }

  /** Its place is another's. */
  giveWay(_why: ConsoleError): void {
    this.close();
  }

  close(): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort(new Error("the connection ended"));
    try {
      this.#o.socket.close();
    } catch {
      // Already closed by the other end of this race.
    }
  }

  /** A report that has begun gets its reply; no other is read. */
  async drain(): Promise<void> {
    this.#isLeaving = true;
    if (!this.#isBusy) this.close();
    await this.#done;
  }

  async #serve(): Promise<void> {
    const endLife = setTimer(LIFE_MS, () => this.close());
    try {
      while (!this.#isLeaving && await this.#next());
    } catch {
      // The client is gone.
    }
    endLife();
    this.close();
    this.#o.onEnd();
  }

  /** One request. @returns whether another may come */
  async #next(): Promise<boolean> {
    const text = await this.#head();
    if (text === undefined) return false;
    const head = parseHookHead(text);
    if (head === undefined) return await this.#end(BAD);
    const refusal = this.#isLeaving ? UNAVAILABLE : this.#o.reports.refusal(head);
    if (refusal !== undefined) return await this.#end(refusal);
    if (!this.#isAdmitted && this.#o.admit() !== undefined) return await this.#end(UNAVAILABLE);
    this.#isAdmitted = true;
    if (head.method === "GET") {
      await this.#write(answer(OK, "keep-alive"));
      return true;
    }
    this.#isBusy = true;
    if (head.waits) await this.#write(CONTINUE);
    const payload = await this.#payload(head);
    if (payload === undefined) return await this.#end(BAD);
    if (payload === TOO_LARGE) return await this.#end(TOO_LARGE);
    return await this.#end(payload.trim() === "" ? OK : await this.#o.reports.take(head, payload, this.#abort.signal));
  }

  /** The head less its empty line; undefined at the end of the connection, or where it is too long. */
  async #head(): Promise<string | undefined> {
    let text = latin1.decode(this.#unread);
    for (;;) {
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        const rest = text.length - end - 4;
        this.#unread = this.#unread.slice(this.#unread.length - rest);
        return text.slice(0, end);
      }
      if (text.length > MAX_HEAD) return undefined;
      const bytes = await this.#read();
      if (bytes === undefined) return undefined;
      text += latin1.decode(bytes);
      this.#unread = bytes;
    }
  }

  /** Undefined where it is no body. An agent may leave its pipe open: what is a whole object counts at once. */
  async #payload({ length }: HookHead): Promise<string | typeof TOO_LARGE | undefined> {
    const body = new HookBody(length);
    const object = new ObjectEnd();
    const decoder = new TextDecoder();
    let text = "";
    let size = 0;
    let bytes: Uint8Array | undefined = this.#unread;
    for (;;) {
      for (const piece of body.push(bytes) ?? [undefined]) {
        if (piece === undefined) return undefined;
        size += piece.length;
        if (size > MAX_PAYLOAD || !this.#o.reserve(piece.length)) return TOO_LARGE;
        text += decoder.decode(piece, { stream: true });
        if (object.endsIn(piece)) return text + decoder.decode();
      }
      if (body.isWhole) return text + decoder.decode();
      bytes = await this.#read();
      if (bytes === undefined) return undefined;
    }
  }

  async #read(): Promise<Uint8Array | undefined> {
    const count = await this.#o.socket.read(this.#buffer);
    return count === null ? undefined : this.#buffer.slice(0, count);
  }

  async #end(status: number): Promise<false> {
    await this.#write(answer(status, "close"));
    return false;
  }

  async #write(text: string): Promise<void> {
    for (let rest = encoder.encode(text); rest.length > 0;) rest = rest.subarray(await this.#o.socket.write(rest));
  }
}

const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

function answer(status: number, connection: string): string {
  const length = status === OK ? "" : "Content-Length: 0\r\n";
  return `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${length}Connection: ${connection}\r\n\r\n`;
}
