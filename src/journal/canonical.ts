/**
 * Canonical JSON (RFC 8785) for values of I-JSON (RFC 7493): one text for one value, so that a hash means something.
 * Numbers and escapes are ECMAScript's own, as RFC 8785 §3.2.2 asks; members are sorted by UTF-16 code units (§3.2.3).
 */
import { ConsoleError } from "../protocol/errors.ts";

/** Deepest nesting that is written: far over any real event, far under what the stack holds. */
const MAX_DEPTH = 128;

/** Names that stand for themselves between quotes, as nearly all do. */
const PLAIN_NAME = /^[A-Za-z0-9_]+$/;

/** Up to this many members, insertion is the quicker sort (measured). */
const FEW = 24;

/**
 * The canonical text of `value`: plain objects, arrays, strings, finite numbers, booleans and null.
 * Members that are undefined are left out, undefined elements are null, lone surrogates in values become U+FFFD.
 *
 * @throws {ConsoleError} `invalid_params` for any other value, a member name with a lone surrogate, or too deep a nesting
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/** `text` as a JSON string. */
export function canonicalString(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return canonicalString(value);
    case "number":
      if (!Number.isFinite(value)) refuse(`is the number ${value}`, "finite");
      return `${value}`;
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depth === MAX_DEPTH) refuse(`is nested more than ${MAX_DEPTH} deep`, "flatter");
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    default:
      refuse(`is a ${typeof value}`, "JSON");
  }
}

function writeArray(array: readonly unknown[], depth: number): string {
  let out = "[";
  for (let i = 0; i < array.length; i++) {
    if (i > 0) out += ",";
    const element = array[i];
    out += element === undefined ? "null" : write(element, depth);
  }
  return out + "]";
}

function writeObject(object: object, depth: number): string {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) refuse("is no plain object", "JSON");
  const names = Object.keys(object);
  sort(names);
  let out = "";
  for (const name of names) {
    const member = (object as Record<string, unknown>)[name];
    if (member === undefined) continue;
    out += out === "" ? '{"' : ',"';
    out += PLAIN_NAME.test(name) ? name : quotedName(name);
    out += '":' + write(member, depth);
  }
  return out === "" ? "{}" : out + "}";
}

/** The name between its quotes. Two names could become one by mending them, so that none is mended. */
function quotedName(name: string): string {
  if (!name.isWellFormed()) refuse("has a member name with a lone surrogate", "Unicode");
  return JSON.stringify(name).slice(1, -1);
}

/** Sorts by UTF-16 code units. Few names come together, so insertion takes half the time of the built-in sort. */
function sort(names: string[]): void {
  if (names.length > FEW) {
    names.sort();
    return;
  }
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!;
    let at = i;
    for (; at > 0 && names[at - 1]! > name; at--) names[at] = names[at - 1]!;
    names[at] = name;
  }
}

function refuse(is: string, must: string): never {
  throw new ConsoleError("invalid_params", `Cannot write as canonical JSON: a value ${is}, must be ${must}`);
}
