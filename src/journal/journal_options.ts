/** What a journal is opened with. */
import type { Turns } from "../lib/slices.ts";
import type { Clock, Files, RunningSha256, Sha256, Timers } from "../platform/system.ts";
import type { FsyncPolicy } from "./group_sync.ts";

export interface JournalOptions {
  /** The folder; made 0700 where it is missing. */
  readonly dir: string;
  readonly files: Files;
  readonly sha256: Sha256;
  /** The fastest hash for inputs of about this size, for a recovery; {@link sha256} where absent. */
  readonly sha256For?: (bytes: number) => Sha256;
  /** For a snapshot, which is hashed in slices. */
  readonly runningSha256: () => RunningSha256;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly turns: Turns;
  readonly fsync: FsyncPolicy;
  /** Size at which a segment is closed and the next begun, bytes. */
  readonly segmentBytes: number;
  /** Actor of the records that begin segments. */
  readonly actor: string;
}
