/**
 * Events of hooks that found no daemon, or one that did not answer: a file each, in the home, taken up by the next
 * daemon. Names sort by time. A file appears whole or not at all. The hook's fast path imports this file.
 */
import type { HomePaths } from "./home.ts";
import type { FileStat } from "./system.ts";

export interface Spooled {
  readonly agent: string;
  readonly event: unknown;
  readonly env: Readonly<Record<string, string>>;
  /** The same key as on the wire, so that an event that was also delivered counts once. */
  readonly idempotencyKey: string;
}

export interface SpoolDisk {
  list(path: string): string[];
  stat(path: string): FileStat | undefined;
  mkdir(path: string, mode: number): void;
  create(path: string, bytes: Uint8Array, mode: number): void;
  rename(from: string, to: string): void;
}

/** Most files kept: where nobody ever starts a daemon, hooks must not fill the disk. */
const MAX_FILES = 512;
const SUFFIX = ".json";

/** Names of whole spooled events, oldest first. */
export function spooledNames(disk: Pick<SpoolDisk, "list">, paths: HomePaths): string[] {
  return disk.list(paths.spool).filter((name) => name.endsWith(SUFFIX)).sort();
}

/**
 * Keeps one event.
 *
 * @returns whether somebody else has spooled within `recentMs`, and so has a daemon on its way; undefined where the
 *   spool is full and the event is dropped
 */
export function spool(
  disk: SpoolDisk,
  paths: HomePaths,
  event: Spooled,
  now: number,
  recentMs: number,
): { readonly name: string; readonly startedByOther: boolean } | undefined {
  if (disk.stat(paths.root) === undefined) disk.mkdir(paths.root, 0o700);
  if (disk.stat(paths.spool) === undefined) disk.mkdir(paths.spool, 0o700);
  const names = spooledNames(disk, paths);
  if (names.length >= MAX_FILES) return undefined;
  const name = `${String(now).padStart(15, "0")}-${event.idempotencyKey}${SUFFIX}`;
  const part = `${paths.spool}/${name}.part`;
  disk.create(part, new TextEncoder().encode(JSON.stringify(event)), 0o600);
  disk.rename(part, `${paths.spool}/${name}`);
  const newest = Number(names.at(-1)?.split("-")[0] ?? 0);
  return { name, startedByOther: now - newest < recentMs };
}
