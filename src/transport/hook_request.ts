/**
 * The HTTP/1.1 that hooks speak by curl, read strictly: two requests, few headers, everything else is refused. Pure.
 * Deno's own server would do, and costs the daemon 1.7 MB at rest.
 */

/** Longest head, bytes: each fact has at most 1024 characters. */
export const MAX_HEAD = 16_384;

/** One request, less its body. */
export interface HookHead {
  /** GET queries whether the daemon takes such a report; POST brings it. */
  readonly method: "GET" | "POST";
  readonly agent: string;
  /** `rule`: only while no rules are evaluated at this event. */
  readonly word: "report" | "rule";
  /** Bytes of the body; undefined where it comes in chunks. */
  readonly length: number | undefined;
  /** The client waits for a word before it reads the payload. */
  readonly waits: boolean;
  /** Headers that begin with `ac-`, less that: `tmux_pane`. */
  readonly facts: ReadonlyMap<string, string>;
}

const LINE = /^(GET|POST) \/hook\/([a-z][a-z0-9-]{0,31})\/(report|rule) HTTP\/1\.1$/;
const HEADER = /^([A-Za-z0-9-]{1,64}):[ \t]*([\x20-\x7e]*)$/;
const FACT = "ac-";
/** What curl sends besides, of whatever version. */
const HEADERS: ReadonlySet<string> = new Set(
  ["accept", "content-length", "expect", "host", "transfer-encoding", "user-agent"],
);

/** @returns undefined where it is anything else than what our stub sends. @param text the head, less its empty line */
export function parseHookHead(text: string): HookHead | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const [, method, agent, word] = LINE.exec(first) ?? [];
  if (method === undefined || agent === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ""] = HEADER.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined || headers.has(key) || !(HEADERS.has(key) || key.startsWith(FACT))) return undefined;
    headers.set(key, value.trimEnd());
  }
  const encoding = headers.get("transfer-encoding");
  const size = headers.get("content-length");
  const isChunked = encoding?.toLowerCase() === "chunked";
  if (headers.get("host") !== "localhost" || (encoding !== undefined && (!isChunked || size !== undefined))) {
    return undefined;
  }
  if (method === "GET" ? encoding !== undefined || size !== undefined : !isChunked && !/^\d{1,9}$/.test(size ?? "")) {
    return undefined;
  }
  const facts = [...headers].filter(([name]) => name.startsWith(FACT));
  // A header drops white space at its ends, and curl one without a value: a sign stands before each.
  if (facts.some(([, value]) => !value.startsWith("="))) return undefined;
  return {
    method: method as HookHead["method"],
    agent,
    word: word as HookHead["word"],
    length: isChunked ? undefined : Number(size ?? 0),
    waits: headers.get("expect")?.toLowerCase() === "100-continue",
    facts: new Map(facts.map(([name, value]) => [name.slice(FACT.length).replaceAll("-", "_"), value.slice(1)])),
  };
}

type Place = "size" | "data" | "behind" | "trailer" | "end";

/** Longest line that says the size of a chunk, bytes. */
const MAX_SIZE_LINE = 64;
/**
 * Of chunks with less data than that, bytes, a body has so many at most: curl sends what one read gave it, and an agent
 * may write its payload word by word; without end such chunks cost a hundred times their data.
 */
const SMALL_CHUNK = 256;
const MAX_SMALL_CHUNKS = 8192;

/** The data of a body in chunks, or of one whose length is known, in whatever pieces it comes. */
export class HookBody {
  #place: Place;
  #left: number;
  #isChunked: boolean;
  #line = "";
  #smallChunks = 0;

  constructor(length: number | undefined) {
    this.#isChunked = length === undefined;
    this.#left = length ?? 0;
    this.#place = length === undefined ? "size" : length === 0 ? "end" : "data";
  }

  /** Nothing of it is to come. */
  get isWhole(): boolean {
    return this.#place === "end";
  }

  /** @returns the data in `bytes`, which are read from; undefined where they are no body, or one of too many small chunks */
  push(bytes: Uint8Array): Uint8Array[] | undefined {
    const data: Uint8Array[] = [];
    for (let at = 0; at < bytes.length && !this.isWhole;) {
      if (this.#place === "data") {
        const piece = bytes.subarray(at, at + this.#left);
        data.push(piece);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left === 0) this.#place = this.#isChunked ? "behind" : "end";
        continue;
      }
      this.#line += String.fromCharCode(bytes[at++]!);
      if (this.#line.length > MAX_SIZE_LINE) return undefined;
      if (this.#line.endsWith("\r\n") && !this.#take(this.#line.slice(0, -2))) return undefined;
    }
    return data;
  }

  /** A line that is no data. */
  #take(line: string): boolean {
    this.#line = "";
    if (this.#place === "behind") {
      this.#place = "size";
      return line === "";
    }
    if (this.#place === "trailer") {
      this.#place = "end";
      return line === "";
    }
    if (!/^[0-9A-Fa-f]{1,7}$/.test(line)) return false;
    this.#left = parseInt(line, 16);
    this.#place = this.#left === 0 ? "trailer" : "data";
    return this.#left >= SMALL_CHUNK || ++this.#smallChunks <= MAX_SMALL_CHUNKS;
  }
}
