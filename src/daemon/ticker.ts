/** The one timer of the daemon at rest: what has to be looked at because nobody tells us. */
import { LivenessSweep, type Watched } from "../agents/liveness.ts";
import { DAEMON } from "../core/actor.ts";
import type { Core } from "../core/handler.ts";
import { decideDelete, decideUpdate, isRefusal } from "../domain/decide.ts";
import { forgettable } from "../domain/query.ts";
import { after, every, systemClock } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { probe, PS_PATHS } from "../platform/processes.ts";
import { mayRun } from "../platform/process.ts";
import type { ProcessInfo } from "../platform/system.ts";
import type { Feeds } from "./feeds.ts";
import { takeSpool } from "./spool_intake.ts";
import { writePid } from "./instance.ts";
import type { LifecycleOptions } from "./lifecycle.ts";
import type { UnixServer } from "../transport/unix_listener.ts";
import type { Presence } from "./presence.ts";

export interface TickerOptions extends LifecycleOptions {
  readonly core: Core;
  readonly presence: Presence;
  readonly server: Pick<UnixServer, "served">;
  /** Of our socket file. */
  readonly inode: number | null | undefined;
  readonly onSocketLost: () => void;
}

/** Between two looks, ms: well under the minute in which a replaced socket must be noticed (S7). */
const TICK_MS = 10_000;
/** After the start, when the first hello has had its answer, ms. */
const SETTLE_MS = 20;
/** Closed sessions that are kept, and the most that are forgotten in one look. */
const CLOSED_KEPT = 1000;
const FORGET_AT_ONCE = 200;
/** A snapshot is due after so many records, or four times the rows: it must cost less than what it saves. */
const SNAPSHOT_RECORDS = 4096;

export class Ticker {
  #o: TickerOptions;
  #sweep: LivenessSweep;
  #off: () => void = () => {};
  #probing = false;
  #stopped = false;
  /** Seq of the last snapshot of this run; a start that had much to replay is followed by one. */
  #snapshotAt = 0;
  #seenWork = 0;
  #feeds: Feeds | undefined;
  #collectedAt = 0;

  constructor(options: TickerOptions) {
    this.#o = options;
    this.#sweep = new LivenessSweep(options.notes.pid);
  }

