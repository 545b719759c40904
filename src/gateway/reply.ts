/** What is sent back: the head of a reply with what protects a browser, and the small texts. Pure. */

const encoder = new TextEncoder();

/** Scripts, styles and connections of our own only; nobody frames the page, no script makes HTML of a text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // The page's one policy: its service worker has a fixed address.
  "trusted-types agent-console",
].join("; ");

/** On every reply. No Access-Control-*: no other origin reads anything. No cookies: all ports of an address share them. */
const HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": POLICY,
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const REASONS: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  426: "Upgrade Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** @param headers besides those of every reply; their values are our own words */
export function replyHead(status: number, headers: Readonly<Record<string, string>>): Uint8Array {
  const lines = Object.entries({ ...HEADERS, "Cache-Control": "no-store", ...headers }).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return encoder.encode(`HTTP/1.1 ${status} ${REASONS[status] ?? "Unknown"}\r\n${lines.join("")}\r\n`);
}

/** A body up to this goes out with its head, in one write, bytes. */
const JOINED = 16_384;

/** How a reply goes out. */
export interface ReplyForm {
  /** Another request may follow. */
  readonly keep: boolean;
  /** The request was a HEAD: the reply tells of its body, and has none. */
  readonly isBare: boolean;
}

/** The bytes of a whole reply; a large body as it is. */
export function replyBytes(
  { status, headers = {}, type, body }: Reply,
  { keep, isBare }: ReplyForm,
): readonly Uint8Array[] {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const head = replyHead(status, {
    "Content-Type": type,
    "Content-Length": String(bytes.length),
    Connection: keep ? "keep-alive" : "close",
    ...headers,
  });
  if (isBare) return [head];
  if (bytes.length > JOINED) return [head, bytes];
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return [whole];
}

/** A request that is refused: it gets a reply, a line in the log, and is counted. */
export interface WebRefusal {
  readonly status: number;
  /** What is wrong, for people; nothing of the request stands in it. */
  readonly why: string;
  readonly hint?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the request said there, for the log. */
  readonly said?: string;
}

/** A refusal in the words of the command line. */
export function refusalReply(
  status: number,
  why: string,
  { hint, headers }: { readonly hint?: string | undefined; readonly headers?: Readonly<Record<string, string>> } = {},
): Reply {
  return {
    status,
    type: "text/plain; charset=utf-8",
    body: `error: ${why}\n${hint === undefined ? "" : `hint: ${hint}\n`}`,
    ...(headers === undefined ? {} : { headers }),
  };
}
