/**
 * The sole owner of the state. Every change goes decide → append → apply → publish; the first three are one synchronous
 * step, and publishing only appends to the event bus, which delivers after the step.
 *
 * The contract: nothing is acknowledged or published that was not appended; there is one sequence and it never
 * goes back; every subscriber sees it without gaps or is told that it lagged. The step is synchronous so that no
 * second change can come between a decision and its record: that, not a lock, is what makes the order true.
 */
import { isSessionEvent, type NewEvent, type SessionEvent } from "../domain/event.ts";
import { evolve, type SessionEntry } from "../domain/evolve.ts";
import type { Session } from "../domain/session.ts";
import type { Clock } from "../platform/system.ts";
import type { Actor } from "../protocol/actor.ts";
import { type CommitResult, resultOf } from "./commit_result.ts";
import { type EventBus, SequencedEvent } from "./event_bus.ts";
import { FrozenSessions } from "./frozen_sessions.ts";
import { Idempotency, type KeyedChange, type Once } from "./idempotency.ts";
import type { JournalPort } from "./journal_port.ts";
import { OwedChanges } from "./owed_changes.ts";
import { Processes } from "./processes.ts";
import { Projections, type SavedProjections } from "./projections.ts";
import { type SessionRow, SessionRows } from "./session_rows.ts";
import type { StoredRecord } from "../protocol/record.ts";

const FRAME_UNITS = 256; // what a record has around its data, in about: two hashes, the time, the names

/** Grows when the members of a saved row change: then the journal is replayed instead. */
const SAVED_LAYOUT = 4;

/** The state that a journal snapshot holds. */
interface SavedState {
  readonly layout: number;
  readonly rows: readonly SessionEntry[];
  readonly keys: readonly (readonly [string, KeyedChange<CommitResult>])[];
  readonly projections: SavedProjections;
}

export interface StoreOptions {
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly idempotencyKeys: number;
  readonly staleAfterMs: () => number;
  /** State beside the sessions that is made from the same events. */
  readonly projections?: Projections;
  /** What clients without a token may add; nothing is limited where it is absent. */
  readonly quota?: Quota;
}

/** Limits what is committed (report_quota.ts). */
export interface Quota {
  /** Before `event` is appended. @throws {ConsoleError} `busy` */
  admit(event: NewEvent, rows: Store): void;
  /** `event` was appended, as so many bytes. */
  charge(event: NewEvent, bytes: number): void;
  /** Runs what the daemon does itself, whoever's call it comes with: nothing of it is admitted or charged. */
  unlimited(call: () => void): void;
}

