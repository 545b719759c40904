/**
 * The sessions and requests as a window has heard of them: a snapshot, and the events behind it. Every window holds one.
 * Each event tells a session or a request as a whole, so that the newest one told of it is what counts: whatever the order in
 * which they come, the state is that of a snapshot taken behind the last of them. Pure.
 */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";

/** An event of the wire, as far as it is read here. */
export interface StateEvent {
  readonly seq?: number | undefined;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StateSnapshot {
  readonly seq: number;
  readonly sessions: readonly SessionView[];
  /** Those that are open. */
  readonly approvals: readonly Approval[];
}

/** What was told of one id, and by which event. */
interface Told<T> {
  readonly seq: number;
  /** Undefined for what is gone. */
  readonly value: T | undefined;
}

/** So many that are gone are remembered: an earlier event of one that comes late must not bring it back. */
const GONE_KEPT = 1000;

export class LiveState {
  readonly #sessions = new Map<string, Told<SessionView>>();
  readonly #open = new Map<string, Told<Approval>>();
  /** How requests ended, the newest last. */
  readonly #ended = new Map<string, Approval>();
  /** What the snapshot has told of. */
  #since = -1;
  #seq = -1;
  #openSessions: readonly SessionView[] | undefined;

  /** All that are known, closed ones too. */
  get sessions(): readonly SessionView[] {
    return valuesOf(this.#sessions);
  }

  /** Those that are not closed; the same list until one of them changes. */
  get openSessions(): readonly SessionView[] {
    return this.#openSessions ??= this.sessions.filter(({ status }) => status !== "closed");
  }

  /** The requests that are open, oldest first. */
  get approvals(): readonly Approval[] {
    return valuesOf(this.#open).sort((a, b) => compare(a.requestedAt, b.requestedAt) || compare(a.id, b.id));
  }

  session(id: string): SessionView | undefined {
    return this.#sessions.get(id)?.value;
  }

  /** Open, or how it ended where that was heard not long ago. */
  approval(id: string): Approval | undefined {
    return this.#open.get(id)?.value ?? this.#ended.get(id);
  }

  /** Everything is as told here; of before only how requests ended is kept. */
  snapshot({ seq, sessions, approvals }: StateSnapshot): void {
    this.#sessions.clear();
    this.#open.clear();
    this.#openSessions = undefined;
    this.#since = this.#seq = seq;
    for (const session of sessions) this.#sessions.set(session.id, { seq, value: session });
    for (const approval of approvals) this.#open.set(approval.id, { seq, value: approval });
  }

  event({ seq = this.#seq + 1, type, data }: StateEvent): void {
    if (seq <= this.#since) return;
    this.#seq = Math.max(this.#seq, seq);
    if (type.startsWith("session.") && "session" in data) {
      const session = data["session"] as SessionView;
      this.#openSessions = undefined;
      tell(this.#sessions, session.id, { seq, value: type === "session.deleted" ? undefined : session });
    }
    if (type.startsWith("approval.") && "approval" in data) {
      const approval = data["approval"] as Approval;
      const isOpen = approval.status === "pending";
      tell(this.#open, approval.id, { seq, value: isOpen ? approval : undefined });
      if (!isOpen) this.#ended.set(approval.id, approval);
      forgetFirst(this.#ended, GONE_KEPT, () => true);
    }
  }
}

function tell<T>(all: Map<string, Told<T>>, id: string, told: Told<T>): void {
  const before = all.get(id);
  if (before !== undefined && before.seq > told.seq) return;
  if (told.value === undefined) all.delete(id); // behind the others, so that the first gone is the first forgotten
  all.set(id, told);
  if (told.value === undefined) forgetFirst(all, GONE_KEPT, ({ value }) => value === undefined);
}

/** Forgets the first of those that `counts`, where they are more than `most`. */
function forgetFirst<T>(all: Map<string, T>, most: number, counts: (one: T) => boolean): void {
  if (all.size <= most) return;
  let some = 0;
  for (const one of all.values()) if (counts(one)) some++;
  for (const [id, one] of all) {
    if (some <= most) return;
    if (counts(one)) {
      all.delete(id);
      some--;
    }
  }
}

function valuesOf<T>(all: ReadonlyMap<string, Told<T>>): T[] {
  return [...all.values()].flatMap(({ value }) => value === undefined ? [] : [value]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
