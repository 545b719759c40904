/** What a settings file was before our first installation, kept in our own home folder. */
import { join } from "@std/path";
import type { Files, Sha256 } from "../platform/system.ts";
import { isFields } from "./fields.ts";

export interface Backup {
  readonly file: string;
  /** The text before; null where there was no file. */
  readonly original: string | null;
  /** sha256 of each text that we left there since: while the file is one of them, nobody else has changed it. */
  readonly installed: readonly string[];
}

const encoder = new TextEncoder();

/** One backup for each settings file, named by its path's hash. */
export function backupPath(home: string, file: string, sha256: Sha256): string {
  return join(home, "backups", `claude-hooks-${sha256(encoder.encode(file)).slice(0, 16)}.json`);
}

/** Undefined where there is none, or none that can be used: uninstalling then removes our entries one by one. */
export function readBackup(files: Files, path: string): Backup | undefined {
  if (files.stat(path)?.kind !== "file") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(files.read(path)));
  } catch {
    return undefined;
  }
  if (!isFields(value)) return undefined;
  const { file, original, installed } = value;
  if (typeof file !== "string" || !(original === null || typeof original === "string")) return undefined;
  if (!Array.isArray(installed)) return undefined;
  return { file, original, installed: installed.filter((hash) => typeof hash === "string") };
}

/** 0600: settings may hold credentials. */
export function writeBackup(files: Files, path: string, backup: Backup): void {
  files.replace(path, encoder.encode(JSON.stringify(backup) + "\n"), 0o600);
}
