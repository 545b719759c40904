/** `journal.keep_days`: the journal's oldest files go when all of their records are older. */
import type { Service } from "../../core/service.ts";
import type { Store } from "../../core/store.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Clock, Log } from "../../platform/system.ts";
import { DAEMON } from "../../protocol/actor.ts";
import type { NewRecord } from "../../protocol/record.ts";
import type { CheckpointService } from "./checkpoint_service.ts";

const DAY_MS = 86_400_000;
/** Between two looks, ms. */
const LOOK_MS = 3_600_000;

export interface PruningOptions {
  readonly journal: Pick<Journal, "prune" | "stats">;
  /** 0: nothing goes. */
  readonly keepDays: () => number;
  readonly store: Pick<Store, "commit">;
  readonly checkpoints: Pick<CheckpointService, "cover">;
  readonly clock: Clock;
  readonly log: Log;
}

export function pruning({ journal, keepDays, store, checkpoints, clock, log }: PruningOptions): Service {
  let nextAt = -Infinity;
  let running: Promise<void> = Promise.resolve();

  async function look(days: number): Promise<void> {
    try {
      const append = (record: NewRecord) => void store.commit(record as NewEvent, DAEMON);
      const gone = await journal.prune(clock.now() - days * DAY_MS, await checkpoints.cover(), append);
      if (gone === undefined) return;
      const { first, last, until, segments } = gone;
      log.info("the oldest records of the journal were removed", { first, last, until, files: segments.length });
    } catch (error) {
      log.warn("old records of the journal were not removed", { error: String(error) });
    }
  }

  return {
    name: "pruning",
    tick: () => {
      const days = keepDays();
      if (days === 0 || clock.steady() < nextAt) return;
      if (journal.stats().lastVerifiedAt === null) return; // the check in the background is to find its records
      nextAt = clock.steady() + LOOK_MS;
      return running = look(days);
    },
    reload: () => void (nextAt = -Infinity),
    stop: () => running,
  };
}
