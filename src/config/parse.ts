/**
 * From the text of config.jsonc or config.toml to its sections and keys, each with its place. Pure. Judges syntax only.
 */
import { ConsoleError } from "../protocol/errors.ts";
import { type Json, JsoncError, type Pair, readJsonc } from "./jsonc.ts";

export type Format = "jsonc" | "toml";

/** `parse` of @std/toml/parse, which is loaded only where there is a config.toml. */
export type ParseToml = (text: string) => Record<string, unknown>;

export interface Member {
  readonly name: string;
  /** A string, number, boolean, null or array as it is; anything else as what {@link describe} says of it. */
  readonly value: unknown;
  /** `<file>:<line>:<column>`, both from 1; for TOML only the file where the key cannot be found again. */
  readonly at: string;
  /** Where the items of an array and their keys stand: `0`, `0.tool`; only as far as they can be found. */
  readonly places?: ReadonlyMap<string, string>;
}

export interface Section extends Member {
  /** Undefined where the value is not an object. */
  readonly members: readonly Member[] | undefined;
}

/** Stands for an object or a date where no key takes one. */
class Composite {
  constructor(readonly what: string) {}
}

/**
 * Reads the text of the file named `file`. A blank file is an empty configuration.
 *
 * @throws {ConsoleError} `config_invalid` with file, line and column where the syntax is wrong
 */
export function readSource(text: string, file: string, format: Format, parseToml?: ParseToml): Section[] {
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (format === "jsonc") return jsonc(plain, file);
  if (parseToml === undefined) throw new TypeError("Cannot read TOML: no parser was given");
  return toml(plain, file, parseToml);
}

function invalid(what: string): ConsoleError {
  return new ConsoleError("config_invalid", `Cannot read config: ${what}`);
}

// -- JSON with comments and trailing commas ---------------------------------------------------------------------------

function jsonc(text: string, file: string): Section[] {
  const place = places(text, file);
  let root: Json | undefined;
  try {
    root = readJsonc(text);
  } catch (error) {
    if (!(error instanceof JsoncError)) throw error;
    throw invalid(`${place(error.offset)} is not JSON (${error.reason})`);
  }
  if (root === undefined) return [];
  if (root.kind !== "object") throw invalid(`${place(root.offset)} is ${describe(scalarOf(root))}, must be an object`);
  const member = ({ key, offset, value }: Pair): Member => {
    const plain = { name: key, at: place(offset), value: scalarOf(value) };
    return value.kind === "array" ? { ...plain, value: plainOf(value), places: placesIn(value, place) } : plain;
  };
  return root.pairs.map((pair) => ({
    ...member(pair),
    members: pair.value.kind === "object" ? pair.value.pairs.map(member) : undefined,
  }));
}

function scalarOf(json: Json): unknown {
  return json.kind === "plain" ? json.value : new Composite(`an ${json.kind}`);
}

function plainOf(json: Json): unknown {
  if (json.kind === "plain") return json.value;
  if (json.kind === "array") return json.items.map(plainOf);
  // Without a prototype, a key named __proto__ is a key like any other.
  return Object.assign(
    Object.create(null),
    Object.fromEntries(json.pairs.map(({ key, value }) => [key, plainOf(value)])),
  );
}

function placesIn({ items }: Json & { kind: "array" }, place: (offset: number) => string): Map<string, string> {
  return new Map(items.flatMap((item, at): [string, string][] => [
    [String(at), place(item.offset)],
    ...(item.kind === "object"
      ? item.pairs.map((pair): [string, string] => [`${at}.${pair.key}`, place(pair.offset)])
      : []),
  ]));
}

/** Tells offsets as `<file>:<line>:<column>`. */
function places(text: string, file: string): (offset: number) => string {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    return `${file}:${line + 1}:${offset - starts[line]! + 1}`;
  };
}

// -- TOML ---------------------------------------------------------------------------------------------------------------

function toml(text: string, file: string, parseToml: ParseToml): Section[] {
  let root: Record<string, unknown>;
  try {
    root = parseToml(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = Number(/on line (\d+)/.exec(message)?.[1] ?? 1);
    const reason = message.replace(/^Parse error on line \d+, column \d+: /, "");
    throw invalid(`${file}:${line}:1 is not TOML (${reason})`);
  }
  return Object.entries(root).map(([name, value]) => {
    const table = typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
    const inner = table ? Object.entries(value) : undefined;
    return {
      name,
      value: scalar(value),
      at: file + find(text, name, undefined),
      members: inner?.map(([key, held]) => ({
        name: key,
        value: Array.isArray(held) ? held : scalar(held),
        at: file + find(text, name, key),
      })),
    };
  });
}

function scalar(value: unknown): unknown {
  if (value instanceof Date) return new Composite("a date");
  if (Array.isArray(value)) return new Composite("an array");
  return typeof value === "object" && value !== null ? new Composite("an object") : value;
}

const TABLE = /^\s*\[\s*"?([\w-]+)"?\s*\]/;
const TABLES = /^\s*\[\[\s*"?([\w-]+)"?\s*\.\s*"?([\w-]+)"?\s*\]\]/;
const PAIR = /^(\s*)((?:"?[\w-]+"?\s*\.\s*)*"?[\w-]+"?)\s*=/;

/**
 * Where a table or a key stands, as `:<line>:<column>`. The parser keeps no places, so the lines are looked through
 * again; a line inside a multi-line string may deceive, and then only the place in a message is wrong.
 */
function find(text: string, section: string, name: string | undefined): string {
  let table: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const item = TABLES.exec(line);
    if (item !== null) {
      table = `${item[1]}.${item[2]}`;
      if (section === item[1] && (name ?? item[2]) === item[2]) return `:${index + 1}:${line.indexOf("[") + 1}`;
      continue;
    }
    const header = TABLE.exec(line);
    if (header !== null) {
      table = header[1];
      if (name === undefined && table === section) return `:${index + 1}:${line.indexOf("[") + 1}`;
      continue;
    }
    const [, indent = "", typed] = PAIR.exec(line) ?? [];
    if (typed === undefined) continue;
    const keys = typed.split(".").map((key) => key.trim().replaceAll('"', ""));
    const full = table === undefined ? keys : [table, ...keys];
    if (full[0] !== section || (name !== undefined && full.length > 1 && full[1] !== name)) continue;
    if (table === undefined || name !== undefined) return `:${index + 1}:${indent.length + 1}`;
  }
  return "";
}

/** A value in a message: what it is, not more of it than one line takes. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  return value instanceof Composite ? value.what : JSON.stringify(value) ?? String(value);
}
