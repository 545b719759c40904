/** Where it is kept which feeds an installation of hooks has turned on: among the backups in our own home folder. */
import { isFields } from "../lib/json_fields.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import type { Files } from "../platform/system.ts";
import type { FeedRecord } from "./feed_keys.ts";

type Disk = Pick<Files, "mkdir" | "read" | "remove" | "replace" | "stat">;

/** Undefined where there is none, or none that can be used: then nothing is turned off. */
export function readFeedRecord(files: Disk, { backups }: Pick<HomePaths, "backups">): FeedRecord | undefined {
  const path = recordPath(backups);
  if (files.stat(path)?.kind !== "file") return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(files.read(path)));
    if (!isFields(value)) return undefined;
    const { keys, since, original, made } = value;
    return areTexts(keys) && areTexts(since) && isText(original) && isText(made)
      ? { keys, since, original, made }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Without keys it goes. 0600, as the configuration itself. */
export function writeFeedRecord(files: Disk, { backups }: Pick<HomePaths, "backups">, record: FeedRecord): void {
  const path = recordPath(backups);
  if (record.keys.length > 0) {
    if (files.stat(backups) === undefined) files.mkdir(backups, 0o700);
    files.replace(path, new TextEncoder().encode(JSON.stringify(record) + "\n"), 0o600);
  } else if (files.stat(path) !== undefined) files.remove(path);
}

function recordPath(backups: string): string {
  return `${backups}/feeds.json`;
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isText(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}