  start(): void {
    this.#intake();
    after(SETTLE_MS, () => void this.#settle());
  }

  /** Nothing is committed or written after this, also by looks that are under way. */
  stop(): void {
    this.#off();
    this.#feeds?.stop();
    this.#stopped = true;
  }

  /** What the start left for later so that it could be quick. */
  async #settle(): Promise<void> {
    const { log, paths, settings, notes } = this.#o;
    if (this.#stopped) return;
    this.#off = every(TICK_MS, () => this.#tick());
    await log.open();
    if (this.#stopped) return;
    this.#intake(); // hooks that failed to connect an instant before we listened
    const own = await probe(psPath(), [notes.pid]);
    if (!this.#stopped && own !== "unknown" && own[0] !== undefined) {
      try {
        writePid(paths, settings.pidFilePath, notes, own[0].startedAt);
      } catch (error) {
        log.warn("the pid file stays without a start time", { error: String(error) });
      }
    }
    await this.#look();
    await this.#startFeeds();
  }

  /** Where all are off they cost nothing, not even their loading. */
  async #startFeeds(): Promise<void> {
    if (!Object.values(this.#o.settings.booted.feeds).includes(true)) return;
    const { Feeds } = await import("./feeds.ts");
    if (this.#stopped) return;
    const { broker } = this.#o;
    const feeds = new Feeds({ ...this.#o, ask: (report, ask, signal) => broker.put(report, ask, signal) });
    broker.askedByFeed = (agent, sessionId) => feeds.asks(agent, sessionId);
    this.#feeds = feeds;
    feeds.start();
  }

  #tick(): void {
    const { store, journal, presence, notes, inode, log, onSocketLost } = this.#o;
    const stat = denoFiles.stat(notes.socketPath);
    if (stat?.inode !== inode) return onSocketLost();
    this.#intake();
    presence.check();
    void this.#look();
    this.#feeds?.look();
    if (store.seq - this.#snapshotAt >= Math.max(SNAPSHOT_RECORDS, 4 * store.size)) {
      this.#snapshotAt = store.seq;
      journal.snapshot(store.save()).catch((error) => log.warn("no snapshot", { error: String(error) }));
    }
    this.#forget();
    this.#collect();
  }

  /** Old closed rows go, so that a year of short sessions does not fill the memory; the journal keeps their records. */
  #forget(): void {
    const { store, journal } = this.#o;
    if (store.size <= CLOSED_KEPT || journal.stats().readOnly !== undefined) return;
    for (const { id } of forgettable(store.sessions(), CLOSED_KEPT).slice(0, FORGET_AT_ONCE)) {
      const change = decideDelete(store.get(id), id);
      if (!isRefusal(change)) store.commit(change, DAEMON);
    }
  }

  /**
   * V8 gives memory back only when it is asked or when it allocates; a daemon at rest does neither. So it is asked
   * once, a whole tick after the last event or client: the pause, some 20 ms, finds nobody who waits.
   */
  #collect(): void {
    const work = this.#o.store.seq + this.#o.server.served;
    if (work !== this.#seenWork) this.#seenWork = work;
    else if (work !== this.#collectedAt) {
      this.#collectedAt = work;
      collectGarbage();
    }
  }

  #intake(): void {
    takeSpool(this.#o.paths, this.#o.core, this.#o.log, systemClock.now());
  }

  /** Asks the process table about the agents of open rows, and only then. */
  async #look(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    try {
      const { store } = this.#o;
      const rows = [...store.sessions()].flatMap(({ id, status, pid, lastEventAt }) =>
        status === "closed" || pid === undefined || store.isLost(id) ? [] : [{ id, pid, lastEventAt }]
      );
      const pids = this.#sweep.pids(rows);
      if (pids.length === 0) return;
      const seen = await probe(psPath(), pids);
      if (this.#stopped) return;
      for (const { id, pid } of this.#sweep.sweep(rows, seen)) {
        // A session that was resumed while we looked is another process's now.
        if (store.get(id)?.pid !== pid) continue;
        store.setLost(id, DAEMON);
        this.#o.core.approvals.over(id, "its process is gone");
      }
      if (seen !== "unknown") {
        this.#noteProved(rows, seen);
        this.#noteTerminals(rows, seen);
      }
    } catch (error) {
      this.#o.log.warn("could not look for lost agents", { error: String(error) });
    } finally {
      this.#probing = false;
    }
  }

  /** After a restart: rows whose process is there are what they were. */
  #noteProved(rows: readonly Watched[], seen: readonly ProcessInfo[]): void {
    const { store } = this.#o;
    const pids = new Set(seen.map(({ pid }) => pid));
    for (const { id, pid } of rows) if (pids.has(pid) && !store.isLost(id)) store.setProved(id, DAEMON);
  }

  /** A hook has no terminal of its own; its agent has, and the process table knows which. */
  #noteTerminals(rows: readonly Watched[], seen: readonly ProcessInfo[]): void {
    const { store, core } = this.#o;
    const ttys = new Map(seen.map(({ pid, tty }) => [pid, tty]));
    for (const { id, pid } of rows) {
      const tty = ttys.get(pid);
      const session = store.get(id);
      if (tty === undefined || session?.tty !== undefined || session?.pid !== pid || store.isLost(id)) continue;
      const change = decideUpdate(session, { id }, { tty }, core.now());
      if (!isRefusal(change)) store.commit(change, DAEMON);
    }
  }
}

function psPath(): string {
  return PS_PATHS.find((path) => mayRun(path)) ?? PS_PATHS[0] ?? "ps";
}

/** V8's own function, there with --expose-gc (platform/sandbox.ts); the flavour also gives free pages back to the system. */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: (how: { readonly type: "major"; readonly flavor: "last-resort" }) => void };
  gc?.({ type: "major", flavor: "last-resort" });
}
