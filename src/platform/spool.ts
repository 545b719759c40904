/**
 * Events of hooks that found no daemon, or one that did not reply: one file each, in the home, read by the next daemon.
 * Names sort by time. A file appears whole or not at all. The hook's fast path imports this file.
 */
import type { HomePaths } from "./home_paths.ts";
import type { FileStat } from "./system.ts";

export interface Spooled {
  readonly agent: string;
  readonly event: unknown;
  readonly env: Readonly<Record<string, string>>;
  readonly cutFrom?: number;
  readonly workspaceConfig?: string;
  readonly repositoryConfig?: string | null;
  /** The same key as on the wire, so that an event that was also delivered counts once. */
  readonly idempotencyKey: string;
}

export interface SpoolDisk {
  list(path: string): string[];
  stat(path: string): FileStat | undefined;
  mkdir(path: string, mode: number): void;
  create(path: string, bytes: Uint8Array, mode: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
}

/** Most files kept: where no daemon is ever started, hooks must not fill the disk. */
const MAX_FILES = 512;
const SUFFIX = ".json";
const PART = ".part";
/** Its age is the time since a hook last began to start a daemon. */
const STARTING = "starting";
/** There since a daemon did not reply to a hook in time, until it looks again; {@link spooledNames} passes over it. */
const HUNG = "daemon-hung";
/** A write takes no longer, ms. */
const PART_MS = 60_000;

/** Names of whole spooled events, oldest first. */
export function spooledNames(disk: Pick<SpoolDisk, "list">, paths: HomePaths): string[] {
  return disk.list(paths.spool).filter((name) => name.endsWith(SUFFIX)).sort();
}

export interface SpoolSize {
  readonly events: number;
  readonly bytes: number;
}

/** How much waits for the next daemon. */
export function spoolSize(disk: Pick<SpoolDisk, "list" | "stat">, paths: HomePaths): SpoolSize {
  const sizes = spooledNames(disk, paths).map((name) => disk.stat(`${paths.spool}/${name}`)?.size ?? 0);
  return { events: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** When the event of this file happened, ms since the epoch; undefined where the name does not say. */
export function spooledAt(name: string): number | undefined {
  const digits = /^(\d{1,15})-/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Keeps one event; in a full spool the oldest make room. @returns the file's name */
export function spoolEvent(disk: SpoolDisk, paths: HomePaths, event: Spooled, now: number): string {
  if (disk.stat(paths.root) === undefined) disk.mkdir(paths.root, 0o700);
  if (disk.stat(paths.spool) === undefined) disk.mkdir(paths.spool, 0o700);
  const names = spooledNames(disk, paths);
  for (const oldest of names.slice(0, Math.max(0, names.length - MAX_FILES + 1))) {
    disk.remove(`${paths.spool}/${oldest}`);
  }
  const name = `${String(now).padStart(15, "0")}-${event.idempotencyKey}${SUFFIX}`;
  const part = `${paths.spool}/${name}${PART}`;
  disk.create(part, new TextEncoder().encode(JSON.stringify(event)), 0o600);
  disk.rename(part, `${paths.spool}/${name}`);
  return name;
}

/**
 * Whether this hook should start a daemon: not where another one began to within `withinMs`. True for one, or a few, of
 * many hooks at the same time; the start lock decides between them.
 */
export function claimStart(disk: SpoolDisk, paths: HomePaths, now: number, withinMs: number): boolean {
  const marker = `${paths.spool}/${STARTING}`;
  const begun = disk.stat(marker)?.mtimeMs;
  if (begun !== undefined && Math.abs(now - begun) < withinMs) return false;
  disk.remove(marker);
  try {
    disk.create(marker, new Uint8Array(0), 0o600);
    return true;
  } catch {
    return false; // another hook was quicker
  }
}

/** Whether a hook found that the daemon hangs, and it has not answered since: others need not wait for it too. */
export function isHung(disk: Pick<SpoolDisk, "stat">, paths: HomePaths): boolean {
  return disk.stat(`${paths.spool}/${HUNG}`) !== undefined;
}

/** Says so to the hooks that come. The spool is there: an event was put into it. */
export function markHung(disk: Pick<SpoolDisk, "create">, paths: HomePaths): void {
  try {
    disk.create(`${paths.spool}/${HUNG}`, new Uint8Array(0), 0o600);
  } catch {
    // Another hook was quicker.
  }
}

/** By a daemon that runs, or by a hook that finds that none does. */
export function unmarkHung(disk: Pick<SpoolDisk, "remove">, paths: HomePaths): void {
  disk.remove(`${paths.spool}/${HUNG}`);
}

/** Parts of files whose hook was ended in the middle: they will never be whole. */
export function staleParts(disk: Pick<SpoolDisk, "list" | "stat">, paths: HomePaths, now: number): string[] {
  return disk.list(paths.spool).filter((name) => {
    const changed = name.endsWith(PART) ? disk.stat(`${paths.spool}/${name}`)?.mtimeMs : undefined;
    return changed !== undefined && now - changed > PART_MS;
  });
}
