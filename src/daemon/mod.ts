/**
 * The daemon, composed: what is started in which order, and undone in the opposite one.
 *
 *   umask → places safe → config → lock → journal (recover, replay) → token → listen → ready → spool, log, ticks
 *
 * The lock is taken before anything of the home is written and given back last. `ready` is written when hello is
 * answered, not when it is hoped to be.
 */
import { Broker } from "../approvals/broker.ts";
import { Judge } from "../approvals/judge.ts";
import { Presence } from "../approvals/presence.ts";
import { DAEMON } from "../core/actor.ts";
import { EventBus } from "../core/event_bus.ts";
import type { Core } from "../core/handler.ts";
import { Router } from "../core/router.ts";
import { Store } from "../core/store.ts";
import { UnknownEvents } from "../core/unknown.ts";
import { openJournal } from "../journal/journal.ts";
import { after, daemonTimers, systemClock } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { sha256OfRecord } from "../platform/hash.ts";
import { checkWhere, homeHere } from "../config/places.ts";
import { homePaths } from "../platform/home.ts";
import { executable, narrowUmask, ownPid, ownUid } from "../platform/process.ts";
import type { Listener } from "../platform/sockets.ts";
import { LIMITS, type Limits } from "../protocol/limits.ts";
import { VERSION } from "../protocol/version.ts";
import { newToken } from "../transport/token.ts";
import { UnixServer } from "../transport/unix_listener.ts";
import * as instance from "./instance.ts";
import { Lifecycle } from "./lifecycle.ts";
import { DaemonLog } from "./logging.ts";
import type { DaemonOptions } from "./options.ts";
import { Settings } from "./settings.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const MIB = 1_048_576;
const ID_LENGTH = 5;
/** 32 of them, so that every byte is as likely as any other; no i, l, o and 1. */
const ID_LETTERS = "abcdefghjkmnpqrstuvwxyz023456789";

/**
 * Runs until it is told to stop.
 *
 * @returns the exit code
 * @throws {ConsoleError} what kept it from starting; then nothing is left behind
 */
export async function runDaemon(options: DaemonOptions, limits: Limits = LIMITS): Promise<number> {
  narrowUmask();
  const paths = homePaths(homeHere(options.home));
  checkWhere(denoFiles, { paths, socketPath: options.socket ?? paths.socket, uid: ownUid() });
  const settings = await Settings.read(paths, options);
  const { socketPath, pidFilePath } = settings;
  checkWhere(denoFiles, { paths, socketPath, uid: ownUid() });
  instance.checkPidFile(paths, pidFilePath);
  instance.prepareFolders(paths.root);
  const lock = instance.takeLock(paths, pidFilePath);
  const log = new DaemonLog({
    path: paths.log,
    level: settings.config.daemon.log_level,
    echo: options.verbose,
  });
  let listener: Listener | undefined;
  const bootId = options.session ?? crypto.randomUUID();
  try {
    const now = () => new Date(systemClock.now()).toISOString();
    const bus = new EventBus({
      maxEvents: limits.queueEvents,
      maxUnits: limits.queueBytes,
      onError: (error) => log.error("a subscriber failed", { error: String((error as Error)?.stack ?? error) }),
    });
    const store = new Store({
      clock: systemClock,
      bus,
      idempotencyKeys: limits.idempotencyKeys,
      staleAfterMs: () => settings.config.daemon.stale_after_mins * MINUTE_MS,
    });
    instance.prepareFolders(paths.logs, paths.journal);
    const { journal, recovered, snapshotIgnored } = openJournal({
      dir: paths.journal,
      files: denoFiles,
      sha256: sha256OfRecord,
      clock: systemClock,
      timers: daemonTimers,
      actor: DAEMON,
      segmentBytes: settings.config.journal.segment_mib * MIB,
      fsync: settings.config.journal.fsync,
    }, { restore: (state) => store.restore(state), record: (record) => store.replay(record) });
    if (snapshotIgnored !== undefined) log.warn("the snapshot was not used", { why: snapshotIgnored });
    store.attach(journal);
    if (recovered !== undefined) store.commit({ type: "daemon.recovered", data: recovered }, DAEMON);

    const token = newToken();
    instance.writeToken(paths, token);
    listener = await instance.listen(socketPath);
    const notes = {
      pid: ownPid(),
      executable: executable(),
      bootId,
      version: VERSION,
      socketPath,
      startedAt: now(),
    };
    const router = new Router({
      log,
      requestMs: limits.requestMs,
      newBugId: () => crypto.randomUUID().slice(0, 8),
      timeout: (ms) => AbortSignal.timeout(ms),
      ...(settings.config.journal.fsync === "always" ? { durable: (seq: number) => journal.durable(seq) } : {}),
    });
    const judge = new Judge({
      settings: () => ({
        safetyMode: settings.config.daemon.safety_mode,
        rules: settings.config.approvals.rules,
        preToolUse: settings.config.approvals.pre_tool_use,
      }),
      inbox: store.inbox,
      clock: systemClock,
      log,
      suspended: () => store.suspended,
      onMode: (mode, reason, suspended) => {
        log.warn("the safety mode has changed", { mode, reason });
        const data = { mode, reason, ...(suspended === undefined ? {} : { suspended }) };
        store.commit({ type: "daemon.safety_mode", data }, DAEMON);
      },
    });
    const presence = new Presence();
    const broker = new Broker({
      core: { store, journal, now },
      presence,
      judge,
      waitMs: () => settings.config.approvals.hook_wait_secs * SECOND_MS,
      after,
      newId: () => newId(store),
      log,
    });
    const lifecycle: Lifecycle = new Lifecycle({
      options,
      limits,
      paths,
      settings,
      store,
      journal,
      log,
      notes,
      router,
      broker,
      judge,
    });
    const core: Core = {
      store,
      approvals: broker,
      presence,
      bus,
      journal,
      daemon: lifecycle,
      unknown: new UnknownEvents(store, log),
      log,
      now,
      queueEvents: limits.queueEvents,
      queueBytes: limits.queueBytes,
    };
    const server = new UnixServer({
      listener,
      log,
      limits,
      router,
      core,
      handshake: { token, pid: notes.pid, bootId, limits: lifecycle.limits(), stopping: () => router.stopping },
      onClients: () => lifecycle.clientsChanged(),
    });
    return await lifecycle.run(core, server);
  } catch (error) {
    log.error("the daemon could not start", { error: String((error as Error).message) });
    await log.open().catch(() => {});
    listener?.close();
    instance.removeNotes(paths, pidFilePath, { pid: ownPid(), bootId });
    throw error;
  } finally {
    log.close();
    lock.release();
  }
}

/** Five letters and digits that cannot be taken for one another: people type them. */
function newId({ inbox }: Pick<Store, "inbox">): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(ID_LENGTH));
    const id = Array.from(bytes, (byte) => ID_LETTERS[byte % ID_LETTERS.length]).join("");
    if (inbox.get(id) === undefined && inbox.rule(id) === undefined) return id;
  }
}
