/** JSON-RPC 2.0 messages (https://www.jsonrpc.org/specification) from lines and back. */
import { ConsoleError, toWire } from "./errors.ts";
import { hasMoreContainers } from "./json_containers.ts";

export type Id = string | number | null;

export interface Request {
  /** Absent in a notification, which gets no answer. */
  readonly id?: Id;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export interface Response {
  /** Null: the error is about the connection as a whole. */
  readonly id: Id;
  readonly result?: unknown;
  readonly error?: unknown;
}

export type ParseResult = { readonly ok: true; readonly request: Request } | {
  readonly ok: false;
  /** The id of a message that is broken in another place, so that the error can be matched to it. */
  readonly id: Id;
  readonly error: ConsoleError;
  /** What it is to whoever asked something; to others it is no request. */
  readonly response?: Response;
};

/** An escape that may be half a surrogate pair. */
const LONE = /\\u[dD][89a-fA-F]/;

/**
 * For JSON.parse: lone surrogates become U+FFFD, as the journal writes them. What is in memory must be what a replay makes.
 * Of two names that become one the last counts.
 */
function wellFormed(_name: string, value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const names = Object.keys(value);
  if (names.every((name) => name.isWellFormed())) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toWellFormed(), inner]));
}

/**
 * Reads one message. Never throws. `jsonrpc` may be absent (people type into `nc -U`), but not wrong.
 *
 * @param maxContainers arrays and objects that it may have
 */
export function parseMessage(text: Uint8Array | string, maxContainers = Infinity): ParseResult {
  let value: unknown;
  try {
    const json = typeof text === "string" ? text : strictUtf8.decode(text);
    if (hasMoreContainers(json, maxContainers)) {
      return bad(null, "invalid_request", `the message has more than ${maxContainers} arrays and objects`);
    }
    value = LONE.test(json) ? JSON.parse(json, wellFormed) : JSON.parse(json);
  } catch {
    return bad(null, "parse_error", "the line is not JSON in UTF-8");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const is = Array.isArray(value) ? "an array (batches are not supported)" : value === null ? "null" : typeof value;
    return bad(null, "invalid_request", `the request is ${is}, expected one JSON object`);
  }
  const message = value as Record<string, unknown>;
  const id = Object.hasOwn(message, "id") ? message["id"] : undefined;
  if (id !== undefined && id !== null && typeof id !== "string" && !(typeof id === "number" && Number.isFinite(id))) {
    return bad(null, "invalid_request", `"id" is of type ${typeof id}, expected a string or a number`);
  }
  const known = id === undefined ? null : id;
  if (Object.hasOwn(message, "jsonrpc") && message["jsonrpc"] !== "2.0") {
    return bad(known, "invalid_request", '"jsonrpc" is not "2.0"');
  }
  const method = message["method"];
  if (typeof method !== "string" || method === "") {
    const no = bad(known, "invalid_request", '"method" is missing, empty or not a string');
    return isResponse(message) ? { ...no, response: { ...message, id: known } } : no;
  }
  const params = Object.hasOwn(message, "params") ? message["params"] : {};
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    const is = params === null ? "null" : Array.isArray(params) ? "an array" : `a ${typeof params}`;
    return bad(known, "invalid_params", `"params" of ${method.slice(0, 64)} is ${is}, expected an object`);
  }
  return {
    ok: true,
    request: { ...(id === undefined ? {} : { id }), method, params: params as Record<string, unknown> },
  };
}

function isResponse(message: Record<string, unknown>): boolean {
  return message["method"] === undefined && (Object.hasOwn(message, "result") || Object.hasOwn(message, "error"));
}

type Bad = Extract<ParseResult, { ok: false }>;

function bad(id: Id, kind: "parse_error" | "invalid_request" | "invalid_params", message: string): Bad {
  return { ok: false, id, error: new ConsoleError(kind, message) };
}

export function errorLine(id: Id, error: ConsoleError): Uint8Array {
  return encodeLine({ jsonrpc: "2.0", id, error: toWire(error) });
}

export function encodeLine(message: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(message) + "\n");
}

/** A message whose last member is `result`, given as its JSON in pieces. */
export function encodedLine(message: object, result: readonly Uint8Array[]): Uint8Array {
  const head = encoder.encode(`${JSON.stringify(message).slice(0, -1)},"result":`);
  const pieces = [head, ...result, encoder.encode("}\n")];
  const line = new Uint8Array(pieces.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const piece of pieces) {
    line.set(piece, at);
    at += piece.length;
  }
  return line;
}

/**
 * An event line. `tail` is `"seq":…,"ts":…,"type":…,"data":…`, made once for all subscribers.
 */
export function eventLine(subscription: string, tail: string): Uint8Array {
  return encoder.encode(
    `{"jsonrpc":"2.0","method":"event","params":{"subscription":${JSON.stringify(subscription)},${tail}}}\n`,
  );
}
