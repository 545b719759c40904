/** What runs a method: handlers by name, each with its row of the methods table. */
import { METHOD_SCHEMAS, type MethodSchemas, type ParamsOf, type ResultOf } from "../protocol/method_schemas.ts";
import { type MethodName, type MethodRow, METHODS } from "../protocol/methods.ts";
import type { Peer } from "./peer.ts";

export interface Call {
  readonly peer: Peer;
  /** Fires at the call's deadline or when the peer is gone. Made when first read: most handlers never wait. */
  readonly signal: AbortSignal;
}

export type Handler<M extends MethodName> = (params: ParamsOf<M>, call: Call) => ResultOf<M> | Promise<ResultOf<M>>;

export type Handlers<M extends MethodName = MethodName> = { readonly [N in M]: Handler<N> };

/** A method that can be called: what the table says of it, and what runs it. */
export interface Method {
  readonly row: MethodRow & MethodSchemas;
  /** Its params have passed the row's schema. */
  readonly run: (params: never, call: Call) => unknown;
}

/** Methods by name and alias. */
export type MethodTable = ReadonlyMap<string, Method & { readonly name: string }>;

/**
 * The table that the router works with.
 *
 * @param handlers for every row of the methods table
 * @param extra rows of features that the table does not know, with their handlers
 * @throws {TypeError} where two methods have one name
 */
export function methodTable(handlers: Handlers, extra: Readonly<Record<string, Method>> = {}): MethodTable {
  const table = new Map<string, Method & { readonly name: string }>();
  const known = Object.entries(METHODS).map(([name, row]): [string, Method] => [
    name,
    { row: { ...row, ...METHOD_SCHEMAS[name as MethodName] }, run: handlers[name as MethodName] as Method["run"] },
  ]);
  for (const [name, method] of [...known, ...Object.entries(extra)]) {
    for (const alias of [name, ...method.row.aliases]) {
      if (table.has(alias)) throw new TypeError(`two methods are named ${alias}`);
      table.set(alias, { ...method, name });
    }
  }
  return table;
}
