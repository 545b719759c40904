/**
 * Canonical JSON (RFC 8785) for values of I-JSON (RFC 7493): one text for each value, so that hashes can be compared.
 * Numbers and escapes are ECMAScript's own, as RFC 8785 §3.2.2 requires; members are sorted by UTF-16 code units
 * (§3.2.3).
 */
import { jsonParts } from "../lib/json_parts.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** Deepest nesting that is written: far above any real event, far below the limit of the stack. */
const MAX_DEPTH = 128;

/** Up to this many members, insertion is the quicker sort (measured). */
const FEW = 24;

const ZERO = 48;
const NINE = 57;

/**
 * The canonical text of `value`: plain objects, arrays, strings, finite numbers, booleans and null.
 * Members that are undefined are left out, undefined elements are null, lone surrogates in values become U+FFFD.
 *
 * @throws {ConsoleError} `invalid_params` for any other value, a member name with a lone surrogate, or too deep a nesting
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(ordered(value, 0));
}

/** The same text in parts, as {@link jsonParts} makes them. @throws {ConsoleError} as {@link canonicalJson}, when its part is due */
export function canonicalParts(value: unknown): Generator<string> {
  const names = (object: object) => {
    const all = orderedNames(object);
    all.forEach(checkName);
    return all;
  };
  return jsonParts(value, { encode: canonicalJson, names, isList: Array.isArray });
}

/** `text` as a JSON string. */
export function canonicalString(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

/** A copy with its members in order. The engine then writes the text: quicker than joining its parts here (measured). */
function ordered(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string":
      return value.toWellFormed();
    case "number":
      if (!Number.isFinite(value)) refuse(`is the number ${value}`);
      return value;
    case "boolean":
      return value;
    case "object":
      if (value === null) return null;
      if (depth === MAX_DEPTH) refuse(`is nested more than ${MAX_DEPTH} deep`);
      return Array.isArray(value) ? orderedArray(value, depth + 1) : orderedObject(value, depth + 1);
    default:
      refuse(`is a ${typeof value}`);
  }
}

function orderedArray(array: readonly unknown[], depth: number): unknown[] {
  const out: unknown[] = [];
  for (const element of array) out.push(element === undefined ? null : ordered(element, depth));
  return out;
}

function orderedObject(object: object, depth: number): object {
  const names = orderedNames(object);
  const out: Record<string, unknown> = {};
  let hasIndex = false;
  for (const name of names) {
    const member = (object as Record<string, unknown>)[name];
    if (member === undefined) continue;
    checkName(name);
    const first = name.charCodeAt(0);
    if (first >= ZERO && first <= NINE) hasIndex = true;
    const copy = ordered(member, depth);
    if (name === "__proto__") Object.defineProperty(out, name, { value: copy, enumerable: true, configurable: true });
    else out[name] = copy;
  }
  // An object lists integer names before all others, whatever their order of insertion.
  return hasIndex ? new Proxy(out, { ownKeys: () => names.filter((name) => Object.hasOwn(out, name)) }) : out;
}

function orderedNames(object: object): string[] {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) refuse("is no plain object");
  const names = Object.keys(object);
  sort(names);
  return names;
}

/** Replacing lone surrogates could make two names equal, so names with one are refused. */
function checkName(name: string): void {
  if (!name.isWellFormed()) refuse("has a member name with a lone surrogate");
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

function refuse(is: string): never {
  throw new ConsoleError("invalid_params", `a value ${is}, which canonical JSON cannot hold`);
}
