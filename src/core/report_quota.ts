/**
 * What clients without a token may add: they are strangers, because anything that runs as the user can connect. Limits
 * for each connection, and for all of them together: Deno gives no credentials of a peer, and the socket's mode lets
 * only one uid connect, so that the limit in all is the one for each uid too. Normal use stays far below them.
 *
 * A limit refuses with `busy`, before anything has changed. Where rows are full, the oldest closed ones give way first.
 */
import type { NewEvent } from "../domain/event.ts";
import { forgettable } from "../domain/query.ts";
import { DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Handlers } from "../rpc/handler.ts";
import type { Peer } from "../rpc/peer.ts";
import { Bucket } from "./bucket.ts";
import type { Quota, Store } from "./store.ts";

type Names = Extract<keyof Limits, `report${string}`>;

export interface ReportQuotaOptions {
  readonly limits: Pick<Limits, Names>;
  /** Milliseconds that never go back. */
  readonly steady: () => number;
}

/** The rows, as far as a limit on them needs. */
type Rows = Pick<Store, "commit" | "sessions" | "size">;

/** A connection, or what is like one. */
type Stranger = Pick<Peer, "scope">;

/** Rows that give way together: looking for them goes over all. */
const FORGOTTEN_AT_ONCE = 200;

/** What one connection, or all of them, have added. */
interface Usage {
  sessions: number;
  questions: number;
  units: number;
  readonly bytes: Bucket;
}

/** A call, and who is charged with what it adds. */
interface Charged {
  readonly usage: Usage;
  readonly params: unknown;
}

/** After a look for closed rows that found none, ms: the look goes over all rows. */
const NO_ROOM_MS = 1000;

export class ReportQuota implements Quota {
  #limits: ReportQuotaOptions["limits"];
  #steady: () => number;
  #each = new WeakMap<Stranger, Usage>();
  #all: Usage;
  /** The call that runs now, of a client without a token. */
  #current: Charged | undefined;
  #fullUntil = 0;

  constructor({ limits, steady }: ReportQuotaOptions) {
    this.#limits = limits;
    this.#steady = steady;
    this.#all = this.#usage(limits.reportJournalBytes);
  }

  /**
   * Runs a call of `peer`: what it commits before it first waits counts as the peer's; what comes later must be run by a
   * {@link continuation}. @param params the call's
   */
  run<T>(peer: Stranger, params: unknown, call: () => T): T {
    if (peer.scope !== "report") return call();
    let usage = this.#each.get(peer);
    if (usage === undefined) this.#each.set(peer, usage = this.#usage(this.#limits.reportJournalBytesEach));
    return this.#as({ usage, params }, call);
  }

  /** Made before a wait: runs what the same call does behind it. */
  continuation(): <T>(call: () => T) => T {
    const current = this.#current;
    return (call) => this.#as(current, call);
  }

  #as<T>(current: Charged | undefined, call: () => T): T {
    const before = this.#current;
    this.#current = current;
    try {
      return call();
    } finally {
      this.#current = before;
    }
  }

  admit(event: NewEvent, rows: Rows): void {
    const usage = this.#current?.usage;
    if (usage === undefined) return;
    const { reportJournalBytes, reportJournalBytesEach, reportSessions, reportSessionsEach } = this.#limits;
    if (usage.bytes.isEmpty) throw full("this connection has", `${reportJournalBytesEach} bytes of the journal`);
    if (this.#all.bytes.isEmpty) {
      throw full("clients without a token have", `${reportJournalBytes} bytes of the journal`);
    }
    if (event.type !== "session.created") return;
    if (usage.sessions >= reportSessionsEach) throw full("this connection has", `${reportSessionsEach} sessions`);
    if (rows.size >= reportSessions && !this.#makeRoom(rows)) throw full("there are", `${reportSessions} sessions`);
  }

  #makeRoom(rows: Rows): boolean {
    if (this.#steady() < this.#fullUntil) return false;
    const oldest = forgettable(rows.sessions(), 0, FORGOTTEN_AT_ONCE);
    if (oldest.length === 0) this.#fullUntil = this.#steady() + NO_ROOM_MS;
    this.#as(undefined, () => { // what the daemon does itself has no limit
      for (const session of oldest) rows.commit({ type: "session.deleted", data: { session } }, DAEMON);
    });
    return oldest.length > 0;
  }

  charge(event: NewEvent, bytes: number): void {
    const usage = this.#current?.usage;
    if (usage === undefined) return;
    for (const one of [usage, this.#all]) {
      one.bytes.take(bytes);
      if (event.type === "session.created") one.sessions++;
    }
  }

  /**
   * Counts a question that is put to the human by `ask`.
   *
   * @returns ends the counting, once it is answered or gone
   * @throws {ConsoleError} `busy`; what `ask` throws, with nothing counted
   */
  admitQuestion(ask: () => void): () => void {
    const current = this.#current;
    if (current === undefined) {
      ask();
      return () => {};
    }
    const { usage, params } = current;
    const units = unitsOf(params);
    const { reportQuestions, reportQuestionsEach, reportQuestionUnits, reportQuestionUnitsEach } = this.#limits;
    if (usage.questions >= reportQuestionsEach) {
      throw full("this connection has", `${reportQuestionsEach} open questions`);
    }
    if (this.#all.questions >= reportQuestions) {
      throw full("clients without a token have", `${reportQuestions} open questions`);
    }
    if (usage.units + units > reportQuestionUnitsEach) {
      throw full("this connection has", `${reportQuestionUnitsEach} characters in open questions`);
    }
    if (this.#all.units + units > reportQuestionUnits) {
      throw full("clients without a token have", `${reportQuestionUnits} characters in open questions`);
    }
    const count = (by: 1 | -1) => {
      for (const one of [usage, this.#all]) {
        one.questions += by;
        one.units += by * units;
      }
    };
    ask();
    count(1);
    return () => count(-1);
  }

  #usage(bytes: number): Usage {
    const bucket = new Bucket(bytes, this.#limits.reportJournalRefill, this.#steady);
    return { sessions: 0, questions: 0, units: 0, bytes: bucket };
  }
}

function full(who: string, what: string): ConsoleError {
  return new ConsoleError("busy", `${who} ${what}, the most that clients without a token may add`, {
    retryable: true,
    hint: "find what reports so much: agent-console audit tail",
  });
}

/** The text in `value`, UTF-16 units: what is kept of a question while it is open. */
function unitsOf(value: unknown): number {
  let units = 0;
  const left = [value]; // and not by recursion: any depth may come
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === "string") units += next.length;
    else if (typeof next !== "object" || next === null) units += 8;
    else {
      for (const [name, member] of Object.entries(next)) {
        units += name.length;
        left.push(member);
      }
    }
  }
  return units;
}

type Limited = "approval.request" | "session.report";

/** The methods with which a client without a token adds something, each call counted. */
export function limited(quota: ReportQuota, handlers: Handlers<Limited>): Handlers<Limited> {
  return {
    "approval.request": (params, call) =>
      quota.run(call.peer, params, () => handlers["approval.request"](params, call)),
    "session.report": (params, call) => quota.run(call.peer, params, () => handlers["session.report"](params, call)),
  };
}
