/**
 * One hook that speaks HTTP: it queries whether its report is welcome, sends the report, gets its reply and leaves. The
 * client must not read the payload before it knows that somebody will take it: otherwise nobody could spool it. So each
 * refusal comes before `100 Continue`, and what came behind it and can only be taken later is spooled here.
 */
import { ByteBuffer } from "../lib/byte_buffer.ts";
import { setTimer } from "../platform/clock.ts";
import type { Socket } from "../platform/sockets.ts";
import type { ConsoleError } from "../protocol/errors.ts";
import type { SharedTurns } from "../rpc/shared_turns.ts";
import { HookPayload, type PayloadState } from "./hook_payload.ts";
import { HOOK_STATUS, REASONS } from "./hook_status.ts";
import { type HookHead, MAX_HEAD, parseHookHead } from "./hook_request.ts";

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
  /** What each read brings is parsed in one of these: hooks together may not keep the other clients waiting. */
  readonly strangers: SharedTurns;
  /** The head has come. @returns why there is no place for it */
  readonly admit: () => ConsoleError | undefined;
  /** Takes room for more of a payload; false where there is none. */
  readonly reserve: (bytes: number) => boolean;
  readonly onEnd: () => void;
}

/** The whole of a connection, ms: the client itself gives up sooner. */
const LIFE_MS = 3000;
const READ_BYTES = 16_384;
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

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
  giveWay(): void {
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
    const head = await this.#head();
    if (head === undefined) return false;
    // One query goes before the report: more of them would only keep the daemon busy.
    if (head === "invalid" || (head.method === "GET" && this.#isAdmitted)) return await this.#end(HOOK_STATUS.refused);
    const refusal = this.#isLeaving ? HOOK_STATUS.unavailable : this.#o.reports.refusal(head);
    if (refusal !== undefined) return await this.#end(refusal);
    if (!this.#isAdmitted && this.#o.admit() !== undefined) return await this.#end(HOOK_STATUS.unavailable);
    this.#isAdmitted = true;
    if (head.method === "GET") {
      await this.#write(answer(HOOK_STATUS.taken, "keep-alive"));
      return true;
    }
    this.#isBusy = true;
    if (head.waits) await this.#write(CONTINUE);
    return await this.#end(await this.#report(head));
  }

  /** Undefined at the end of the connection, or where it is too long. */
  async #head(): Promise<HookHead | "invalid" | undefined> {
    const gathered = new ByteBuffer();
    for (let bytes: Uint8Array | undefined = this.#unread; bytes !== undefined; bytes = await this.#read()) {
      const piece = bytes;
      const head = await this.#o.strangers.run(this, () => {
        const end = endOfHead(gathered, piece);
        if (end === undefined) return undefined;
        this.#unread = gathered.bytes.slice(end + END_OF_HEAD.length);
        return parseHookHead(latin1.decode(gathered.bytes.subarray(0, end))) ?? "invalid";
      });
      if (head !== undefined) return head;
      if (gathered.length > MAX_HEAD) return undefined;
    }
    return undefined;
  }

  /** Reads the payload and brings it where it belongs. @returns a status of HTTP */
  async #report(head: HookHead): Promise<number> {
    const { reserve, reports, strangers } = this.#o;
    const payload = new HookPayload(head.length, reserve);
    let state: PayloadState = "more";
    let text = "";
    let piece: Uint8Array | undefined = this.#unread;
    while (state === "more") {
      if (piece === undefined) return HOOK_STATUS.refused;
      const bytes = piece;
      state = await strangers.run(this, () => {
        const pushed = payload.push(bytes);
        if (pushed === "whole") text = payload.text;
        return pushed;
      });
      if (state === "more") piece = await this.#read();
    }
    if (state !== "whole") return state === "too_large" ? HOOK_STATUS.tooLarge : HOOK_STATUS.refused;
    return text.trim() === "" ? HOOK_STATUS.taken : await reports.take(head, text, this.#abort.signal);
  }

  /** A view of what came, until the next read. */
  async #read(): Promise<Uint8Array | undefined> {
    const count = await this.#o.socket.read(this.#buffer);
    return count === null ? undefined : this.#buffer.subarray(0, count);
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
const END_OF_HEAD = encoder.encode("\r\n\r\n");

/** Appends `piece`. @returns where the empty line begins */
function endOfHead(gathered: ByteBuffer, piece: Uint8Array): number | undefined {
  const from = Math.max(0, gathered.length - END_OF_HEAD.length + 1);
  gathered.push(piece);
  const { bytes } = gathered;
  for (let at = from; at + END_OF_HEAD.length <= bytes.length; at++) {
    if (END_OF_HEAD.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return undefined;
}

function answer(status: number, connection: string): string {
  const length = status === HOOK_STATUS.taken ? "" : "Content-Length: 0\r\n";
  return `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${length}Connection: ${connection}\r\n\r\n`;
}
