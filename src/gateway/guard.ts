/**
 * Who may come in: the check of every request before anything else is done with it. Pure. A page of another origin, or of
 * another name that leads to this machine (DNS rebinding), is refused whatever it knows; a program needs a token.
 */
import { MAX_POST_BYTES } from "../core/posts_door.ts";
import type { GatewayScope } from "../protocol/methods.ts";
import { BEARER } from "../protocol/version.ts";
import type { WebRefusal } from "./reply.ts";
import { hasBody, listed, postedBytes, type WebRequest } from "./request.ts";

export interface GuardOptions {
  /** Values of Host that name this gateway, in lower case. */
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  /** Paths that are served to whoever asks: they hold nothing of the user. */
  readonly isPublic: (path: string) => boolean;
  /** Paths that somebody takes posts at, who proves by itself whose they are. */
  readonly isPosted: (path: string) => boolean;
  /** Whose `token` is; a wrong one counts. */
  readonly judge: (token: string) => Judgement;
}

export type Judgement =
  | { readonly kind: "known"; readonly scope: GatewayScope; readonly token: string }
  | { readonly kind: "unknown" }
  /** `secs`: until the next try. */
  | { readonly kind: "blocked"; readonly secs: number };

export type Verdict =
  | { readonly kind: "passed"; readonly path: string; readonly who: Extract<Judgement, { kind: "known" }> | undefined }
  /** With so many bytes behind its head. */
  | { readonly kind: "posted"; readonly path: string; readonly bytes: number }
  | GuardRefusal;

interface GuardRefusal extends WebRefusal {
  readonly kind: "refused";
  readonly status: 400 | 401 | 403 | 405 | 429;
}

export function guard(request: WebRequest, options: GuardOptions): Verdict {
  const { method, version, headers } = request;
  const host = headers.get("host");
  if (host === undefined) return refused(403, "the request names no Host");
  if (!options.hosts.has(host.toLowerCase())) {
    return { ...refused(403, "the Host is not this gateway", HOST_HINT), said: host };
  }
  const where = target(request, host);
  if (where === undefined) return refused(403, "the request names another host than its Host");
  if (version !== "1.1") return { ...refused(400, "only HTTP/1.1 is spoken here"), said: `HTTP/${version}` };
  const foreign = foreignOrigin(headers, options.origins);
  if (foreign !== undefined) {
    return { ...refused(403, "the request comes from a page of another origin", ORIGIN_HINT), said: foreign };
  }
  const [path = "", query = ""] = where.split(/\?(.*)/s);
  if (method === "POST" && options.isPosted(path)) {
    const bytes = postedBytes(request);
    return bytes === undefined ? refused(400, POST_LENGTH) : { kind: "posted", path, bytes };
  }
  if (method !== "GET") return { ...refused(405, "only GET is answered"), headers: { Allow: "GET" } };
  if (hasBody(request)) return refused(400, "a GET has no body");
  if (/(?:^|&)[^=&]*token/i.test(unescaped(query))) {
    return refused(400, "a token does not belong into an address, which logs and histories keep", TOKEN_HINT);
  }
  if (options.isPublic(path)) return { kind: "passed", path, who: undefined };
  return admitted(path, options.judge, tokenOf(path, headers));
}

function admitted(path: string, judge: GuardOptions["judge"], token: string | undefined): Verdict {
  const who: Judgement = token === undefined ? { kind: "unknown" } : judge(token);
  if (who.kind === "known") return { kind: "passed", path, who };
  if (who.kind === "blocked") {
    return {
      ...refused(429, "there were too many wrong tokens"),
      headers: { "Retry-After": String(Math.ceil(who.secs)) },
    };
  }
  const why = token === undefined ? "the request has no token" : "the token is wrong";
  return { ...refused(401, why, TOKEN_HINT), headers: { "WWW-Authenticate": "Bearer" } };
}

function refused(status: GuardRefusal["status"], why: string, hint?: string): GuardRefusal {
  return { kind: "refused", status, why, ...(hint === undefined ? {} : { hint }) };
}

const POST_LENGTH = `a POST says its Content-Length, of at most ${MAX_POST_BYTES} bytes`;
const HOST_HINT = "add the address that you use to gateway.allowed_origins: docs/gateway.md";
const ORIGIN_HINT = "add the origin of the page to gateway.allowed_origins, if it is yours: docs/gateway.md";
const TOKEN_HINT = "send the header Authorization: Bearer TOKEN; agent-console gateway token prints one";

/** The path with its query; undefined where a whole URI names another host. */
function target({ target }: WebRequest, host: string): string | undefined {
  if (target.startsWith("/")) return target;
  const [, authority, rest = ""] = /^https?:\/\/([^/?#]*)([/?].*)?$/i.exec(target) ?? [];
  if (authority === undefined || authority.toLowerCase() !== host.toLowerCase()) return undefined;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/**
 * What browsers say of a page that is not ours; undefined where it is ours, or no page. Origin is there in a WebSocket's
 * request and wherever a script asks; of an image or a script in a page only Sec-Fetch-Site tells. A person may follow a
 * link to the page, or have it opened by a program.
 */
function foreignOrigin(headers: WebRequest["headers"], origins: ReadonlySet<string>): string | undefined {
  const origin = headers.get("origin");
  if (origin !== undefined) return origins.has(origin) ? undefined : origin;
  const site = headers.get("sec-fetch-site");
  if (site === undefined || site === "same-origin" || site === "none") return undefined;
  return headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document"
    ? undefined
    : `a page (${site})`;
}

/** What `%74` and its like stand for; a text that is no UTF-8 then is none of our names. */
function unescaped(query: string): string {
  return query.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Of two the header's. What is no token is none, and no guess. */
function tokenOf(path: string, headers: WebRequest["headers"]): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (path !== "/ws") return undefined; // elsewhere a header can be set
  const offered = listed(headers.get("sec-websocket-protocol")).find((word) => word.startsWith(BEARER));
  return offered?.slice(BEARER.length) || undefined;
}
