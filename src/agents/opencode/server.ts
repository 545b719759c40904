/**
 * OpenCode's own HTTP server (1.18), as `opencode --port 4096` and `opencode serve` open it on the loopback address. Its
 * API is OpenCode's `/doc`; here are the calls that a prompt takes. It is asked only while there is a prompt.
 */
import { type Fields, isFields, objectField, stringField } from "../../lib/json_fields.ts";
import type { exchangeHttp, followHttpLines, HttpRequest } from "../../platform/http_client.ts";
import { isNotCapable } from "../../platform/deno_files.ts";
import { isNestedBeyond } from "../../lib/json_nesting.ts";

/** OpenCode's default port; another one has no way: a permission names one address. */
export const SERVER_ADDRESS = "127.0.0.1:4096";

/** As our plugin reports it. A window without a server tells OpenCode's default, whose host is `localhost`. */
export const SERVER_URL = `http://${SERVER_ADDRESS}/`;

/** A call that does not tell its work, ms. */
const CALL_MS = 10_000;
/** Taking a prompt may start the session's folder first, ms. */
const PROMPT_MS = 60_000;
/** Of one reply: the messages of a turn hold what its tools printed. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Of one reply and one event: brackets cost the parser far more than their bytes. */
const MAX_NESTING = { depth: 64, containers: 200_000 };
/** Of one event. */
const MAX_EVENT_CHARS = 1024 * 1024;
/** Messages that are read for one turn: one for each of its steps. Fewer where so many are too long. */
const MESSAGES = 100;
const FEWER = 10;

export interface Http {
  readonly exchange: typeof exchangeHttp;
  readonly follow: typeof followHttpLines;
}

export interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** One session of it, in the folder of that session: the server runs several, each with a state of its own. */
export interface ServedSession {
  readonly id: string;
  readonly cwd: string | undefined;
}

/** Nobody replied: the server is gone, or hangs. */
export class NoReply extends Error {}

class TooLong extends Error {}

export class OpenCodeServer {
  readonly #http: Http;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(http: Http, { username = "opencode", password }: Credentials) {
    this.#http = http;
    this.#headers = password === undefined
      ? {}
      : { authorization: `Basic ${base64(new TextEncoder().encode(`${username}:${password}`))}` };
  }

  /** @throws where it does not know the session */
  async know(session: ServedSession, signal: AbortSignal): Promise<void> {
    const found = await this.#call("GET", `session/${session.id}`, session, signal);
    if (!isFields(found) || stringField(found, "id") !== session.id) {
      throw new Error("OpenCode's server tells no session");
    }
  }

  /** Whether a turn runs. A session that is not in the list is idle. */
  async isBusy(session: ServedSession, signal: AbortSignal): Promise<boolean> {
    const all = await this.#call("GET", "session/status", session, signal);
    if (!isFields(all)) throw new Error("OpenCode's server does not tell which sessions work");
    const type = stringField(objectField(all, session.id) ?? {}, "type");
    return type !== undefined && type !== "idle";
  }

  /** The last messages, oldest first: `{ info, parts }`. */
  async messages(session: ServedSession, signal: AbortSignal, limit = MESSAGES): Promise<readonly Fields[]> {
    const path = `session/${session.id}/message`;
    const ask = (limit: number) => this.#call("GET", path, session, signal, { limit: String(limit) });
    const list = await ask(limit).catch((error: unknown) => {
      if (!(error instanceof TooLong) || limit <= FEWER) throw error;
      return ask(FEWER);
    });
    if (!Array.isArray(list)) throw new Error("OpenCode's server does not tell the session's messages");
    return list.filter(isFields);
  }

  /** No settings of ours go along: the session keeps its model, its agent and its permissions. */
  async prompt(session: ServedSession, text: string, signal: AbortSignal): Promise<void> {
    const body = { parts: [{ type: "text", text }] };
    await this.#call("POST", `session/${session.id}/prompt_async`, session, signal, {}, body);
  }

  async abort(session: ServedSession, signal: AbortSignal): Promise<void> {
    await this.#call("POST", `session/${session.id}/abort`, session, signal);
  }

  /**
   * The events of the session's folder until `signal` ends them, or the server does. Never throws: what they would have
   * told is read at the end of the turn.
   *
   * @param onOpen events are told from now on, or there are none
   */
  async follow(session: ServedSession, signal: AbortSignal, onEvent: (event: Fields) => void, onOpen: () => void) {
    const request = this.#request("GET", "event", session, signal);
    const onLine = (line: string) => {
      // Only what is about the session is parsed: there may be many others.
      if (!line.startsWith("data:") || !line.includes(session.id)) return;
      const event = read(line.slice("data:".length));
      if (isFields(event)) onEvent(event);
    };
    try {
      await this.#http.follow(request, MAX_EVENT_CHARS, { onStatus: onOpen, onLine });
    } catch {
      // gone or refused: the calls beside it say why
    } finally {
      onOpen();
    }
  }

  async #call(
    method: "GET" | "POST",
    path: string,
    session: ServedSession,
    signal: AbortSignal,
    query: Readonly<Record<string, string>> = {},
    body?: Fields,
  ): Promise<unknown> {
    const limit = AbortSignal.timeout(body === undefined ? CALL_MS : PROMPT_MS);
    const request = this.#request(method, path, session, AbortSignal.any([signal, limit]), query, body);
    const { status, text } = await this.#http.exchange(request, MAX_BYTES).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof RangeError) throw new TooLong(`OpenCode's server: ${error.message}`);
      if (isNotCapable(error)) {
        throw new Error("the daemon was started without the permission to call OpenCode's server");
      }
      throw new NoReply(`OpenCode's server at ${SERVER_ADDRESS} does not reply`);
    });
    if (status === 204) return undefined;
    const reply = read(text);
    if (status === 200) return reply;
    throw new Error(refusal(status, isFields(reply) ? reply : {}));
  }

  #request(
    method: "GET" | "POST",
    path: string,
    { cwd }: ServedSession,
    signal: AbortSignal,
    query: Readonly<Record<string, string>> = {},
    body?: Fields,
  ): HttpRequest {
    const words = new URLSearchParams({ ...query, ...(cwd === undefined ? {} : { directory: cwd }) });
    const url = `${SERVER_URL}${path}?${words}`;
    if (body === undefined) return { method, url, headers: this.#headers, signal };
    return {
      method,
      url,
      headers: { ...this.#headers, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    };
  }
}

function refusal(status: number, reply: Fields): string {
  if (status === 401) {
    return "OpenCode's server wants a password: start the daemon with OPENCODE_SERVER_PASSWORD as OpenCode has it";
  }
  if (status === 404) return "OpenCode's server does not know this session";
  const why = opencodeError(reply);
  return `OpenCode's server refused it with ${status}${why === undefined ? "" : `: ${why}`}`;
}

/** An error of OpenCode, `{ name, data: { message } }`, in words. */
export function opencodeError(error: Fields): string | undefined {
  return stringField(objectField(error, "data") ?? {}, "message") ?? stringField(error, "message") ??
    stringField(error, "name");
}

function read(text: string): unknown {
  if (isNestedBeyond(text, MAX_NESTING)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // garbage counts as nothing
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
