/**
 * JSON text in parts, so that a large value need not become text in one go: an object member by member, a list element by
 * element. What stands in a list becomes text whole: large is a list, never one of its elements.
 */

export interface JsonPartsOptions {
  /** The text of a value that is no list and no object, or stands in a list. */
  readonly encode: (value: unknown) => string;
  /** The members of an object that are written, in order. */
  readonly names: (object: object) => readonly string[];
  readonly isList: (object: object) => object is Iterable<unknown>;
}

/** As `JSON.stringify` writes it. */
const PLAIN: JsonPartsOptions = {
  encode: (value) => JSON.stringify(value),
  names: Object.keys,
  isList: (object): object is Iterable<unknown> => Symbol.iterator in object,
};

/**
 * Joined they are what {@link JsonPartsOptions.encode} would make of `value`. The elements of a list are taken one by one,
 * each only when it is due; as `JSON.stringify` writes, every iterable is a list. Members that are undefined are left out, undefined elements are null.
 */
export function* jsonParts(value: unknown, options: JsonPartsOptions = PLAIN): Generator<string> {
  if (typeof value !== "object" || value === null) return yield options.encode(value);
  if (options.isList(value)) yield* elements(value, options);
  else yield* members(value, options);
}

function* elements(list: Iterable<unknown>, { encode }: JsonPartsOptions): Generator<string> {
  let before = "[";
  for (const element of list) {
    yield before + (element === undefined ? "null" : encode(element));
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}

function* members(object: object, options: JsonPartsOptions): Generator<string> {
  let before = "{";
  for (const name of options.names(object)) {
    const member = (object as Record<string, unknown>)[name];
    if (member === undefined) continue;
    yield `${before}${options.encode(name)}:`;
    yield* jsonParts(member, options);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}
