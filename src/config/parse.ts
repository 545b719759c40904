/** From the text of config.jsonc or config.toml to its sections and keys, each with its place. Pure. Judges syntax only. */
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
  /** Of an object, its own members. */
  readonly members?: readonly Member[];
}

/** Stands for an object or a date where no key takes one. */
class Composite {
  constructor(readonly what: string) {}
}

/**
 * Reads the text of the file named `file`: the members of its outermost object. A blank file is an empty configuration.
 *
 * @throws {ConsoleError} `config_invalid` with file, line and column where the syntax is wrong
 */
export function readSource(text: string, file: string, format: Format, parseToml?: ParseToml): Member[] {
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (format === "jsonc") return jsonc(plain, file);
  if (parseToml === undefined) throw new TypeError("no parser for TOML was given");
  return toml(plain, file, parseToml);
}

/** What a person does about a configuration that is wrong where its message says. */
export const MEND_CONFIG = "mend it there; agent-console config validate says when all of it is right";

function invalid(what: string): ConsoleError {
  return new ConsoleError("config_invalid", what, { hint: MEND_CONFIG });
}

// -- JSON with comments and trailing commas ---------------------------------------------------------------------------

function jsonc(text: string, file: string): Member[] {
  const place = places(text, file);
  let root: Json | undefined;
  try {
    root = readJsonc(text);
  } catch (error) {
    if (!(error instanceof JsoncError)) throw error;
    throw invalid(`${place(error.offset)} is not JSON (${error.reason})`);
  }
  if (root === undefined) return [];
  if (root.kind !== "object") throw invalid(`${place(root.offset)} is ${describe(scalarOf(root))}, expected an object`);
  const member = ({ key, offset, value }: Pair): Member => {
    const plain = { name: key, at: place(offset), value: scalarOf(value) };
    if (value.kind === "object") return { ...plain, members: value.pairs.map(member) };
    return value.kind === "array" ? { ...plain, value: plainOf(value), places: placesIn(value, place) } : plain;
  };
  return root.pairs.map(member);
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

function toml(text: string, file: string, parseToml: ParseToml): Member[] {
  let root: Record<string, unknown>;
  try {
    root = parseToml(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = Number(/on line (\d+)/.exec(message)?.[1] ?? 1);
    const reason = message.replace(/^Parse error on line \d+, column \d+: /, "");
    throw invalid(`${file}:${line}:1 is not TOML (${reason})`);
  }
  const placesOfKeys = tomlPlaces(text);
  const member = (name: string, value: unknown, parent: readonly string[]): Member => {
    const path = [...parent, name];
    const plain = { name, value: Array.isArray(value) ? value : scalar(value), at: file + placeOf(path, placesOfKeys) };
    return isTable(value) ? { ...plain, members: membersOf(value, path) } : plain;
  };
  const membersOf = (table: object, path: readonly string[]): Member[] =>
    Object.entries(table).map(([name, value]) => member(name, value, path));
  return membersOf(root, []);
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function scalar(value: unknown): unknown {
  if (value instanceof Date) return new Composite("a date");
  return isTable(value) ? new Composite("an object") : value;
}

const KEY = String.raw`(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)`;
const KEYS = String.raw`${KEY}(?:\s*\.\s*${KEY})*`;
const HEADER = new RegExp(String.raw`^\s*\[{1,2}\s*(${KEYS})\s*\]`);
const PAIR = new RegExp(String.raw`^(\s*)(${KEYS})\s*=`);
const ONE_KEY = new RegExp(KEY, "g");

/**
 * Where tables and keys stand first, as `:<line>:<column>`, by their parts. The parser keeps no places, so the lines are
 * looked through again; a line inside a multi-line string may deceive, and then only the place in a message is wrong.
 */
function tomlPlaces(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let table: readonly string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const header = HEADER.exec(line);
    const pair = header === null ? PAIR.exec(line) : null;
    const full = header !== null ? partsOf(header[1]) : pair !== null ? [...table, ...partsOf(pair[2])] : [];
    const column = header !== null ? line.indexOf("[") : pair?.[1]?.length ?? 0;
    for (let length = 1; length <= full.length; length++) {
      const key = joined(full.slice(0, length));
      if (!found.has(key)) found.set(key, `:${index + 1}:${column + 1}`);
    }
    if (header !== null) table = full;
  }
  return found;
}

function partsOf(keys = ""): string[] {
  return (keys.match(ONE_KEY) ?? []).map((key) => /^["']/.test(key) ? key.slice(1, -1) : key);
}

function joined(path: readonly string[]): string {
  return path.join("\0");
}

/** A key in an inline table stands where its table does. */
function placeOf(path: readonly string[], places: ReadonlyMap<string, string>): string {
  for (let length = path.length; length > 0; length--) {
    const place = places.get(joined(path.slice(0, length)));
    if (place !== undefined) return place;
  }
  return "";
}

/** A value in a message: what it is, not more of it than one line takes. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  return value instanceof Composite ? value.what : JSON.stringify(value) ?? String(value);
}
