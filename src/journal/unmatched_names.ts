/**
 * Of a filter that names an actor or a session which no record has: the actors that were seen instead, and the sessions
 * with almost that id, so that a mistyped name is found. Both are bounded, however many a journal has.
 */
import { editDistance } from "../lib/did_you_mean.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { parseRecord } from "./record.ts";
import { type RecordFilter, sessionsOf } from "./record_filter.ts";

const MOST_ACTORS = 100;
const MOST_NEAR = 5;
/** Ids that are compared once, and not anew at each of their records. */
const MOST_KNOWN = 1000;
/** Of an id: no command makes a longer one, and what comes behind is not compared. */
const COMPARED = 64;

/** Each is absent where a record has the name, none was looked at, or the filter asks for no such name. */
export interface UnmatchedNames {
  /** Of the records that were looked at. */
  readonly actors?: readonly string[];
  /** The ids that begin almost as the filter says, the nearest first. */
  readonly nearSessions?: readonly string[];
}

export class UnmatchedFilter {
  /** Undefined from the first record on that has the name. */
  #actor: string | undefined;
  #session: string | undefined;
  #isEmpty = true;
  #actors = new Set<string>();
  readonly #known = new Set<string>();
  #near: { readonly id: string; readonly edits: number }[] = [];

  constructor({ actor, session }: RecordFilter) {
    this.#actor = actor;
    this.#session = session;
  }

  /** @param record the record, or its line */
  look(record: StoredRecord | string): void {
    this.#isEmpty = false;
    if (this.#actor !== undefined) this.#lookAtActor(typeof record === "string" ? actorOf(record) : record.actor);
    if (this.#session === undefined) return;
    const data = typeof record === "string" ? parseRecord(record)?.data : record.data;
    for (const id of sessionsOf(data)) this.#lookAtSession(id);
  }

  names(): UnmatchedNames {
    if (this.#isEmpty) return {};
    return {
      ...(this.#actor === undefined ? {} : { actors: this.#firstActors() }),
      ...(this.#session === undefined ? {} : { nearSessions: this.#near.map(({ id }) => id) }),
    };
  }

  #lookAtActor(actor: string): void {
    if (actor === this.#actor || actor.startsWith(`${this.#actor}:`)) return void (this.#actor = undefined);
    this.#actors.add(actor);
    if (this.#actors.size > 2 * MOST_ACTORS) this.#actors = new Set(this.#firstActors());
  }

  /** By their names, not as they were met: a query goes backwards and an export forwards, and both say the same. */
  #firstActors(): readonly string[] {
    return [...this.#actors].sort().slice(0, MOST_ACTORS);
  }

  #lookAtSession(id: string): void {
    const wanted = this.#session;
    if (wanted === undefined || this.#known.has(id)) return;
    if (id.startsWith(wanted)) return void (this.#session = undefined);
    if (this.#known.size === MOST_KNOWN) this.#known.clear();
    this.#known.add(id);
    if (this.#near.some((one) => one.id === id)) return;
    const [typed, begins] = [wanted.slice(0, COMPARED), id.slice(0, Math.min(wanted.length, COMPARED))];
    const edits = editDistance(typed.toLowerCase(), begins.toLowerCase());
    // A short word is near to any id: only an id that was typed too long is meant by one.
    const most = typed.startsWith(begins) ? 3 : Math.min(3, Math.floor(typed.length / 4));
    if (edits >= typed.length || edits > most) return;
    this.#near.push({ id, edits });
    this.#near.sort((a, b) => a.edits - b.edits || (a.id < b.id ? -1 : 1)).splice(MOST_NEAR);
  }
}

/** The first member of a record's line, without a parse of all that follows. No command makes a longer one. */
const ACTOR = /^\{"actor":("(?:[^"\\\p{Cc}]|\\["\\bfnrt]|\\u[0-9a-f]{4}){0,1000}"),/u;

function actorOf(line: string): string {
  return JSON.parse(ACTOR.exec(line)?.[1] ?? '""') as string;
}
