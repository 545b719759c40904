/**
 * What a hook brings, gathered from the body of its request. An agent may leave its pipe open: what is a whole object
 * counts at once. Bounded by bytes, and by the number of small chunks in which they come. Pure.
 */
import { ByteBuffer } from "../lib/byte_buffer.ts";
import { ObjectEnd } from "../lib/object_end.ts";
import { HookBody } from "./hook_request.ts";

/** Longest payload, bytes; one that is longer is dropped, as the program does. */
const MAX_PAYLOAD = 32 * 1_048_576;

/** `more`: not whole yet. `invalid`: no body. `too_large`: there is no room for it. */
export type PayloadState = "more" | "whole" | "invalid" | "too_large";

export class HookPayload {
  #body: HookBody;
  #object = new ObjectEnd();
  #gathered = new ByteBuffer();
  #reserve: (bytes: number) => boolean;

  /** @param length of the body, bytes; undefined where it comes in chunks @param reserve takes room for more bytes */
  constructor(length: number | undefined, reserve: (bytes: number) => boolean) {
    this.#body = new HookBody(length);
    this.#reserve = reserve;
  }

  /** Decodes what was gathered. */
  get text(): string {
    return new TextDecoder().decode(this.#gathered.bytes);
  }

  /** Not to be called again after anything but `more`. @param bytes are copied */
  push(bytes: Uint8Array): PayloadState {
    const pieces = this.#body.push(bytes);
    if (pieces === undefined) return "invalid";
    for (const piece of pieces) {
      if (this.#gathered.length + piece.length > MAX_PAYLOAD || !this.#reserve(piece.length)) return "too_large";
      this.#gathered.push(piece);
      if (this.#object.endsIn(piece)) return "whole";
    }
    return this.#body.isWhole ? "whole" : "more";
  }
}
