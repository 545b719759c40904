/** A request that brings a body: read to its end within the time of a head, and handed to who takes it. */
import type { PostsDoor } from "../core/posts_door.ts";
import { ByteBuffer } from "../lib/byte_buffer.ts";
import { setTimer } from "../platform/clock.ts";
import type { Answer, Wire } from "./http_connection.ts";
import { refusalReply, type WebRefusal } from "./reply.ts";
import type { WebRequest } from "./request.ts";

export interface PostOptions {
  readonly posts: PostsDoor;
  /** Time for the body, ms. */
  readonly ms: number;
  /** Counts what is refused, as of any other request. */
  readonly note: (refusal: WebRefusal) => void;
}

/** No other request is answered behind it: what is unread of its connection is nobody's. */
export async function answerPost(
  { headers }: WebRequest,
  { path, bytes }: { readonly path: string; readonly bytes: number },
  wire: Wire,
  { posts, ms, note }: PostOptions,
): Promise<Answer> {
  const refused = (status: WebRefusal["status"], why: string): Answer => {
    note({ status, why });
    return { last: true, reply: refusalReply(status, why) };
  };
  const body = await bodyOf(wire, bytes, ms);
  if (body === undefined) return refused(408, "the body did not come in time, or not all of it");
  const reply = await posts.at(path)?.({ headers, body });
  if (reply === undefined) return refused(404, "nobody takes this any more");
  const { status, body: said } = reply;
  if (status !== 200) note({ status, why: "what was posted is not taken" });
  return { last: true, reply: { status, type: "application/json", body: `${JSON.stringify(said)}\n` } };
}

/** Undefined where it ends before, or does not come in time. The connection stays open for the reply. */
async function bodyOf(wire: Wire, bytes: number, ms: number): Promise<string | undefined> {
  const body = new ByteBuffer();
  body.push(wire.unread.subarray(0, bytes));
  if (body.length < bytes && !await wire.whileOwed(() => readRest(wire, body, bytes, ms))) return undefined;
  return new TextDecoder().decode(body.bytes);
}

/** @returns whether all of it came */
async function readRest({ socket }: Wire, body: ByteBuffer, bytes: number, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const callOff = setTimer(ms, () => resolve(null));
  try {
    for (const buffer = new Uint8Array(4096); body.length < bytes;) {
      const count = await Promise.race([socket.read(buffer), late]);
      if (count === null) return false;
      body.push(buffer.subarray(0, Math.min(count, bytes - body.length)));
    }
    return true;
  } catch {
    return false;
  } finally {
    callOff();
  }
}
