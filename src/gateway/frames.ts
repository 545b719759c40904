/**
 * The frames of a WebSocket, as a server reads and writes them (RFC 6455). Pure. The runtime's own reads a frame of 70 MiB
 * whole before anybody can refuse it, and cannot pause a peer; here a frame that is too long ends with its head.
 */
import { ByteBuffer } from "../lib/byte_buffer.ts";

/** RFC 6455, 7.4.1. */
export const CLOSE = {
  normal: 1000,
  protocol: 1002,
  notText: 1003,
  notUtf8: 1007,
  policy: 1008,
  tooLong: 1009,
} as const;

/** The peer broke the protocol: the connection is closed with `code`. */
export class FrameError extends Error {
  constructor(readonly code: number, message: string) {
    super(message);
  }
}

export type Incoming =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "ping"; readonly payload: Uint8Array }
  | { readonly kind: "pong" }
  /** `code`: why, where the peer says it. */
  | { readonly kind: "close"; readonly code: number | undefined };

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const MAX_CONTROL_BYTES = 125;
/** Frames of one message: its limit counts bytes, and a frame may have none. */
const MAX_FRAMES = 1024;
/** Codes of a close that are reserved, for the programs at both ends. */
const NEVER_SENT: readonly number[] = [1004, 1005, 1006];

interface Head {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly length: number;
  readonly mask: Uint8Array;
}

export class FrameReader {
  /** Longest message, bytes. */
  limit: number;
  #input = new Uint8Array(0);
  #at = 0;
  #headBytes: number[] = [];
  #head: Head | undefined;
  #payload = new ByteBuffer();
  /** Of a message in several frames, those that have come. */
  #message: ByteBuffer | undefined;
  #frames = 0;
  #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(limit: number) {
    this.limit = limit;
  }

  /** `bytes` are read by {@link next}, and not kept after it has returned undefined. */
  feed(bytes: Uint8Array<ArrayBuffer>): void {
    this.#input = bytes;
    this.#at = 0;
  }

  /** Undefined: more bytes are needed. @throws {FrameError} */
  next(): Incoming | undefined {
    for (;;) {
      const head = this.#head ??= this.#readHead();
      if (head === undefined) return undefined;
      const piece = this.#input.subarray(this.#at, this.#at + head.length - this.#payload.length);
      this.#payload.push(piece);
      this.#at += piece.length;
      if (this.#payload.length < head.length) return undefined;
      const payload = this.#payload.bytes;
      for (let i = 0; i < payload.length; i++) payload[i]! ^= head.mask[i & 3]!;
      this.#head = undefined;
      this.#payload = new ByteBuffer();
      const incoming = this.#whole(head, payload);
      if (incoming !== undefined) return incoming;
    }
  }

  /** @throws {FrameError} as soon as its first bytes show what is wrong */
  #readHead(): Head | undefined {
    const bytes = this.#headBytes;
    for (;;) {
      const head = this.#parseHead(bytes);
      if (head !== undefined) {
        this.#headBytes = [];
        return head;
      }
      const byte = this.#input[this.#at++];
      if (byte === undefined) {
        this.#at = this.#input.length;
        return undefined;
      }
      bytes.push(byte);
    }
  }

  #parseHead(bytes: readonly number[]): Head | undefined {
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    const opcode = first & 0x0f;
    const isLast = (first & 0x80) !== 0;
    if ((first & 0x70) !== 0) throw new FrameError(CLOSE.protocol, "no extension was agreed on");
    if ((second & 0x80) === 0) throw new FrameError(CLOSE.protocol, "a client masks its frames");
    if (opcode === OPCODE.binary) throw new FrameError(CLOSE.notText, "messages are text");
    if (!(Object.values(OPCODE) as number[]).includes(opcode)) throw new FrameError(CLOSE.protocol, "no such frame");
    const short = second & 0x7f;
    const isControl = opcode >= OPCODE.close;
    if (isControl && (!isLast || short > MAX_CONTROL_BYTES)) {
      throw new FrameError(CLOSE.protocol, "a control frame is short, and one frame");
    }
    if (!isControl && (opcode === OPCODE.text) !== (this.#message === undefined)) {
      throw new FrameError(CLOSE.protocol, "frames of two messages are mixed");
    }
    const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (bytes.length < 2 + wide) return undefined;
    const length = wide === 0 ? short : bytes.slice(2, 2 + wide).reduce((sum, byte) => sum * 256 + byte, 0);
    if (!isControl && length + (this.#message?.length ?? 0) > this.limit) {
      throw new FrameError(CLOSE.tooLong, `a message has at most ${this.limit} bytes`);
    }
    if (bytes.length < 6 + wide) return undefined;
    return { opcode, isLast, length, mask: Uint8Array.from(bytes.slice(2 + wide)) };
  }

  #whole({ opcode, isLast }: Head, payload: Uint8Array<ArrayBuffer>): Incoming | undefined {
    if (opcode === OPCODE.close) return { kind: "close", code: this.#closeCode(payload) };
    if (opcode === OPCODE.pong) return { kind: "pong" };
    if (opcode === OPCODE.ping) return { kind: "ping", payload };
    if (!isLast || this.#message !== undefined) {
      if (this.#message === undefined) this.#frames = 0;
      this.#message ??= new ByteBuffer();
      this.#message.push(payload);
      if (++this.#frames > MAX_FRAMES) {
        throw new FrameError(CLOSE.policy, `a message has at most ${MAX_FRAMES} frames`);
      }
      if (!isLast) return undefined;
    }
    const bytes = this.#message?.bytes ?? payload;
    this.#message = undefined;
    return { kind: "text", text: this.#decoded(bytes) };
  }

  /** RFC 6455, 5.5.1 and 7.4: two bytes, then a reason in UTF-8; some codes are never sent. */
  #closeCode(payload: Uint8Array): number | undefined {
    const [high, low] = payload;
    if (high === undefined) return undefined;
    const code = low === undefined ? 0 : high * 256 + low;
    const isSent = (code >= 3000 && code < 5000) || (code >= 1000 && code < 1015 && !NEVER_SENT.includes(code));
    if (!isSent) throw new FrameError(CLOSE.protocol, "a close frame has no such code");
    this.#decoded(payload.subarray(2));
    return code;
  }

  #decoded(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw new FrameError(CLOSE.notUtf8, "a text is UTF-8");
    }
  }
}

/** A whole frame of a server, which masks nothing. */
function frame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const wide = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const bytes = new Uint8Array(2 + wide + length);
  bytes[0] = 0x80 | opcode;
  bytes[1] = wide === 0 ? length : wide === 2 ? 126 : 127;
  for (let i = 0, left = length; i < wide; i++, left = Math.floor(left / 256)) bytes[1 + wide - i] = left % 256;
  bytes.set(payload, 2 + wide);
  return bytes;
}

export function textFrame(payload: Uint8Array): Uint8Array {
  return frame(OPCODE.text, payload);
}
export function pingFrame(): Uint8Array {
  return frame(OPCODE.ping, new Uint8Array(0));
}
export function pongFrame(payload: Uint8Array): Uint8Array {
  return frame(OPCODE.pong, payload);
}
/** @param code undefined: none, and no reason @param reason our own words, under 124 bytes */
export function closeFrame(code: number | undefined, reason: string): Uint8Array {
  if (code === undefined) return frame(OPCODE.close, new Uint8Array(0));
  return frame(OPCODE.close, Uint8Array.from([code >> 8, code & 0xff, ...new TextEncoder().encode(reason)]));
}
