/**
 * Lists of all sessions, as replies. Few sessions are sent at once. Many are sorted and encoded in
 * slices, from the rows of one instant, and one list after the other: clients that come back together
 * delay each other's lists, and no other call.
 */
import type { SessionView } from "../domain/query.ts";
import { Slices, type Turns } from "../lib/slices.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { type EncodedResult, encodeResult } from "../rpc/encoded_result.ts";
import type { Call } from "../rpc/handler.ts";
import type { FrozenSessions, SessionFilter } from "./frozen_sessions.ts";
import { type Page, SessionPages, type SessionPagesOptions } from "./session_pages.ts";
import type { SessionRow } from "./session_rows.ts";
import type { Store } from "./store.ts";

export interface SessionListsOptions extends SessionPagesOptions {
  readonly store: Pick<Store, "freeze" | "size">;
  readonly turns: Turns;
}

/** A page as a result shows it. */
export interface Listed<V = SessionView> {
  readonly seq: number;
  readonly sessions: V[];
  /** How many come behind these. */
  readonly left: number;
  readonly nextCursor?: string;
}

/** What one answer is made of. `B`: what it takes at the instant of the list, `V`: a session in it, `R`: the answer. */
export interface ListRequest<B, V, R> {
  readonly filter?: SessionFilter;
  readonly limit?: number;
  /** Whether the rest is kept for further calls. */
  readonly pages: boolean;
  readonly view: (frozen: FrozenSessions, row: SessionRow) => V;
  /** Runs in the synchronous step in which the sessions are frozen. */
  readonly begin: () => B;
  readonly result: (list: Listed<V>, begun: B) => R;
}

type Caller = Pick<Call, "peer" | "signal">;

/** So many sessions are sorted and encoded in a few ms. */
const AT_ONCE = 256;

export class SessionLists {
  #store: SessionListsOptions["store"];
  #turns: Turns;
  #pages: SessionPages;
  /** By connection, resolves at the end of its newest list. */
  #lastOf = new WeakMap<Caller["peer"], Promise<void>>();
  /** Resolves at the end of the newest list. */
  #last: Promise<void> = Promise.resolve();

  constructor({ store, turns, ...pages }: SessionListsOptions) {
    this.#store = store;
    this.#turns = turns;
    this.#pages = new SessionPages(pages);
  }

  /** The answer to `session.list`. @throws {ConsoleError} `invalid_params` for a cursor that is not, or no longer, known */
  list(
    { cursor, limit, ...filter }: ParamsOf<"session.list">,
    call: Caller,
  ): ResultOf<"session.list"> | Promise<EncodedResult> {
    const size = limit === undefined ? {} : { limit };
    if (cursor === undefined) {
      return this.answer({ filter, ...size, pages: true, view: viewOf, begin: () => {}, result: resultOf }, call);
    }
    const page = this.#pages.at(call.peer, cursor, limit);
    if (page.rows.length <= AT_ONCE) return resultOf(listed(page, viewOf));
    return this.inTurn(call, (slices) => encodeResult(resultOf(listedLate(page, viewOf)), slices));
  }

  /** @returns at once where the sessions are few; else it rejects with the signal's reason when that fires */
  answer<B, V, R extends object>(request: ListRequest<B, V, R>, call: Caller): R | Promise<EncodedResult> {
    const { filter = {}, limit, pages, view, begin, result } = request;
    const reader = pages ? call.peer : undefined;
    if (this.#store.size <= AT_ONCE) {
      const frozen = this.#store.freeze();
      const begun = begin();
      return result(listed(this.#pages.first(reader, frozen, frozen.sorted(filter), limit), view), begun);
    }
    return this.inTurn(call, async (slices) => {
      const frozen = this.#store.freeze();
      const begun = begin();
      const page = this.#pages.first(reader, frozen, await frozen.sortedInSlices(filter, slices), limit);
      return await encodeResult(result(listedLate(page, view), begun), slices);
    });
  }

  /**
   * Runs `work` behind all lists that were begun before, from the beginning of a turn of its own. A connection has one list
   * in the line at a time: one that calls for many makes itself wait.
   *
   * @throws the signal's reason
   */
  async inTurn<T>({ peer, signal }: Caller, work: (slices: Slices) => T | Promise<T>): Promise<T> {
    const before = this.#lastOf.get(peer);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastOf.set(peer, promise);
    try {
      await before;
      return await this.#inLine(signal, work);
    } finally {
      resolve();
    }
  }

  async #inLine<T>(signal: AbortSignal, work: (slices: Slices) => T | Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    try {
      await before;
      const slices = new Slices(this.#turns, signal);
      await slices.next();
      return await work(slices);
    } finally {
      resolve();
    }
  }
}

function viewOf(frozen: FrozenSessions, row: SessionRow): SessionView {
  return frozen.view(row);
}

function resultOf({ left: _, ...result }: Listed): ResultOf<"session.list"> {
  return result;
}

type Views<V> = ListRequest<unknown, V, unknown>["view"];

function listed<V>({ frozen, rows, ...page }: Page, view: Views<V>): Listed<V> {
  return { seq: frozen.seq, sessions: rows.map((row) => view(frozen, row)), ...page };
}

/** Its views are made one by one as they are encoded; nobody else may look at them. */
function listedLate<V>({ frozen, rows, ...page }: Page, view: Views<V>): Listed<V> {
  const sessions = rows.values().map((row) => view(frozen, row)) as Iterable<V> as V[];
  return { seq: frozen.seq, sessions, ...page };
}
