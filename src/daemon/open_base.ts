/** The base that everything else plugs into: the state, as the journal leaves it, and the journal to append to. */
import { Inbox } from "../approvals/inbox.ts";
import { EventBus } from "../core/event_bus.ts";
import { Projections } from "../core/projections.ts";
import { ReportQuota } from "../core/report_quota.ts";
import { ReportRefusals } from "../core/report_refusals.ts";
import { Store } from "../core/store.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { segmentOf } from "../journal/segment.ts";
import { daemonTimers, slicedTurns, systemClock } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { runningSha256, sha256For, sha256OfRecord } from "../platform/hash.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { ownUid } from "../platform/process.ts";
import { DAEMON } from "../protocol/actor.ts";
import type { Limits } from "../protocol/limits.ts";
import type { AnyFeature } from "./features.ts";
import type { LastError } from "./last_error.ts";
import type { LiveConfig } from "./live_config.ts";
import type { DaemonLog } from "./logging.ts";
import { type CheckpointService, checkpointService } from "./services/checkpoint_service.ts";

const MINUTE_MS = 60_000;
const MIB = 1_048_576;

export interface BaseOptions {
  readonly limits: Limits;
  readonly features: readonly AnyFeature[];
  readonly paths: HomePaths;
  readonly config: LiveConfig;
  readonly log: DaemonLog;
}

interface Base {
  readonly store: Store;
  readonly bus: EventBus;
  readonly projections: Projections;
  readonly inbox: Inbox;
  readonly journal: Journal;
  readonly checkpoints: CheckpointService;
  readonly snapshotSeq: number;
  readonly isSnapshotAhead: boolean;
  readonly quota: ReportQuota;
  readonly refusals: ReportRefusals;
}

/** @throws {ConsoleError} `journal_broken`, `incompatible` */
export function openBase({ limits, paths, config, log, features }: BaseOptions, lastError: LastError): Base {
  const bus = new EventBus({
    maxEvents: limits.queueEvents,
    maxUnits: limits.queueBytes,
    onError: (error) => log.error("a subscriber failed", { error: String((error as Error)?.stack ?? error) }),
  });
  const makeInbox = () => new Inbox();
  const makers = [makeInbox, ...features.flatMap(({ projection }) => projection ?? [])];
  const projections = new Projections(makers, (name, what, error) => {
    if (what === "apply") lastError.set("bug", `the state of "${name}" is incomplete for a bug: ${String(error)}`);
    log.error("a projection failed", { name, what, error: String((error as Error)?.stack ?? error) });
  });
  const steady = () => systemClock.steady();
  const refusals = new ReportRefusals(log, steady);
  const inbox = projections.of(makeInbox);
  const quota = new ReportQuota({
    limits,
    steady,
    now: () => systemClock.now(),
    asking: () => new Set(inbox.pending().map(({ sessionId }) => sessionId)),
    refusals,
  });
  const store = new Store({
    quota,
    clock: systemClock,
    bus,
    idempotencyKeys: limits.idempotencyKeys,
    staleAfterMs: () => config.current.daemon.stale_after_mins * MINUTE_MS,
    projections,
  });
  const { journal, recovered, tornEnd, snapshotIgnored, snapshotSeq, unknownBefore } = openJournal({
    dir: paths.journal,
    files: denoFiles,
    sha256: sha256OfRecord,
    sha256For,
    runningSha256,
    clock: systemClock,
    timers: daemonTimers,
    turns: slicedTurns,
    actor: DAEMON,
    segmentBytes: config.booted.journal.segment_mib * MIB,
    fsync: config.booted.journal.fsync,
  }, { restore: (state, isWhole) => store.restore(state, isWhole), record: (line) => store.replay(line) });
  if (snapshotIgnored !== undefined) log.warn("the snapshot was not used", { why: snapshotIgnored });
  const { missingUpTo } = recovered ?? tornEnd ?? {};
  if (missingUpTo !== undefined) {
    log.warn("records of the journal are lost", { missingUpTo, lastSeq: journal.head().seq });
  }
  store.attach(journal);
  if (unknownBefore !== undefined) {
    const what =
      `what the journal said before record ${unknownBefore} is not known: it was pruned, and no snapshot holds it`;
    lastError.set("journal", `${what}; look through rules and sessions`);
    log.error("a part of the state is lost", { unknownBefore, why: snapshotIgnored ?? "there is no snapshot" });
  }
  if (recovered !== undefined || tornEnd !== undefined || unknownBefore !== undefined) {
    const place = { segment: segmentOf("", unknownBefore ?? 1).name, offset: 0, tornBytes: 0, keptIn: null };
    const unknown = unknownBefore === undefined ? {} : { unknownBefore };
    // On a full disk it waits: what was cut, and where it is kept, is known only when there is room for it.
    store.owed.add(() => {
      const what = tornEnd === undefined ? recovered : tornEnd.cut();
      store.commit({ type: "daemon.recovered", data: { ...place, ...what, ...unknown } }, DAEMON);
    });
  }
  const isSnapshotAhead = missingUpTo !== undefined;
  const system = { files: denoFiles, uid: ownUid(), timers: daemonTimers, clock: systemClock };
  const checkpoints = checkpointService({ journal, paths, log, lastError, ...system });
  return { store, bus, projections, inbox, journal, checkpoints, snapshotSeq, isSnapshotAhead, quota, refusals };
}
