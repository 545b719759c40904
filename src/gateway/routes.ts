/** What is where: each path of the gateway, and what it answers to who may ask. */
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { ClientsDoor } from "../core/clients_door.ts";
import { isSameSecret } from "../lib/secret.ts";
import { EventChannel } from "./event_channel.ts";
import { FrameChannel } from "./frame_channel.ts";
import { SUBPROTOCOL } from "../protocol/version.ts";
import type { Verdict } from "./guard.ts";
import type { Answer, Wire } from "./http_connection.ts";
import { type GatewayProofs, PROOF_NONCE, PROOF_PATH } from "../protocol/gateway_proof.ts";
import type { GatewayScope } from "../protocol/methods.ts";
import { METRICS_TYPE } from "./metrics.ts";
import type { PageFile } from "./page_files.ts";
import { refusalReply, replyHead } from "./reply.ts";
import { listed, type WebRequest } from "./request.ts";
import type { WebChannel } from "./web_channel.ts";

export interface RoutesOptions {
  readonly clients: ClientsDoor;
  readonly status: () => Promise<ResultOf<"status">>;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  readonly page: ReadonlyMap<string, PageFile>;
  /** For whoever asks: {@link PROOF_PATH}. */
  readonly proofs: (host: string, nonce: string) => Promise<readonly string[]>;
  readonly heartbeatMs: number;
  /** A channel was opened with a token of that scope. */
  readonly opened: (channel: WebChannel, scope: GatewayScope) => void;
}

type Passed = Extract<Verdict, { kind: "passed" }>;
type Who = NonNullable<Passed["who"]>;

/** Files whose name carries their content's hash may be kept for good. */
const HASHED = /\.[0-9a-f]{8,}\.\w+$/;
const JSON_TYPE = "application/json";

export async function route(
  { path, who }: Passed,
  request: WebRequest,
  wire: Wire,
  options: RoutesOptions,
): Promise<Answer> {
  const file = options.page.get(path);
  if (file !== undefined) {
    const headers = HASHED.test(path) ? { "Cache-Control": "public, max-age=31536000, immutable" } : undefined;
    return { reply: { status: 200, ...file, ...(headers === undefined ? {} : { headers }) } };
  }
  if (path === PROOF_PATH) return await proof(request, options);
  if (who === undefined) return missing();
  if (path === "/ws") return await webSocket(request, wire, who, options);
  if (path === "/events") return events(request, wire, who, options);
  if (path === "/healthz") return { reply: await health(options) };
  if (path === "/metrics") return { reply: { status: 200, type: METRICS_TYPE, body: await options.metrics() } };
  return missing();
}

function missing(): Answer {
  return { reply: refusalReply(404, "there is nothing at this path", { hint: "see docs/gateway.md" }) };
}

/** The guard has seen that the Host is one of this gateway's. */
async function proof({ target, headers }: WebRequest, { proofs }: RoutesOptions): Promise<Answer> {
  const nonce = new URLSearchParams(target.split("?")[1] ?? "").get("nonce") ?? "";
  if (!PROOF_NONCE.test(nonce)) return { reply: refusalReply(400, "a nonce is 64 hex digits") };
  const host = headers.get("host")?.toLowerCase() ?? "";
  const body: GatewayProofs = { proofs: await proofs(host, nonce) };
  return { reply: { status: 200, type: JSON_TYPE, body: `${JSON.stringify(body)}\n` } };
}

async function health({ status }: RoutesOptions) {
  const { state, version, pid, uptimeSecs, approvalsPending } = await status();
  const ok = state === "running";
  const body = JSON.stringify({ ok, state, version, pid, uptimeSecs, approvalsPending }) + "\n";
  return { status: ok ? 200 : 503, type: JSON_TYPE, body };
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-4.2 */
async function webSocket(request: WebRequest, wire: Wire, who: Who, options: RoutesOptions): Promise<Answer> {
  const { headers } = request;
  const key = headers.get("sec-websocket-key") ?? "";
  const isUpgrade = headers.get("upgrade")?.toLowerCase() === "websocket" &&
    listed(headers.get("connection")).some((word) => word.toLowerCase() === "upgrade");
  if (!isUpgrade || headers.get("sec-websocket-version") !== "13" || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    const upgrade = { Upgrade: "websocket", Connection: "Upgrade, close", "Sec-WebSocket-Version": "13" };
    return { last: true, reply: refusalReply(426, "here a WebSocket is opened", { headers: upgrade }) };
  }
  const offered = listed(headers.get("sec-websocket-protocol"));
  if (offered.length > 0 && !offered.includes(SUBPROTOCOL)) {
    return { last: true, reply: refusalReply(400, `the subprotocol is ${SUBPROTOCOL}`) };
  }
  const greeting = replyHead(101, {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Accept": await acceptOf(key),
    ...(offered.length === 0 ? {} : { "Sec-WebSocket-Protocol": SUBPROTOCOL }),
  });
  return taken(new FrameChannel({ ...wire, greeting, heartbeatMs: options.heartbeatMs }), who, options);
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
function events({ headers }: WebRequest, wire: Wire, who: Who, options: RoutesOptions): Answer {
  const last = headers.get("last-event-id");
  if (last !== undefined && !/^\d{1,15}$/.test(last)) {
    return { reply: refusalReply(400, "Last-Event-ID is the number of an event") };
  }
  const greeting = replyHead(200, { "Content-Type": "text/event-stream", Connection: "close" });
  const since = last === undefined ? undefined : Number(last);
  return taken(new EventChannel({ ...wire, greeting, since, heartbeatMs: options.heartbeatMs }), who, options);
}

function taken(channel: WebChannel, who: Who, { clients, opened }: RoutesOptions): Answer {
  try {
    clients.accept(channel, { scope: who.scope, matches: (token) => isSameSecret(token, who.token) });
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return { last: true, reply: refusalReply(503, error.message) };
  }
  opened(channel, who.scope);
  return { taken: channel.gone };
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

async function acceptOf(key: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + GUID));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}
