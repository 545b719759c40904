/** What a capsule may say, checked word by word: what it runs is somebody else's code. */
import * as v from "valibot";
import { isNestedBeyond } from "../../lib/json_nesting.ts";

const NESTING = { depth: 64, containers: 50_000 } as const;

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const key = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const word = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

/** The calls of a capsule and their parameters. */
const CALLS = {
  "kv.get": v.strictObject({ key }),
  "kv.set": v.strictObject({ key, value: v.unknown() }),
  "kv.delete": v.strictObject({ key }),
  "kv.list": v.strictObject({ prefix: v.pipe(v.string(), v.maxLength(256)) }),
  secret: v.strictObject({ name: word }),
  exec: v.strictObject({ line: v.pipe(v.string(), v.maxLength(4096)) }),
  /** Of one that is tested: its double of `fetch`. */
  fetch: v.strictObject({
    url: v.string(),
    method: v.string(),
    headers: v.record(v.string(), v.string()),
    body: v.string(),
  }),
} as const;

export type CapsuleCall = {
  [M in keyof typeof CALLS]: { readonly method: M; readonly params: v.InferOutput<(typeof CALLS)[M]> };
}[keyof typeof CALLS];

const logged = v.strictObject({
  level: v.picklist(["debug", "info", "warn", "error"]),
  text: v.string(),
  fields: v.optional(v.record(v.string(), v.unknown())),
});
export type CapsuleLogLine = v.InferOutput<typeof logged>;

const jsonrpc = v.literal("2.0");
const request = v.strictObject({ jsonrpc, id, method: v.string(), params: v.unknown() });
const notification = v.strictObject({ jsonrpc, method: v.literal("log"), params: logged });
const result = v.strictObject({ jsonrpc, id, result: v.unknown() });
const error = v.strictObject({ jsonrpc, id, error: v.strictObject({ code: v.number(), message: v.string() }) });

export type CapsuleMessage =
  | { readonly kind: "call"; readonly id: number; readonly call: CapsuleCall }
  | { readonly kind: "log"; readonly line: CapsuleLogLine }
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number; readonly message: string };

/** Of a capsule's own words that we show or log, UTF-16 units. */
const SHOWN = 2000;

/** Why the line is no message of a capsule, in words. */
export class NotAMessage extends Error {}

/** @throws {NotAMessage} */
export function readCapsuleMessage(line: string): CapsuleMessage {
  if (isNestedBeyond(line, NESTING)) throw new NotAMessage("it sent a message that nests too deep");
  const message = parsed(line);
  if (has(message, "method")) {
    if (!has(message, "id")) return { kind: "log", line: checked(notification, message, "a notification").params };
    const asked = checked(request, message, "a call");
    if (!Object.hasOwn(CALLS, asked.method)) throw new NotAMessage("it called a method that there is not");
    const method = asked.method as keyof typeof CALLS;
    const params = checked(CALLS[method], asked.params, `the parameters of ${method}`);
    return { kind: "call", id: asked.id, call: { method, params } as CapsuleCall };
  }
  if (has(message, "error")) {
    const failed = checked(error, message, "an error");
    return { kind: "error", id: failed.id, message: failed.error.message.slice(0, SHOWN) };
  }
  const answered = checked(result, message, "an answer");
  return { kind: "result", id: answered.id, result: answered.result };
}

function parsed(line: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new NotAMessage("it wrote to stdout what is no message: console.log is for words");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new NotAMessage("it sent a message that is no object");
}

function has(message: object, name: string): boolean {
  return Object.hasOwn(message, name);
}

function checked<S extends v.GenericSchema>(schema: S, value: unknown, what: string): v.InferOutput<S> {
  // A member of this name is not "unknown" for the validator, which looks for names with `in`.
  if (typeof value === "object" && value !== null && has(value, "__proto__")) {
    throw new NotAMessage(`it sent ${what} with a member __proto__`);
  }
  const read = v.safeParse(schema, value, { abortEarly: true });
  if (!read.success) {
    throw new NotAMessage(`it sent ${what} of the wrong form: ${read.issues[0].message.slice(0, 200)}`);
  }
  return read.output;
}

const name = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9._-]{0,63}$/));
const names = v.pipe(v.array(name), v.maxLength(100));
const reason = v.pipe(v.string(), v.minLength(1), v.maxLength(1000));

/** What a capsule answers to our calls. */
export const CAPSULE_ANSWERS = {
  start: v.strictObject({ commands: names, topics: names, intercepts: v.boolean() }),
  command: v.strictObject({ text: v.string() }),
  intercept: v.nullable(v.union([
    v.strictObject({ decision: v.picklist(["deny", "ask"]), reason }),
    v.strictObject({ note: reason }),
  ])),
  nothing: v.unknown(),
} as const;

export type RegisteredHandlers = v.InferOutput<typeof CAPSULE_ANSWERS.start>;
/** What an interceptor says of a request; null: nothing. */
export type CapsuleVerdict = v.InferOutput<typeof CAPSULE_ANSWERS.intercept>;