export class Store {
  /** What is known of the agents' processes beside the journal. */
  readonly processes = new Processes();
  /** What comes before any other change. */
  readonly owed: OwedChanges;
  #rows = new SessionRows();
  #journal: JournalPort | undefined;
  #replayedUntil: string | undefined;
  #keys: Idempotency<CommitResult>;
  #options: StoreOptions;
  #projections: Projections;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.owed = new OwedChanges(options.quota);
    this.#projections = options.projections ?? new Projections([], () => {});
    this.#keys = new Idempotency(options.idempotencyKeys);
  }

  // -- start: a snapshot, then the records after it, then the journal to append to -----------------------------------

  /**
   * Takes what {@link save} gave at an earlier record; false where it cannot, because another version saved it, or other
   * parts of the daemon, or it is damaged: then it holds nothing, and the journal is replayed.
   *
   * @param isWhole whether the journal can be: where its beginning was pruned, parts that are new begin empty instead
   */
  restore(saved: unknown, isWhole = true): boolean {
    const { layout, rows, keys, projections } = Object(saved) as SavedState;
    if (layout !== SAVED_LAYOUT) return false;
    const [restoredRows, restoredKeys] = [
      new SessionRows(),
      new Idempotency<CommitResult>(this.#options.idempotencyKeys),
    ];
    try {
      for (const row of rows) restoredRows.put(row);
      for (const [key, made] of keys) restoredKeys.set(key, made);
      if (!this.#projections.restore(Object(projections) as SavedProjections, isWhole)) return false;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
    this.#rows = restoredRows;
    this.#keys = restoredKeys;
    return true;
  }

  /** When the last record was made that this start has replayed, ISO 8601: so long an earlier daemon lived at least. */
  get replayedUntil(): string | undefined {
    return this.#replayedUntil;
  }

  replay(record: StoredRecord): void {
    this.#replayedUntil = record.ts;
    this.#apply({ type: record.type, data: record.data } as NewEvent, record);
  }

  attach(journal: JournalPort): void {
    this.#journal = journal;
    for (const { entry: { session } } of this.#rows.all()) {
      if (session.status !== "closed") this.#rows.mark(session.id, { unproven: true });
    }
  }

  /** The state as it is now: what is committed later changes nothing of what this gave. */
  save(): SavedState {
    return {
      layout: SAVED_LAYOUT,
      rows: this.#rows.entries(),
      keys: this.#keys.entries(),
      projections: this.#projections.save(),
    };
  }

  // -- change --------------------------------------------------------------------------------------------------------

  /** The answer that the change got when it was made. @throws {ConsoleError} `conflict`: its key stands for another one */
  repeated(once: Once): CommitResult | undefined {
    return this.#keys.result(once);
  }

  /** Appends `event`, applies it, publishes it. @throws {ConsoleError} `read_only`, `busy`: nothing changed */
  commit(event: NewEvent, actor: Actor, once?: Once): CommitResult {
    if (this.#journal === undefined) throw new Error("the store has no journal yet");
    this.owed.make();
    this.#options.quota?.admit(event, this);
    const marked = this.#derived(event, once);
    let committed: CommitResult = { seq: 0, sessionId: null, status: null };
    for (const record of this.#journal.append({ type: marked.type, actor, data: marked.data })) {
      const { seq, ts, type, dataJson } = record;
      const own = type === marked.type;
      this.#options.quota?.charge(marked, dataJson.length + FRAME_UNITS);
      // The other ones are the journal's own: the first record of a new segment.
      const appended = own ? marked : { type, data: JSON.parse(dataJson) } as NewEvent;
      try {
        const applied = this.#apply(appended, record);
        if (own) committed = applied;
      } finally { // it is in the journal: whatever a bug does, no subscriber misses it
        this.#options.bus.append(new SequencedEvent(seq, ts, appended, dataJson));
      }
    }
    return committed;
  }

  #apply(event: NewEvent, { seq, ts }: Pick<StoredRecord, "seq" | "ts">): CommitResult {
    if (isSessionEvent(event)) this.#applyToRow(event);
    const result = resultOf(event, seq);
    const { idempotencyKey, idempotencyChange } = event.data;
    if (idempotencyKey !== undefined) this.#keys.set(idempotencyKey, { change: idempotencyChange, result });
    this.#projections.apply(event, ts);
    return result;
  }

  #applyToRow(event: SessionEvent): void {
    const { session } = event.data;
    if (this.#hasNewProcess(session)) this.renewed(session.id);
    const entry = evolve(this.row(session.id), event);
    if (entry === undefined) this.#rows.delete(session);
    else this.#rows.put(entry);
  }

  /** A lost row lives again under another pid only: a late hook of the dead process still names the old one. */
  #hasNewProcess({ id, pid }: Session): boolean {
    return pid !== undefined && pid !== this.get(id)?.pid;
  }

  /** Adds the marks that do not change with time alone, so that the event shows the row as a list would, but for `stale`. */
  #derived(event: NewEvent, once: Once | undefined): NewEvent {
    const key = once?.key === undefined ? {} : { idempotencyKey: once.key, idempotencyChange: once.change };
    if (!isSessionEvent(event)) return { type: event.type, data: { ...event.data, ...key } } as NewEvent;
    const { session } = event.data;
    const row = this.#rows.get(session.id);
    const isOpen = session.status !== "closed";
    const lost = row?.lost === true && isOpen && !this.#hasNewProcess(session);
    const unproven = row?.unproven === true && isOpen;
    return {
      type: event.type,
      data: { session: { ...session, ...(lost ? { lost } : unproven ? { unproven } : {}) }, ...key },
    };
  }

  // -- derived marks ---------------------------------------------------------------------------------------------------

  /** Marks a row as lost and publishes it, so that every window sees it. @throws {ConsoleError} `read_only`: it is not */
  setLost(id: string, actor: Actor): void {
    const session = this.get(id);
    if (session === undefined || this.isLost(id)) return;
    this.#rows.mark(id, { lost: true });
    try {
      this.commit({ type: "session.updated", data: { session } }, actor);
    } catch (error) {
      this.renewed(id);
      throw error;
    }
  }

  /** A new process announced itself: silent, because the event that brought it is published anyway. */
  renewed(id: string): void {
    if (this.isLost(id)) this.#rows.mark(id, { lost: false });
  }

  /** An agent has told something about the row: silent, because that makes an event of its own. */
  proved(id: string): void {
    if (this.#rows.get(id)?.unproven === true) this.#rows.mark(id, { unproven: false });
  }

  /** The process of the row lives. Told to windows if there are any; nobody else needs a record of it. */
  setProved(id: string, actor: Actor): void {
    const row = this.#rows.get(id);
    if (row?.unproven !== true) return;
    this.proved(id);
    if (this.#options.bus.size === 0) return;
    this.commit({ type: "session.updated", data: { session: row.entry.session } }, actor);
  }

  isLost(id: string): boolean {
    return this.#rows.get(id)?.lost === true;
  }

  // -- read ------------------------------------------------------------------------------------------------------------

  get seq(): number {
    return this.#journal?.head().seq ?? 0;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Session | undefined {
    return this.row(id)?.session;
  }

  /** The open rows whose parent is `id`. */
  children(id: string): Session[] {
    return this.#rows.children(id);
  }

  /** The rows that name one of `pids` as a process of theirs, or as their parent. */
  ofProcesses(pids: Iterable<number>): Session[] {
    return this.#rows.ofProcesses(pids);
  }

  row(id: string): SessionEntry | undefined {
    return this.#rows.get(id)?.entry;
  }

  sessions(): Iterable<Session> {
    return this.#rows.sessions();
  }

  /** All sessions as they are now, whatever is committed later: a copy of references. */
  freeze(): FrozenSessions {
    return this.#frozen(this.#rows.all());
  }

  /** Those that wait, as they are now: what this costs grows with them, not with all. */
  waiting(): FrozenSessions {
    return this.#frozen(this.#rows.waiting());
  }

  /** One session with its derived marks and its history; undefined where there is none. */
  view(id: string): ReturnType<FrozenSessions["viewWithHistory"]> | undefined {
    const row = this.#rows.get(id);
    return row === undefined ? undefined : this.#frozen([row]).viewWithHistory(row);
  }

  #frozen(rows: readonly SessionRow[]): FrozenSessions {
    const { clock, staleAfterMs } = this.#options;
    return new FrozenSessions(rows, { seq: this.seq, nowMs: clock.now(), staleAfterMs: staleAfterMs() });
  }

  /** The events after `since`, ready to send; undefined where they are too many or too old. */
  missed(since: number, maxEvents: number, maxBytes: number): SequencedEvent[] | undefined {
    return this.#journal?.since(since, maxEvents, maxBytes)?.map(({ seq, ts, type, data }) =>
      new SequencedEvent(seq, ts, { type, data } as NewEvent, JSON.stringify(data))
    );
  }
}
