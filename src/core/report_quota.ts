/**
 * What clients without a token may add: they are strangers, because anything that runs as the user can connect. So is who
 * came over the gateway, with whatever token: its tokens lie in other programs and on other machines. Limits
 * for each connection, and for all of them together: Deno gives no credentials of a peer, and the socket's mode lets
 * only one uid connect, so that the limit in all is the one for each uid too. Normal use stays far below them.
 *
 * A limit refuses with `busy`, before anything has changed. Where rows are full, the oldest closed ones give way, then
 * those that most probably belong to nobody: rows of made-up sessions must not keep real ones out for good.
 */
import type { NewEvent } from "../domain/event.ts";
import { decideClose, isRefusal } from "../domain/decide.ts";
import { forgettable, unclaimed } from "../domain/query.ts";
import type { Session } from "../domain/session.ts";
import { DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Handlers } from "../rpc/handler.ts";
import type { Peer } from "../rpc/peer.ts";
import { Bucket } from "./bucket.ts";
import type { ReportRefusals } from "./report_refusals.ts";
import type { Quota, Store } from "./store.ts";

type Names = Extract<keyof Limits, `report${string}`>;

export interface ReportQuotaOptions {
  readonly limits: Pick<Limits, Names>;
  /** Milliseconds that never go back. */
  readonly steady: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The sessions with an open question. */
  readonly asking: () => ReadonlySet<string>;
  readonly refusals: Pick<ReportRefusals, "add">;
}

/** The rows, as far as a limit on them needs. */
type Rows = Pick<Store, "commit" | "get" | "isLost" | "sessions" | "size">;

/** A connection, or what is like one. */
type Stranger = Pick<Peer, "scope" | "isRemote">;

/** Rows that give way together: looking for them goes over all. */
const FORGOTTEN_AT_ONCE = 200;
/** The same for open ones: few, for one of them may be somebody's. */
const GIVEN_UP_AT_ONCE = 20;

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

/** After a look for rows to give way that found none, ms: the look goes over all rows. */
const NO_ROOM_MS = 1000;

export class ReportQuota implements Quota {
  #o: ReportQuotaOptions;
  #limits: ReportQuotaOptions["limits"];
  #steady: () => number;
  #each = new WeakMap<Stranger, Usage>();
  #all: Usage;
  /** The call that runs now, of a client without a token. */
  #current: Charged | undefined;
  #fullUntil = 0;

  constructor(options: ReportQuotaOptions) {
    const { limits, steady } = options;
    this.#o = options;
    this.#limits = limits;
    this.#steady = steady;
    this.#all = this.#usage(limits.reportJournalBytes);
  }

  /**
   * Runs a call of `peer`: what it commits before it first waits counts as the peer's; what comes later must be run by a
   * {@link continuation}. @param params the call's
   */
  run<T>(peer: Stranger, params: unknown, call: () => T): T {
    if (peer.scope !== "report" && peer.isRemote !== true) return call();
    let usage = this.#each.get(peer);
    if (usage === undefined) this.#each.set(peer, usage = this.#usage(this.#limits.reportJournalBytesEach));
    return this.#as({ usage, params }, call);
  }

  /** Made before a wait: runs what the same call does behind it. */
  continuation(): <T>(call: () => T) => T {
    const current = this.#current;
    return (call) => this.#as(current, call);
  }

  unlimited(call: () => void): void {
    this.#as(undefined, call);
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
    if (usage.bytes.isEmpty) throw this.#full("this connection has", `${reportJournalBytesEach} bytes of the journal`);
    if (this.#all.bytes.isEmpty) {
      throw this.#full("clients without a token have", `${reportJournalBytes} bytes of the journal`);
    }
    if (event.type !== "session.created") return;
    if (usage.sessions >= reportSessionsEach) throw this.#full("this connection has", `${reportSessionsEach} sessions`);
    if (rows.size >= reportSessions && !this.#makeRoom(rows)) {
      throw this.#full("there are", `${reportSessions} sessions`);
    }
  }

  #makeRoom(rows: Rows): boolean {
    if (this.#steady() < this.#fullUntil) return false;
    const closed = forgettable(rows.sessions(), 0, FORGOTTEN_AT_ONCE);
    const oldest = closed.length > 0 ? closed : this.#unclaimed(rows);
    if (oldest.length === 0) this.#fullUntil = this.#steady() + NO_ROOM_MS;
    this.unlimited(() => {
      for (const { id } of oldest) {
        const end = decideClose(rows.get(id), id, "gave way to a new session", new Date(this.#o.now()).toISOString());
        if (!isRefusal(end)) rows.commit(end, DAEMON); // it was open: its end says why
        const session = rows.get(id);
        if (session !== undefined) rows.commit({ type: "session.deleted", data: { session } }, DAEMON);
      }
    });
    return oldest.length > 0;
  }

  #unclaimed(rows: Rows): readonly Session[] {
    const { now, limits } = this.#o;
    const asking = this.#o.asking();
    const before = new Date(now() - limits.reportSilentMs).toISOString();
    const isKept = ({ id }: Session) => asking.has(id);
    return unclaimed(rows.sessions(), { before, isKept, isLost: ({ id }) => rows.isLost(id) }, GIVEN_UP_AT_ONCE);
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
      throw this.#full("this connection has", `${reportQuestionsEach} open questions`);
    }
    if (this.#all.questions >= reportQuestions) {
      throw this.#full("clients without a token have", `${reportQuestions} open questions`);
    }
    if (usage.units + units > reportQuestionUnitsEach) {
      throw this.#full("this connection has", `${reportQuestionUnitsEach} characters in open questions`);
    }
    if (this.#all.units + units > reportQuestionUnits) {
      throw this.#full("clients without a token have", `${reportQuestionUnits} characters in open questions`);
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

  #full(who: string, what: string): ConsoleError {
    this.#o.refusals.add(`${who} ${what}`);
    return new ConsoleError("busy", `${who} ${what}, the most that clients without a token may add`, {
      retryable: true,
      hint: "find what reports so much: agent-console audit tail",
    });
  }

  #usage(bytes: number): Usage {
    const bucket = new Bucket(bytes, this.#limits.reportJournalRefill, this.#steady);
    return { sessions: 0, questions: 0, units: 0, bytes: bucket };
  }
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
