/** The head of a request of HTTP/1.1, read strictly. Pure. Deno's own server tells neither its version nor its Host. */

import { MAX_POST_BYTES } from "../core/posts_door.ts";

/** Longest head, bytes: what browsers send has one or two thousand. */
export const MAX_HEAD_BYTES = 16_384;

export interface WebRequest {
  readonly method: string;
  /** As it stands in the first line: a path with its query, or a whole URI. */
  readonly target: string;
  /** `1.1` */
  readonly version: string;
  /** By their names in lower case; those that may stand there once only have one value. */
  readonly headers: ReadonlyMap<string, string>;
}

const FIRST_LINE = /^([A-Z]{1,16}) ([\x21-\x7e]{1,8192}) HTTP\/(\d\.\d)$/;
/** No space before the colon, no line that goes on in the next: RFC 9112, 5.1 and 5.2. */
const HEADER_LINE = /^([!#$%&'*+.^_`|~\w-]{1,128}):([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * @param text the head in Latin-1, less its empty line
 * @returns undefined where it is no such request, or names one header twice: which of them counts nobody can tell
 */
export function parseWebRequest(text: string): WebRequest | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const [, method, target, version] = FIRST_LINE.exec(first) ?? [];
  if (method === undefined || target === undefined || version === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ""] = HEADER_LINE.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined || (headers.has(key) && !LISTS.has(key))) return undefined;
    const before = headers.get(key);
    headers.set(key, before === undefined ? value.trim() : `${before}, ${value.trim()}`);
  }
  return { method, target, version, headers };
}

/** Headers that are lists, which may come in several lines. */
const LISTS: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "connection",
  "cookie",
  "forwarded",
  "pragma",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
  "te",
  "upgrade",
  "via",
  "x-forwarded-for",
]);

/** The words of a header that is a list. */
export function listed(value: string | undefined): readonly string[] {
  return (value ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "");
}

/** Whether a body comes behind the head. */
export function hasBody({ headers }: WebRequest): boolean {
  return headers.has("transfer-encoding") || !["0", undefined].includes(headers.get("content-length"));
}

/** How many bytes come behind the head; undefined where that is not said, or more than are taken. */
export function postedBytes({ headers }: WebRequest): number | undefined {
  const length = headers.get("content-length") ?? "";
  if (headers.has("transfer-encoding") || !/^\d{1,6}$/.test(length)) return undefined;
  return Number(length) <= MAX_POST_BYTES ? Number(length) : undefined;
}
