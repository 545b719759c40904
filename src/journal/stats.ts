/** What the journal says of itself. */
import type { Clock, Files } from "../platform/system.ts";
import { firstRecord, listSegments } from "./segment.ts";

export interface JournalStats {
  /** The seq of the last record: so many there are, or were before some were pruned. */
  readonly count: number;
  /** Hash of the last record, 64 zeros before the first. */
  readonly head: string;
  readonly segments: number;
  readonly bytes: number;
  /** On average since the first record that is there, but not before a day has passed. */
  readonly bytesPerDay?: number;
  /** False where a record was found that does not verify. */
  readonly ok: boolean;
  /** When a reading of all records, or of those that the start had not read, last ended, ISO 8601; null before. */
  readonly lastVerifiedAt: string | null;
  /** Every record up to this seq was checked, or written, by this process. */
  readonly verifiedTo: number;
  /** Why nothing can be written; absent while writing works. */
  readonly readOnly?: string;
  /** How often writing has failed. */
  readonly failures: number;
}

const DAY_MS = 86_400_000;

/** How fast it grows. The time of its first record is looked up once. */
export class Growth {
  #options: { readonly files: Files; readonly dir: string; readonly clock: Clock };
  #began: number | undefined;

  constructor(options: { readonly files: Files; readonly dir: string; readonly clock: Clock }) {
    this.#options = options;
  }

  /** Bytes a day, on average since the first record; undefined before a day has passed. @param bytes of all segments */
  perDay(bytes: number): number | undefined {
    const { clock } = this.#options;
    this.#began ??= this.#look();
    const days = this.#began === undefined ? 0 : (clock.now() - this.#began) / DAY_MS;
    return days < 1 ? undefined : Math.round(bytes / days);
  }

  #look(): number | undefined {
    const { files, dir } = this.#options;
    const [segment] = listSegments(files, dir);
    const record = segment === undefined ? undefined : firstRecord(files, segment.path);
    return record === undefined ? undefined : Date.parse(record.ts);
  }
}
