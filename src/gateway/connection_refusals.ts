/** Why a connection is refused before its request is judged: its head, its time, or that there is no place for it. */
import type { BadHead } from "./http_connection.ts";
import type { WebRefusal } from "./reply.ts";
import { MAX_HEAD_BYTES } from "./request.ts";

export const BAD_HEADS: Readonly<Record<BadHead, WebRefusal>> = {
  malformed: { status: 400, why: "this is no request of HTTP/1.1" },
  "too long": { status: 431, why: `a request's head has at most ${MAX_HEAD_BYTES} bytes` },
};

export const FULL: WebRefusal = { status: 503, why: "all connections are taken" };
export const LATE: WebRefusal = { status: 408, why: "no request came in time" };

/** The places that channels of the token read may have, of so many: it is the one that is given to other programs. */
export function placesToRead(all: number): number {
  return Math.ceil(all * 3 / 4);
}
