/** What a query has read of the journal, and what it has passed over. */
import type { QueryRange } from "./query_range.ts";
import type { ChainPlace, Tail } from "./record.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { FilteredRecords, type RecordFilter } from "./record_filter.ts";
import { UnmatchedFilter, type UnmatchedNames } from "./unmatched_names.ts";

/** More types are not told. */
const MOST_TYPES = 100;

/** What was read: so that nobody takes what a filter left out for what is not there. */
export interface QueryReport extends UnmatchedNames {
  /** The records that are there, by number, and the hash of the last one. */
  readonly journal: { readonly first: number; readonly last: number; readonly hash: string };
  /** The last record that was pruned and its hash, where any was. */
  readonly pruned?: ChainPlace;
  /** Records that were looked at: from this number to that one. All others were passed over unread. */
  readonly looked: number;
  readonly from?: number;
  readonly to?: number;
  /** Those that passed the filter. */
  readonly matched: number;
  /** Types of the records that were looked at, where none passed. */
  readonly types: readonly string[];
  /** Sessions of what passed, where the filter names any. */
  readonly sessions: readonly string[];
  /** Why it ended before the beginning of the range: so many were asked for, or they are as large as they may be. */
  readonly stopped?: "limit" | "size";
  /** Times are not in order: a range of them was looked for in all records. */
  readonly clockSetBack?: true;
}

/** Reads one range, and counts what it sees. */
export class Reading {
  readonly filtered: FilteredRecords;
  readonly #types = new Set<string>();
  readonly #unmatched: UnmatchedFilter;
  #looked = 0;
  #matched = 0;
  #from: number | undefined;
  #to: number | undefined;

  constructor(filter: RecordFilter) {
    this.filtered = new FilteredRecords(filter);
    this.#unmatched = new UnmatchedFilter(filter);
  }

  /** @param record the record, or its line */
  look({ seq, type }: Pick<Tail, "seq" | "type">, record: StoredRecord | string): void {
    if (this.#matched === 0) this.#unmatched.look(record);
    this.#looked++;
    if (this.#types.size < MOST_TYPES) this.#types.add(type);
    this.#from = Math.min(seq, this.#from ?? seq);
    this.#to = Math.max(seq, this.#to ?? seq);
  }

  match(): void {
    this.#matched++;
  }

  report({ extent: { first, last }, clockSetBack }: QueryRange, stopped?: QueryReport["stopped"]): QueryReport {
    return {
      journal: { first: first.seq, last: last.seq, hash: last.hash },
      ...(first.seq === 1 ? {} : { pruned: { seq: first.seq - 1, hash: first.prev } }),
      looked: this.#looked,
      ...(this.#from === undefined ? {} : { from: this.#from, to: this.#to! }),
      matched: this.#matched,
      types: this.#matched > 0 ? [] : [...this.#types].sort(),
      ...(this.#matched > 0 ? {} : this.#unmatched.names()),
      sessions: [...this.filtered.sessions].sort(),
      ...(stopped === undefined ? {} : { stopped }),
      ...(clockSetBack ? { clockSetBack } : {}),
    };
  }
}
