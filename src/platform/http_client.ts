/**
 * A small HTTP client for a server on this machine, and for a host that the sandbox names: bounded bodies, no redirects, and
 * lines of a stream as they come.
 */
import { isNotCapable } from "./deno_files.ts";
import { HTTP_PROXY_ENV, namedEnv } from "./environment.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** `http:` with a literal address and a port: no name is looked up; or `https:` with the name of a host. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends it, also in the middle of the body. */
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  readonly text: string;
}

/**
 * One exchange. A redirect is a reply like any other: its status says so, and nothing follows it.
 *
 * @throws {RangeError} the body is longer than `maxBytes`; NotCapable; a TypeError where nobody replies
 */
export async function exchangeHttp(request: HttpRequest, maxBytes: number): Promise<HttpReply> {
  const reply = await send(request);
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let bytes = 0;
  // To leave the loop early ends the body, and the connection with it.
  for await (const chunk of reply.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new RangeError(`the reply is longer than ${maxBytes} bytes`);
    pieces.push(decoder.decode(chunk, { stream: true }));
  }
  return { status: reply.status, text: pieces.join("") + decoder.decode() };
}

/**
 * Only the status of the reply is wanted: nothing of its body is read.
 *
 * @throws as {@link exchangeHttp}, without the RangeError
 */
export async function postForStatus(request: Omit<HttpRequest, "method">): Promise<number> {
  const reply = await send({ ...request, method: "POST" });
  await reply.body?.cancel();
  return reply.status;
}

/** Why nobody replied, without the address that was called: its path may be a secret. */
export function whyNoReply(error: unknown): string {
  if (!(error instanceof Error)) return "it cannot be reached";
  if (error.name === "TimeoutError") return "it did not reply in time";
  if (isNotCapable(error)) return "the daemon's sandbox does not name it";
  const { cause } = error;
  // `error sending request …: client error (Connect): dns error: …`; what stands before names the address.
  const [, why] = /\(\w+\): ((?:(?!https?:).)+)$/s.exec(cause instanceof Error ? cause.message : "") ?? [];
  return why === undefined ? "it cannot be reached" : `it cannot be reached: ${why}`;
}

/**
 * A reply that goes on: its status once it has begun, and each whole line until it ends. A line that is longer than
 * `maxChars` is left out.
 *
 * @throws as {@link exchangeHttp}, without the RangeError
 */
export async function followHttpLines(
  request: HttpRequest,
  maxChars: number,
  { onStatus, onLine }: { readonly onStatus: (status: number) => void; readonly onLine: (line: string) => void },
): Promise<void> {
  const reply = await send(request);
  onStatus(reply.status);
  let begun = "";
  let isTooLong = false;
  for await (const text of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    // Nothing is searched twice: a line may come byte by byte.
    const [end = "", ...others] = text.split("\n");
    begun += end;
    for (const next of others) {
      if (!isTooLong && begun.length <= maxChars) onLine(begun);
      isTooLong = false;
      begun = next;
    }
    if (begun.length > maxChars) {
      isTooLong = true;
      begun = "";
    }
  }
}

/** By address, which is named by the program and no reply: there are few. */
const clients = new Map<string, Deno.HttpClient>();

/**
 * Keeps no connection for later. A literal address is dialled as such where a proxy of the environment could get what is
 * sent; Deno then writes the request line with the whole address (`POST http://127.0.0.1:1/hook`), as to a proxy, which not
 * every small server takes. Through a proxy that is in the way TLS goes unread.
 */
function clientFor(url: string): Deno.HttpClient {
  const { protocol, host, hostname, port } = new URL(url);
  const known = clients.get(`${protocol}${host}`);
  if (known !== undefined) return known;
  const isDirect = protocol === "https:" || !mayBeProxied();
  const dial = isDirect ? {} : { proxy: { transport: "tcp", hostname, port: Number(port) } as const };
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, ...dial });
  clients.set(`${protocol}${host}`, client);
  return client;
}

/** Deno takes a proxy from variables that the sandbox may keep from us: then there may be one. */
function mayBeProxied(): boolean {
  try {
    return Object.keys(namedEnv(HTTP_PROXY_ENV)).length > 0;
  } catch (error) {
    if (isNotCapable(error)) return true;
    throw error;
  }
}

async function send({ method, url, headers, body, signal }: HttpRequest): Promise<Response> {
  const client = clientFor(url);
  const sent = body === undefined ? {} : { body };
  return await fetch(url, { method, headers, redirect: "manual", signal, client, ...sent });
}
