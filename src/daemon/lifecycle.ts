/** The daemon from ready to gone: signals, stop, reload, status, and what happens while it runs. */
import type { Broker } from "../approvals/broker.ts";
import type { Judge } from "../approvals/judge.ts";
import { DAEMON } from "../core/actor.ts";
import type { Core, DaemonPort } from "../core/handler.ts";
import type { Router } from "../core/router.ts";
import type { Store } from "../core/store.ts";
import type { NewEvent } from "../domain/event.ts";
import { count } from "../domain/query.ts";
import { maskSecrets } from "../domain/text.ts";
import type { Journal } from "../journal/journal.ts";
import { closeInspector } from "../platform/inspector.ts";
import { systemClock } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home.ts";
import { exit, onSignal, onUncaught, residentBytes } from "../platform/process.ts";
import { stdinEnded, writeStderr, writeStdout } from "../platform/stdio.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Limits } from "../protocol/limits.ts";
import type { ResultOf } from "../protocol/methods.ts";
import { PROTOCOL, VERSION } from "../protocol/version.ts";
import type { UnixServer } from "../transport/unix_listener.ts";
import * as instance from "./instance.ts";
import type { DaemonLog } from "./logging.ts";
import type { DaemonOptions } from "./options.ts";
import { Presence } from "./presence.ts";
import type { Settings } from "./settings.ts";
import { Ticker } from "./ticker.ts";

/** Exit code where somebody else's socket stands in our place (S7). */
const SOCKET_TAKEN = 4;
/** Exit code after a second signal. */
const INTERRUPTED = 130;

export interface LifecycleOptions {
  readonly options: DaemonOptions;
  readonly limits: Limits;
  readonly paths: HomePaths;
  readonly settings: Settings;
  readonly store: Store;
  readonly journal: Journal;
  readonly log: DaemonLog;
  readonly notes: instance.Notes;
  readonly router: Router;
  readonly broker: Broker;
  readonly judge: Judge;
}

interface Stop {
  readonly reason: string;
  readonly force: boolean;
  readonly restart: boolean;
  readonly code?: number;
}

export class Lifecycle implements DaemonPort {
  #o: LifecycleOptions;
  #stop = Promise.withResolvers<Stop>();
  #stopping = false;
  #presence: Presence;
  #server: UnixServer | undefined;
  #lastError: string | undefined;
  #inode: number | null | undefined;

