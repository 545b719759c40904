/** What the core needs of the journal. */
import type { Appended, NewRecord, StoredRecord } from "../protocol/record.ts";

/** The journal as the store sees it; src/journal implements it. */
export interface JournalPort {
  /**
   * Appends and returns when the kernel has the bytes. More than one where a segment was begun before it.
   *
   * @throws {ConsoleError} `read_only`
   */
  append(entry: NewRecord): readonly Appended[];
  /** Resolves when the record `seq` is on the disk, as far as the fsync policy promises it. */
  durable(seq: number): Promise<void>;
  head(): { readonly seq: number; readonly hash: string };
  /** The records after `seq`, or undefined where they are more than the given bounds. */
  since(seq: number, maxEvents: number, maxBytes: number): readonly StoredRecord[] | undefined;
  tail(count: number): readonly StoredRecord[];
}
