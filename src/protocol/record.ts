/** A record of the journal, as its owner, its readers and `audit.tail` see it. */

/** What the owner wants recorded. `data` is a JSON object: a line with any other data is no record. */
export interface NewRecord {
  readonly type: string;
  readonly actor: string;
  readonly data: object;
}

/** A record after it was appended; `ts` is ISO 8601 UTC with milliseconds, `dataJson` the canonical text of its data. */
export interface Appended {
  readonly seq: number;
  readonly ts: string;
  readonly type: string;
  readonly dataJson: string;
}

/** A record as it stands in the file. */
export interface StoredRecord {
  readonly seq: number;
  readonly ts: string;
  readonly type: string;
  readonly actor: string;
  readonly data: unknown;
  readonly prev: string;
  readonly hash: string;
}
