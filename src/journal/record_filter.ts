/**
 * Which records are asked for. Most lines are ruled out by their ends and by what they contain as text, without being
 * parsed; what is left is compared part by part. Pure.
 */
import type { StoredRecord } from "../protocol/record.ts";
import { canonicalString } from "./canonical.ts";
import type { Tail } from "./record.ts";

/** All that is given must hold. */
export interface RecordFilter {
  /** Records from this number on, and up to that one. */
  readonly from?: number;
  readonly to?: number;
  /** Written at this time or later, and at that one or earlier: ISO 8601 UTC with milliseconds, as in the records. */
  readonly since?: string;
  readonly until?: string;
  /** One of these types, or all that begin with one and a dot. */
  readonly types?: readonly string[];
  /** Who did it, or the kind of who did: what stands before the colon. */
  readonly actor?: string;
  /** The id of a session that the record is of, or the beginning of one. */
  readonly session?: string;
  /** Stands in the data, in a name or a value, in capital or small letters. */
  readonly text?: string;
}

const FIRST_TIME = "0000-01-01T00:00:00.000Z";
const LAST_TIME = "9999-12-31T23:59:59.999Z";

/**
 * `ms` since the epoch as the time of a record: those are compared as text, so that all have a year of four digits. One
 * before or behind those years is the first or the last, which no record is outside of.
 */
export function recordTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, Date.parse(FIRST_TIME)), Date.parse(LAST_TIME))).toISOString();
}

export class FilteredRecords {
  readonly #filter: RecordFilter;
  readonly #actors: readonly string[];
  readonly #session: string;
  readonly #text: string;
  /** The ids of the sessions that records passed by; no more than {@link MOST_SESSIONS}. */
  readonly sessions = new Set<string>();

  constructor(filter: RecordFilter) {
    this.#filter = filter;
    const { actor, session = "", text = "" } = filter;
    const start = actor === undefined ? "" : `{"actor":${canonicalString(actor).slice(0, -1)}`;
    this.#actors = actor === undefined ? [] : [`${start}"`, `${start}:`];
    this.#session = `"${canonicalString(session).slice(1, -1)}`;
    this.#text = canonicalString(text.toLowerCase()).slice(1, -1);
  }

  /**
   * The record of the line `text`, where it is asked for.
   *
   * @param recordOf gives it; throws where none can be made of the line, because that may be what is asked for
   */
  pass(
    text: string,
    { seq, ts, type }: Pick<Tail, "seq" | "ts" | "type">,
    recordOf: () => StoredRecord,
  ): StoredRecord | undefined {
    const { from = 1, to = Infinity, since, until, types, session, text: wanted } = this.#filter;
    if (seq < from || seq > to || (since !== undefined && ts < since) || (until !== undefined && ts > until)) return;
    if (types !== undefined && !types.some((one) => isOf(type, one))) return;
    if (this.#actors.length > 0 && !this.#actors.some((start) => text.startsWith(start))) return;
    if (session !== undefined && !text.includes(this.#session)) return;
    if (wanted !== undefined && !text.toLowerCase().includes(this.#text)) return;
    const record = recordOf();
    if (wanted !== undefined && !hasText(record.data, wanted.toLowerCase())) return;
    const ids = session === undefined ? [] : sessionsOf(record.data).filter((id) => id.startsWith(session));
    if (session !== undefined && ids.length === 0) return;
    for (const id of ids) if (this.sessions.size < MOST_SESSIONS) this.sessions.add(id);
    return record;
  }
}

/** More than anybody reads. */
const MOST_SESSIONS = 100;

function isOf(type: string, wanted: string): boolean {
  return type === wanted || (type.startsWith(wanted) && type[wanted.length] === ".");
}

/** The ids of the sessions that a record with this data is of: its own, and that of its approval, turn or job. */
export function sessionsOf(data: unknown): readonly string[] {
  const { session, approval, turn, job, sessionId } = partsOf(data);
  const { sessionId: continued } = partsOf(partsOf(job).action);
  const all = [partsOf(session).id, partsOf(approval).sessionId, partsOf(turn).sessionId, continued, sessionId];
  return all.filter((id) => typeof id === "string");
}

/** Members that tell of a session. */
interface Parts {
  readonly id?: unknown;
  readonly session?: unknown;
  readonly approval?: unknown;
  readonly turn?: unknown;
  readonly job?: unknown;
  readonly action?: unknown;
  readonly sessionId?: unknown;
}

function partsOf(value: unknown): Parts {
  return typeof value === "object" && value !== null ? value : {};
}

/** @param wanted in small letters */
function hasText(value: unknown, wanted: string): boolean {
  if (typeof value !== "object" || value === null) return String(value).toLowerCase().includes(wanted);
  if (Array.isArray(value)) return value.some((one) => hasText(one, wanted));
  return Object.entries(value).some(([name, one]) => name.toLowerCase().includes(wanted) || hasText(one, wanted));
}
