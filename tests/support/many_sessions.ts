/** A store with many sessions, and lists of them whose slices a test counts. */
import type { FrozenSessions } from "../../src/core/frozen_sessions.ts";
import type { SessionView } from "../../src/domain/query.ts";
import { SessionLists, type SessionListsOptions } from "../../src/core/session_lists.ts";
import { Store } from "../../src/core/store.ts";
import { decideDelete, decideUpdate, isRefusal, type Refusal } from "../../src/domain/decide.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { EncodedResult } from "../../src/rpc/encoded_result.ts";
import { testBus } from "./bus.ts";
import { FakeJournal } from "./fake_journal.ts";
import { FakeTurns } from "./turns.ts";

export const NOW = "2026-11-20T10:00:00.000Z";

/** A store of `count` sessions, `s0`, `s1` …, of four states, and what changes it. */
export class ManySessions {
  readonly journal = new FakeJournal();
  readonly bus = testBus();
  readonly store = new Store({
    clock: { now: () => Date.parse(NOW), steady: () => 0 },
    bus: this.bus,
    idempotencyKeys: 100,
    staleAfterMs: () => 60_000,
  });

  constructor(count: number) {
    this.store.attach(this.journal);
    for (let at = 0; at < count; at++) this.set(`s${at}`, at);
  }

  /** Creates or changes a session: another `turn`, another state. */
  set(id: string, turn: number): void {
    const status = (["idle", "working", "waiting", "error"] as const)[turn % 4]!;
    const at = new Date(Date.parse(NOW) - (turn * 7919) % 100_000).toISOString();
    this.#commit(decideUpdate(this.store.get(id), { id, agent: "test" }, { status, title: `é ${turn}` }, at));
  }

  delete(id: string): void {
    this.#commit(decideDelete(this.store.get(id), id));
  }

  #commit(decided: NewEvent | Refusal): void {
    if (isRefusal(decided)) throw new Error(decided.why);
    this.store.commit(decided, "daemon");
  }
}

export function listsOf(store: SessionListsOptions["store"], options: Partial<SessionListsOptions> = {}): SessionLists {
  const after = () => () => {};
  return new SessionLists({
    store,
    turns: new FakeTurns(),
    pageRows: 5000,
    pagedLists: 4,
    pageMs: 30_000,
    after,
    ...options,
  });
}

/** An answer as a client reads it. */
export async function decoded<T extends object>(answer: T | EncodedResult | Promise<T | EncodedResult>): Promise<T> {
  const settled = await answer;
  if (!(settled instanceof EncodedResult)) return settled;
  const decoder = new TextDecoder();
  return JSON.parse(settled.json.map((piece) => decoder.decode(piece, { stream: true })).join("")) as T;
}

/** All sessions as a list shows them, most urgent first. */
export function viewsOf(frozen: FrozenSessions): SessionView[] {
  return frozen.sorted().map((row) => frozen.view(row));
}
