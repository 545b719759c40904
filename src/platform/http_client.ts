/** A small HTTP client for a server on this machine: bounded bodies, no redirects, and lines of a stream as they come. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** With a literal address and a port: no name is looked up. */
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

/** Keeps no connection for later, and dials the address itself: a proxy of the environment would get what is sent. */
function clientFor(url: string): Deno.HttpClient {
  const { host, hostname, port } = new URL(url);
  const known = clients.get(host);
  if (known !== undefined) return known;
  const proxy = { transport: "tcp", hostname, port: Number(port) } as const;
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, proxy });
  clients.set(host, client);
  return client;
}

async function send({ method, url, headers, body, signal }: HttpRequest): Promise<Response> {
  const client = clientFor(url);
  const sent = body === undefined ? {} : { body };
  return await fetch(url, { method, headers, redirect: "manual", signal, client, ...sent });
}