  constructor(options: LifecycleOptions) {
    this.#o = options;
    this.#presence = new Presence({
      ephemeral: options.options.ephemeral,
      idleMins: () => options.settings.config.daemon.idle_timeout_mins,
      steady: () => systemClock.steady(),
      leave: (reason) => this.#ask({ reason, force: false, restart: false }),
    });
  }

  /** From the bound listener to the end. */
  async run(core: Core, server: UnixServer): Promise<number> {
    const { paths, settings, store, log, notes, options, broker } = this.#o;
    this.#server = server;
    this.#inode = denoFiles.stat(notes.socketPath)?.inode;
    const signals = [
      onSignal("SIGTERM", () => this.#signalled("SIGTERM")),
      onSignal("SIGINT", () => this.#signalled("SIGINT")),
      onSignal("SIGHUP", () => this.#hangUp()),
      // Deno opens the V8 inspector on this signal: a debugger port would be a way around every permission (A6).
      onSignal("SIGUSR1", () => void closeInspector()),
    ];
    onUncaught((error) => this.#bug(error));
    server.serve();
    instance.writePid(paths, settings.pidFilePath, notes, "-");
    instance.writeReady(paths, notes);
    this.#presence.changed(0);
    const { version, pid, bootId, socketPath } = notes;
    store.commit({ type: "daemon.started", data: { version, pid, bootId, socketPath } }, DAEMON);
    broker.closeOrphans();
    writeStdout(`listening on ${socketPath}, pid ${pid}\n`);
    log.info("started", { version, pid, socketPath, sessions: store.size });
    for (const warning of settings.warnings) log.warn("configuration", { warning });
    if (options.tied) {
      stdinEnded().then(() => this.#ask({ reason: "its starter is gone", force: true, restart: false }));
    }
    const ticker = new Ticker({
      ...this.#o,
      core,
      server,
      presence: this.#presence,
      onSocketLost: () => this.#socketLost(),
      inode: this.#inode,
    });
    ticker.start();
    const stop = await this.#stop.promise;
    ticker.stop();
    const code = await this.#wind(stop, server);
    for (const off of signals) off();
    return code;
  }

  clientsChanged(): void {
    this.#presence.changed(this.#server?.clients.total ?? 0);
  }

  // -- stop --------------------------------------------------------------------------------------------------------------

  shutdown(options: { readonly reason: string; readonly force: boolean; readonly restart: boolean }): { pid: number } {
    this.#ask({ ...options, reason: maskSecrets(options.reason) }); // anybody's words, on their way to journal and log
    return { pid: this.#o.notes.pid };
  }

  #ask(stop: Stop): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#o.router.stop();
    this.#stop.resolve(stop);
  }

  /** The first signal asks, the second insists: whoever sends two does not want to wait for anybody. */
  #signalled(signal: string): void {
    if (!this.#stopping) return this.#ask({ reason: signal, force: false, restart: false });
    this.#o.log.warn("stopped at once", { signal });
    this.#removeOwn();
    exit(INTERRUPTED);
  }

  #socketLost(): void {
    const { notes, log } = this.#o;
    this.#ask({ reason: "the socket file was replaced", force: true, restart: false, code: SOCKET_TAKEN });
    log.error("the socket file was replaced", { socketPath: notes.socketPath });
    writeStderr(`agent-console: Cannot go on: ${notes.socketPath} was replaced, must be ours\n`);
    this.#record({ type: "daemon.socket_replaced", data: { socketPath: notes.socketPath } });
  }

  /** Best effort: a journal that cannot be written keeps nothing else from being done. */
  #record(event: NewEvent): void {
    try {
      this.#o.store.commit(event, DAEMON);
    } catch (error) {
      this.#o.log.error("an event was not written", { type: event.type, error: String(error) });
    }
  }

  async #wind(stop: Stop, server: UnixServer): Promise<number> {
    const { store, journal, limits, log, settings, paths, notes } = this.#o;
    const { reason, restart, force } = stop;
    // Whatever hangs below, the process ends: the lock must not outlive the daemon's use.
    const guard = setTimeout(() => {
      this.#removeOwn();
      exit(stop.code ?? 1);
    }, limits.forcedExitMs);
    this.#o.broker.stop();
    this.#record({ type: "daemon.stopping", data: { reason, restart } });
    denoFiles.remove(paths.ready);
    await server.drain(AbortSignal.timeout(force ? 50 : limits.drainMs));
    // Without a snapshot the next start reads more; that is all.
    await journal.snapshot(store.save()).catch((error) => log.warn("no snapshot", { error: String(error) }));
    await journal.close().catch((error) => log.error("the journal did not close cleanly", { error: String(error) }));
    log.info("stopped", { reason });
    await log.open().catch(() => {});
    await server.close({ unlink: this.#socketIsOurs() });
    instance.removeNotes(paths, settings.pidFilePath, notes);
    clearTimeout(guard);
    return stop.code ?? 0;
  }

  /** Told in the log and in status; the daemon lives on. */
  #bug(error: unknown): void {
    this.#lastError = `a bug: ${String(error)}`;
    this.#o.log.error("a bug", { error: String((error as Error)?.stack ?? error) });
  }

  #removeOwn(): void {
    const { paths, settings, notes } = this.#o;
    instance.removeNotes(paths, settings.pidFilePath, notes);
    if (this.#socketIsOurs()) denoFiles.remove(notes.socketPath);
  }

  #socketIsOurs(): boolean {
    const stat = denoFiles.stat(this.#o.notes.socketPath);
    return stat?.kind === "socket" && stat.inode === this.#inode;
  }

  // -- reload ------------------------------------------------------------------------------------------------------------

  /** @throws {ConsoleError} `stopping`, or why the configuration was not taken */
  async reload(): Promise<ResultOf<"config.reload">> {
    const { settings, log } = this.#o;
    if (this.#stopping) {
      throw new ConsoleError("stopping", "Cannot reload: the daemon is stopping, must be running", { retryable: true });
    }
    try {
      const { applied, needsRestart, warnings } = await settings.reload();
      log.level = settings.config.daemon.log_level;
      this.#o.judge.reloaded();
      this.#record({ type: "daemon.config_reloaded", data: { applied, needsRestart } });
      log.info("configuration read again", { applied, needsRestart, warnings });
      this.clientsChanged();
      return { applied: [...applied], needsRestart: [...needsRestart], warnings: [...warnings] };
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      this.#lastError = error.message;
      this.#record({ type: "daemon.config_rejected", data: { problem: error.message } });
      log.error("the configuration was not taken, the old one stays in force", { problem: error.message });
      throw error;
    }
  }

  #hangUp(): void {
    this.reload().catch((error) => {
      if (!(error instanceof ConsoleError)) this.#bug(error); // the others are told in the log, the journal and status
    });
  }

  // -- status ------------------------------------------------------------------------------------------------------------

  limits(): Record<string, number> {
    const { maxLineBytes, maxInFlight, maxConnections, queueEvents, queueBytes, requestMs } = this.#o.limits;
    return { maxLineBytes, maxInFlight, maxConnections, queueEvents, queueBytes, requestMs };
  }

  configView(): ResultOf<"config.get"> {
    const { file, values } = this.#o.settings.view();
    return { file, values: { ...values } };
  }

  async status(): Promise<ResultOf<"status">> {
    const { notes, options, store, journal, router, settings, judge } = this.#o;
    const lag = await eventLoopLagMs();
    const stats = journal.stats();
    const lastError = this.#lastError ?? router.lastError;
    const idleInSecs = this.#presence.idleInSecs();
    const { suspended } = judge;
    return {
      pid: notes.pid,
      bootId: notes.bootId,
      version: VERSION,
      protocol: PROTOCOL,
      state: this.#stopping ? "stopping" : stats.readOnly !== undefined ? "read_only" : "running",
      startedAt: notes.startedAt,
      uptimeSecs: Math.round(systemClock.steady() / 1000),
      ephemeral: options.ephemeral,
      ...(idleInSecs === undefined ? {} : { idleInSecs }),
      workspace: options.workspace ?? null,
      socketPath: notes.socketPath,
      clients: { total: this.#server?.clients.total ?? 0, byKind: { ...this.#server?.clients.byKind } },
      sessions: count(store.list()),
      approvalsPending: store.inbox.pendingCount,
      safetyMode: judge.mode,
      ...(suspended === undefined ? {} : { safetyModeSuspended: suspended }),
      journal: {
        count: stats.count,
        head: stats.head,
        ok: stats.ok,
        lastVerifiedAt: stats.lastVerifiedAt,
        readOnly: stats.readOnly !== undefined,
      },
      rssBytes: residentBytes(),
      eventLoopLagMs: lag,
      ...(lastError === undefined ? {} : { lastError }),
      needsRestart: [...settings.needsRestart],
    };
  }
}

/** How late a timer that is due at once comes, ms: what a request waits before anybody looks at it. */
function eventLoopLagMs(): Promise<number> {
  const asked = systemClock.steady();
  return new Promise((resolve) => setTimeout(() => resolve(Math.round((systemClock.steady() - asked) * 10) / 10), 0));
}
