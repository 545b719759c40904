/**
 * The door by which a part of the daemon calls methods of others: through the table of methods, with its checks of scope and
 * params, as whoever it acts for, and with no more than that one may.
 */
import type { Actor } from "../protocol/actor.ts";
import type { Request } from "../protocol/envelope.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { AnyMethodName, ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { Scope } from "../protocol/methods.ts";
import { EncodedResult } from "../rpc/encoded_result.ts";
import type { Peer } from "../rpc/peer.ts";

/** For whom calls are made. A {@link Peer} is one: a handler passes on the one that called it. */
export type Principal = Pick<Peer, "isRemote" | "kind" | "scope" | "signal">;

/** Calls methods for one principal. */
export interface MethodCaller {
  readonly kind: string;
  /** Rejects with what the method refuses, as its wire error would say it, and at its deadline or the principal's signal. */
  call<M extends AnyMethodName>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>>;
}

export interface MethodsDoor {
  /** @param only where given, it may call these methods and no other, whatever its scope */
  as(principal: Principal, only?: readonly AnyMethodName[]): MethodCaller;
}

/** @param run runs a request as the router does for a connection */
export function methodsDoor(run: (request: Request, peer: Peer) => unknown): MethodsDoor {
  return {
    as: (principal, only) => {
      const deputy = new Deputy(principal);
      return {
        kind: deputy.kind,
        call: async <M extends AnyMethodName>(method: M, params: ParamsOf<M>) => {
          if (only?.includes(method) === false) {
            throw new ConsoleError("forbidden", `${deputy.kind} may not call ${method}`, {
              hint: `it may call ${only.join(" and ") || "nothing"}`,
            });
          }
          // The handler's type says what the row's schema has; a table of many methods cannot.
          return decoded(await run({ method, params: params as Request["params"] }, deputy)) as ResultOf<M>;
        },
      };
    },
  };
}

/** A principal as handlers see it: nothing but calls and their results go between the two. */
class Deputy implements Peer {
  readonly kind: string;
  readonly scope: Scope;
  readonly isRemote: boolean;
  readonly signal: AbortSignal;
  readonly hungUp: AbortSignal;

  constructor({ kind, scope, isRemote = false, signal }: Principal) {
    this.kind = kind;
    this.scope = scope;
    this.isRemote = isRemote;
    this.signal = signal;
    this.hungUp = signal;
  }

  get actor(): Actor {
    return `${this.kind}:${this.scope}`;
  }

  openStream(): never {
    throw new ConsoleError("invalid_request", "only a connection can subscribe");
  }

  closeStream(): boolean {
    return false;
  }

  disconnect(): void {}
}

/** Large results come as their JSON, and their lists can be read once. */
function decoded(result: unknown): unknown {
  if (!(result instanceof EncodedResult)) return result;
  const decoder = new TextDecoder();
  const text = result.json.map((piece) => decoder.decode(piece, { stream: true })).join("");
  return JSON.parse(text + decoder.decode());
}
