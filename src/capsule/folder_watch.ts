/**
 * Checks the folders of granted capsules soon after the kernel reports a write in them. The tick checks them too, and finds
 * what no watch has reported.
 */
import { Bucket } from "../core/bucket.ts";
import type { FeatureContext } from "../core/service.ts";
import { setTimer, systemClock } from "../platform/clock.ts";
import type { Log } from "../platform/system.ts";
import { watchFolders } from "../platform/watch_files.ts";
import type { ChangedFolders } from "./changes.ts";
import type { DeadlineClock } from "./process/deadlines.ts";
import { type CapsulesSettings, workspaceCapsules } from "./section.ts";

/** A check comes so long after the last write of a burst, and so long after its first at the latest, ms. */
const QUIET_MS = 200;
const LATEST_MS = 2000;
/** The least time between two checks, ms. */
const EVERY_MS = 1000;
/**
 * Between the end of a watch and the next one, ms. Deno 2.9.6 ends it some turns later, and until then a watch of a path under
 * which there is another folder now goes to the one before: it reports nothing.
 */
const END_MS = 50;
/** A program that writes without end gets 30 checks, and then one in 10 s. */
const CHECK_BUDGET = { burst: 30, perSecond: 0.1 } as const;

/** Of the places that the daemon's sandbox was made for: the home, and the workspaces that were trusted at its start. */
export function watchGranted(context: FeatureContext<CapsulesSettings>, changes: ChangedFolders): FolderWatch {
  const { isReadOnly, log, paths, settings } = context;
  const places = [paths.capsules, ...settings.booted.trusted_workspaces.map(workspaceCapsules)];
  return new FolderWatch({
    folders: () => changes.folders(places),
    check: () => {
      if (!isReadOnly()) changes.check();
    },
    watch: watchFolders,
    clock: { ...systemClock, setTimer },
    log,
  });
}

export interface FolderWatchOptions {
  /** Those to watch, as they are now, sorted. Never throws. */
  readonly folders: () => readonly string[];
  readonly check: () => void;
  readonly watch: typeof watchFolders;
  readonly clock: DeadlineClock;
  readonly log: Pick<Log, "warn">;
}

export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #budget: Bucket;
  #watched: ReadonlySet<string> = new Set();
  /** Of the watch, where there is one. */
  #end: AbortController | undefined;
  /** A watched folder itself was moved, removed or made: by its path another one may be there. */
  #isStale = false;
  /** It was said that there is no watch. */
  #isTold = false;
  #isStopped = false;
  /** The times of the first and the last write since the last check. */
  #burst: { readonly first: number; readonly last: number } | undefined;
  #hasTimer = false;
  /** When the last watch was ended, and whether the next one waits for that. */
  #endedAt = -Infinity;
  #isEnding = false;
  #checkedAt = -Infinity;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    const { burst, perSecond } = CHECK_BUDGET;
    this.#budget = new Bucket(burst, perSecond, () => options.clock.steady());
  }

  /** Watches the folders as they are now. For each tick, and where other capsules are granted. Never throws. */
  follow(): void {
    if (this.#isStopped) return;
    const folders = this.#options.folders();
    const isSame = folders.length === this.#watched.size && folders.every((folder) => this.#watched.has(folder));
    if (isSame && !this.#isStale) return;
    this.#unwatch();
    if (folders.length === 0) return;
    const { clock } = this.#options;
    const waitMs = this.#endedAt + END_MS - clock.steady();
    if (waitMs <= 0) return this.#watch(folders);
    if (this.#isEnding) return;
    this.#isEnding = true;
    clock.setTimer(waitMs, () => {
      this.#isEnding = false;
      this.follow();
      if (!this.#isStopped) this.#changed([]); // what was written meanwhile
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#unwatch();
  }

  #unwatch(): void {
    if (this.#end !== undefined) this.#endedAt = this.#options.clock.steady();
    this.#end?.abort();
    this.#end = undefined;
    this.#watched = new Set();
    this.#isStale = false;
  }

  #watch(folders: readonly string[]): void {
    const end = new AbortController();
    const failed = (reason: string) => {
      this.#unwatch(); // the next tick tries again
      if (!this.#isTold) this.#options.log.warn("changes of capsules are seen by the tick alone", { reason });
      this.#isTold = true;
    };
    try {
      this.#options.watch(folders, { changed: (paths) => this.#changed(paths), failed, signal: end.signal });
    } catch (error) {
      return failed((error as Error).message);
    }
    this.#end = end;
    this.#watched = new Set(folders);
    this.#isTold = false;
  }

  #changed(paths: readonly string[]): void {
    this.#isStale ||= paths.some((path) => this.#watched.has(path));
    const now = this.#options.clock.steady();
    this.#burst = { first: this.#burst?.first ?? now, last: now };
    this.#wait(this.#burst);
  }

  /** Sets one timer, however many writes are reported. */
  #wait({ first, last }: { readonly first: number; readonly last: number }): void {
    if (this.#hasTimer) return;
    const { clock } = this.#options;
    const at = Math.max(Math.min(last + QUIET_MS, first + LATEST_MS), this.#checkedAt + EVERY_MS);
    this.#hasTimer = true;
    clock.setTimer(Math.max(0, at - clock.steady()), () => {
      this.#hasTimer = false;
      this.#onTimer();
    });
  }

  #onTimer(): void {
    if (this.#isStopped || this.#burst === undefined) return;
    const { clock, check, log } = this.#options;
    const now = clock.steady();
    const { first, last } = this.#burst;
    if (now < Math.min(last + QUIET_MS, first + LATEST_MS)) return this.#wait(this.#burst);
    this.#burst = undefined;
    this.#checkedAt = now;
    if (this.#budget.isEmpty) return; // the tick checks
    this.#budget.take(1);
    this.follow(); // first: what changes in a new folder from here on is reported
    try {
      check();
    } catch (error) {
      log.warn("the folders of capsules were not checked", { reason: (error as Error).message });
    }
  }
}
