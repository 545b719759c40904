/**
 * Functions of the language as they are before a capsule's code runs. A capsule may replace any of them for itself; the
 * connection goes on with these. That keeps a library from breaking its own capsule: what protects the daemon is the
 * daemon's end of the connection alone.
 */
const { call } = Function.prototype;

/** The method as a function whose first argument is what it is called on. */
// deno-lint-ignore no-explicit-any
function uncurried<This, Args extends any[], Result>(
  method: (this: This, ...args: Args) => Result,
): (self: This, ...args: Args) => Result {
  return call.bind(method) as (self: This, ...args: Args) => Result;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const intrinsics = Object.freeze({
  parse: JSON.parse,
  stringify: JSON.stringify as (value: unknown) => string | undefined,
  freeze: Object.freeze,
  hasOwn: Object.hasOwn,
  text: String,
  indexOf: uncurried<string, [string, number?], number>(String.prototype.indexOf),
  slice: uncurried<string, [number, number?], string>(String.prototype.slice),
  subarray: uncurried<Uint8Array, [number, number?], Uint8Array>(Uint8Array.prototype.subarray),
  encode: encoder.encode.bind(encoder) as (text: string) => Uint8Array,
  decode: decoder.decode.bind(decoder) as (bytes: Uint8Array, options: { stream: boolean }) => string,
  now: performance.now.bind(performance),
  later: setTimeout.bind(globalThis) as (action: () => void, ms: number) => unknown,
});

/** What `await` looks up by itself is the same for capsule and connection: it stays as it is. */
export function freezeShared(): void {
  for (const shared of [JSON, Promise, Promise.prototype]) Object.freeze(shared);
}
