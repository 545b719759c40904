/**
 * What a capsule has in the place of the network and of the clock while it is tested: `fetch` asks the test for the
 * answer, and `Date` begins at a time that the test sets. A granted capsule's process never takes them.
 */
import { intrinsics } from "./intrinsics.ts";
import type { HostChannel } from "./line_channel.ts";

const { stringify } = intrinsics;

/** What the test answers to a call of `fetch`: a response, or why there is none. */
interface Reply {
  readonly error?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Statuses of responses that have no body; `Response` refuses one, be it empty. */
const BODILESS: readonly number[] = [204, 205, 304];

export function doubleFetch(channel: HostChannel): void {
  globalThis.fetch = async (...given) => {
    const request = new Request(...given);
    request.signal.throwIfAborted();
    const { url, method } = request;
    const headers = Object.fromEntries(request.headers);
    const params = stringify({ url, method, headers, body: await request.text() }) ?? "{}";
    const { error, status, headers: answered, body } = await channel.call("fetch", params) as Reply;
    request.signal.throwIfAborted();
    if (error !== undefined) throw new TypeError(error);
    return new Response(BODILESS.includes(status) ? null : body, { status, headers: answered });
  };
}

/** Puts a double of `Date` into place. @returns sets its time, ISO 8601, from which it runs on; by another text it stays as it is */
export function doubleDate(): (iso: string) => void {
  const real = Date;
  let offset = 0;
  const now = () => real.now() + offset;
  globalThis.Date = new Proxy(real, {
    apply: () => String(new real(now())),
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
    get: (target, key) => key === "now" ? now : Reflect.get(target, key),
  });
  return (iso) => {
    const at = real.parse(iso);
    if (!Number.isNaN(at)) offset = at - real.now();
  };
}
