/**
 * A reader of JSON with comments and trailing commas that keeps every key's place. By hand, because the file is read at
 * every start of every command: jsonc-parser gives places too, but its import alone takes 15 ms, half of such a start
 * (it is a CommonJS module); edits use it. Pure.
 */

/** A member of an object: the place is that of its key. */
export interface Pair {
  readonly key: string;
  readonly offset: number;
  readonly value: Json;
}

/** `kind: "plain"`: a string, number, boolean or null. */
export type Json =
  | { readonly kind: "plain"; readonly offset: number; readonly value: string | number | boolean | null }
  | { readonly kind: "array"; readonly offset: number; readonly items: readonly Json[] }
  | { readonly kind: "object"; readonly offset: number; readonly pairs: readonly Pair[] };

export class JsoncError extends Error {
  /** @param reason completes "is not JSON (…)" */
  constructor(readonly offset: number, readonly reason: string) {
    super(reason);
  }
}

/** A configuration is a few levels deep; the limit keeps the reader's recursion from the end of the stack. */
const MAX_DEPTH = 64;

/**
 * Reads one value; undefined where the text has nothing but space and comments.
 *
 * @throws {JsoncError} with the offset of what is wrong
 */
export function readJsonc(text: string): Json | undefined {
  const reader = new Reader(text);
  if (reader.peek() === "") return undefined;
  const value = reader.value(0);
  if (reader.peek() !== "") reader.wrong("text after the end");
  return value;
}

class Reader {
  #at = 0;
  constructor(readonly text: string) {}

  wrong(reason: string, offset = this.#at): never {
    throw new JsoncError(offset, reason);
  }

  /** The next character that is neither space nor comment; empty at the end. */
  peek(): string {
    for (;;) {
      SPACE.lastIndex = this.#at;
      SPACE.test(this.text);
      this.#at = SPACE.lastIndex;
      const two = this.text.slice(this.#at, this.#at + 2);
      if (two === "//") {
        LINE.lastIndex = this.#at;
        LINE.test(this.text);
        this.#at = LINE.lastIndex;
      } else if (two === "/*") {
        const end = this.text.indexOf("*/", this.#at + 2);
        if (end < 0) this.wrong("a comment is not closed");
        this.#at = end + 2;
      } else return two.slice(0, 1);
    }
  }

  value(depth: number): Json {
    const next = this.peek();
    const offset = this.#at;
    if (next === "{" || next === "[") {
      if (depth === MAX_DEPTH) this.wrong("nested too deeply");
      return next === "{" ? this.#object(depth) : this.#array(depth);
    }
    if (next === '"') return { kind: "plain", offset, value: this.#string() };
    SCALAR.lastIndex = offset;
    const word = SCALAR.exec(this.text)?.[0];
    if (word === undefined) this.wrong(next === "" ? "the text ends too early" : "a value is missing");
    this.#at += word.length;
    return { kind: "plain", offset, value: JSON.parse(word) };
  }

  #object(depth: number): Json {
    const offset = this.#at++;
    const pairs: Pair[] = [];
    while (this.peek() !== "}") {
      if (this.peek() !== '"') this.wrong("a key in double quotes is missing");
      const place = this.#at;
      const key = this.#string();
      if (this.peek() !== ":") this.wrong("a colon is missing");
      this.#at++;
      pairs.push({ key, offset: place, value: this.value(depth + 1) });
      this.#comma("}");
    }
    this.#at++;
    return { kind: "object", offset, pairs };
  }

  #array(depth: number): Json {
    const offset = this.#at++;
    const items: Json[] = [];
    while (this.peek() !== "]") {
      items.push(this.value(depth + 1));
      this.#comma("]");
    }
    this.#at++;
    return { kind: "array", offset, items };
  }

  #comma(close: string): void {
    const next = this.peek();
    if (next === ",") this.#at++;
    else if (next !== close) this.wrong(`a comma or ${close} is missing`);
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    while (this.text[end] !== '"') {
      if (end >= this.text.length || this.text[end] === "\n") this.wrong("a string is not closed", start);
      end += this.text[end] === "\\" ? 2 : 1;
    }
    this.#at = end + 1;
    try {
      return JSON.parse(this.text.slice(start, this.#at));
    } catch {
      return this.wrong("a string has a wrong escape or a control character", start);
    }
  }
}

const SPACE = /[ \t\r\n]*/y;
const LINE = /[^\r\n]*/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
