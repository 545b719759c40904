/** What was counted of each session on each day, and how an event changes that. Pure. */
import type { ApprovalData, CapsuleApproval, CapsuleEvent, CapsuleSession, SessionData } from "../agent-console.d.ts";
import { addTime, type Tally } from "./tally.ts";

export interface Day {
  /** The last event that was counted: one that comes again has no higher number. */
  readonly seq: number;
  readonly sessions: readonly (readonly [id: string, tally: Tally])[];
  /** Others were heard of before, and are not kept. */
  readonly isCut?: boolean;
}

interface KeptDay {
  seq: number;
  readonly sessions: Map<string, Tally>;
  isCut: boolean;
}

/** Sub-agents and the sessions that they work for, the newest last. */
export type Parents = readonly (readonly [id: string, parent: string])[];

/** Of a day, those that were heard of last. */
export const MOST_SESSIONS = 40;
/** Of all days, the newest. */
const MOST_PARENTS = 100;
const MOST_TEXT = 60;

export class Tallies {
  /** Another list after each change. */
  parents: Parents;
  readonly #days: Map<string, KeptDay>;
  #seq: number;

  constructor(days: ReadonlyMap<string, Day>, parents: Parents = []) {
    this.parents = parents;
    this.#days = new Map(
      [...days].map(([date, { seq, sessions, isCut = false }]) => [date, { seq, sessions: new Map(sessions), isCut }]),
    );
    this.#seq = Math.max(-1, ...[...days.values()].map(({ seq }) => seq));
  }

  /** @returns false: it changes nothing of a day, or was counted before */
  count({ seq, ts, type, data }: CapsuleEvent<SessionData | ApprovalData>, date: string): boolean {
    if (seq <= this.#seq) return false;
    const session = "session" in data ? data.session : undefined;
    const approval = "approval" in data && type === "approval.decided" ? data.approval : undefined;
    // A sub-agent works while its session does; what it asks counts for that.
    if (session?.parentId !== undefined) {
      this.#keepParent(session.id, session.parentId);
      return false;
    }
    if (session !== undefined) this.#countSession(session, type === "session.created", Date.parse(ts), date);
    else if (approval !== undefined) this.#countApproval(approval, date);
    else return false;
    this.#dayOf(date).seq = this.#seq = seq;
    return true;
  }

  /** To be kept. */
  day(date: string): Day {
    const { seq, sessions, isCut } = this.#dayOf(date);
    return { seq, sessions: [...sessions], ...(isCut ? { isCut } : {}) };
  }

  /** @returns the days before that date, which are gone */
  forget(date: string): string[] {
    const old = [...this.#days.keys()].filter((one) => one < date);
    for (const one of old) this.#days.delete(one);
    return old;
  }

  #countSession(session: CapsuleSession, isNew: boolean, at: number, date: string): void {
    const { id, status, turnCount, cost: { usd = 0 } = {} } = session;
    // Of one that was there before, only what comes from now on is known.
    const last = isNew ? { at, status, turns: 0, usd: 0 } : this.#lastOf(id) ?? { at, status, turns: turnCount, usd };
    const tally = this.#tallyOf(id, date, session);
    addTime(tally, last, at);
    tally.turns += Math.max(0, turnCount - last.turns);
    tally.usd += usd >= last.usd ? usd - last.usd : usd; // a resumed conversation counts anew
    tally.name = nameOf(session);
    if (session.lastPrompt !== undefined) tally.prompt = session.lastPrompt.slice(0, MOST_TEXT).toWellFormed();
    tally.last = { at, status, turns: turnCount, usd: session.cost?.usd ?? last.usd };
  }

  #countApproval(approval: CapsuleApproval, date: string): void {
    const { sessionId, status } = approval;
    const id = this.#parentOf(sessionId) ?? sessionId;
    const tally = this.#tallyOf(id, date, { ...approval, id });
    if (status === "approved" || status === "elsewhere") tally.allowed++;
    if (status === "denied" || status === "dismissed") tally.denied++;
  }

  #keepParent(id: string, parentId: string): void {
    if (this.#parentOf(id) !== undefined) return;
    const parent = this.#parentOf(parentId) ?? parentId;
    this.parents = [...this.parents, [id, parent] as const].slice(-MOST_PARENTS);
  }

  #parentOf(id: string): string | undefined {
    return this.parents.find(([one]) => one === id)?.[1];
  }

  #dayOf(date: string): KeptDay {
    const day = this.#days.get(date) ?? { seq: this.#seq, sessions: new Map<string, Tally>(), isCut: false };
    this.#days.set(date, day);
    return day;
  }

  /** The newest comes last in its day. */
  #tallyOf(id: string, date: string, about: Named & { readonly agent: string }): Tally {
    const day = this.#dayOf(date);
    const { sessions } = day;
    const none = { turns: 0, workMs: 0, waitMs: 0, allowed: 0, denied: 0, usd: 0 };
    const tally = sessions.get(id) ?? { name: nameOf(about), agent: about.agent, ...none };
    sessions.delete(id);
    sessions.set(id, tally);
    const [oldest] = sessions.keys();
    if (sessions.size > MOST_SESSIONS && oldest !== undefined) day.isCut = sessions.delete(oldest);
    return tally;
  }

  /** On the newest day that knows it. */
  #lastOf(id: string): Tally["last"] {
    for (const date of [...this.#days.keys()].sort().reverse()) {
      const last = this.#days.get(date)?.sessions.get(id)?.last;
      if (last !== undefined) return last;
    }
    return undefined;
  }
}

type Named = Pick<CapsuleSession, "id" | "title" | "cwd">;

function nameOf({ id, title, cwd }: Named): string {
  return (title ?? cwd?.split("/").findLast((part) => part !== "") ?? id).slice(0, MOST_TEXT).toWellFormed();
}
