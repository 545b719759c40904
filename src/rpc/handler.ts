/** What runs a method: handlers by name, each with its row of the methods table. */
import {
  type AnyMethodName,
  METHOD_SCHEMAS,
  type MethodSchemas,
  type ParamsOf,
  type ResultOf,
} from "../protocol/method_schemas.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { type MethodName, type MethodRow, METHODS } from "../protocol/methods.ts";
import type { EncodedResult } from "./encoded_result.ts";
import type { Peer } from "./peer.ts";

export interface Call {
  readonly peer: Peer;
  /** Fires at the call's deadline or when the peer is gone. Made when first read: most handlers never wait. */
  readonly signal: AbortSignal;
  /** Runs `action` right behind the reply to this call, however late that comes. */
  readonly afterReply: (action: () => void) => void;
}

export type Handler<M extends AnyMethodName> = (params: ParamsOf<M>, call: Call) => Answer<M> | Promise<Answer<M>>;

/** Methods that tell of all sessions, or of all that wait: their results may be too large to be encoded in one go. */
type TellsAll = "approval.list" | "dump" | "session.list" | "subscribe";

type Answer<M extends AnyMethodName> = M extends TellsAll ? ResultOf<M> | EncodedResult : ResultOf<M>;

export type Handlers<M extends AnyMethodName = MethodName> = { readonly [N in M]: Handler<N> };

/** A row that a feature brings. Its area is the feature. */
export type FeatureRow = Omit<MethodRow, "area"> & MethodSchemas;

/** A method that can be called: what its row says of it, and what runs it. */
export interface Method {
  readonly name: string;
  readonly row: FeatureRow;
  /** Its params have passed the row's schema. */
  readonly run: (params: never, call: Call) => unknown;
}

/** Methods by name and alias. */
export type MethodTable = ReadonlyMap<string, Method>;

/**
 * The table that the router works with.
 *
 * @param handlers for every row of the methods table, and for every one of `featureRows`
 * @throws {TypeError} where two methods have one name
 */
export function methodTable(
  handlers: Handlers,
  featureRows: Readonly<Record<string, FeatureRow>> = {},
): MethodTable {
  const table = new Map<string, Method>();
  const own = Object.entries(METHODS).map(([name, row]): [string, FeatureRow] => [
    name,
    { ...row, ...METHOD_SCHEMAS[name as MethodName] },
  ]);
  for (const [name, row] of [...own, ...Object.entries(featureRows)]) {
    const run = handlers[name as MethodName] as Method["run"]; // of a feature's rows Feature says that each has one
    for (const alias of [name, ...row.aliases]) {
      if (table.has(alias)) throw new TypeError(`two methods are named ${alias}`);
      table.set(alias, { name, row, run });
    }
  }
  return table;
}

/** The handlers of a part whose state may be incomplete, of which `isIncomplete` tells: then they answer `internal`. */
export function refusingWhile<H extends Readonly<Record<string, AnyHandler>>>(
  isIncomplete: () => boolean,
  part: string,
  handlers: H,
): H {
  const refusing = Object.entries(handlers).map(([method, handler]): [string, AnyHandler] => [method, (...call) => {
    if (!isIncomplete()) return handler(...call);
    throw new ConsoleError("internal", `the state of "${part}" is incomplete for a bug that is in the daemon's log`, {
      hint: "agent-console daemon restart",
    });
  }]);
  return Object.fromEntries(refusing) as H; // the same names, and each takes and gives the same
}

type AnyHandler = (...call: never[]) => unknown;
