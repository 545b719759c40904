/** What a settings file was before our first installation, kept in our own home folder. */
import { dirname, join } from "@std/path";
import { checkHomeFolder, checkOwnFile } from "../platform/path_safety.ts";
import type { Files, Sha256 } from "../platform/system.ts";
import { type Fields, isFields } from "../lib/json_fields.ts";
import type { Argv } from "../agents/shared/hook_spec.ts";

export interface Backup {
  readonly file: string;
  /** The text before our first installation, untouched; null where there was no file. */
  readonly original: string | null;
  /** The text that the present installation found: `original` until somebody else changes the file. */
  readonly found: string | null;
  /** sha256 of each text that we made of `found`: while the file has one of them, only we have changed it. */
  readonly installed: readonly string[];
  /** Each program that was registered. */
  readonly programs: readonly Argv[];
}

/** More than any settings file twice over, bytes. */
const MAX_BYTES = 16_777_216;

/** By what a backup is read. */
export interface BackupReader {
  readonly files: Files;
  readonly sha256: Sha256;
  /** Ours; null where the platform has none. */
  readonly uid: number | null;
}

const encoder = new TextEncoder();

/** One backup for each settings file, named by its agent and its path's hash. */
export function backupPath(
  { home, agent, file }: { readonly home: string; readonly agent: { readonly name: string }; readonly file: string },
  sha256: Sha256,
): string {
  return join(home, "backups", `${agent.name}${nameEnd(file, sha256)}`);
}

function nameEnd(file: string, sha256: Sha256): string {
  return `-hooks-${sha256(encoder.encode(file)).slice(0, 16)}.json`;
}

/**
 * Undefined where there is none, or none that can be used: uninstalling then removes our entries one by one. What it says is
 * written into settings, so the file and both folders above it must be ours, and its name must be the one of what it is for.
 */
export function readBackup({ files, sha256, uid }: BackupReader, path: string): Backup | undefined {
  const value = readKept({ files, uid }, path);
  if (value === undefined) return undefined;
  const { file, original, found = original, installed, programs = [] } = value;
  if (typeof file !== "string" || !isText(original) || !isText(found)) return undefined;
  if (!path.endsWith(nameEnd(file, sha256))) return undefined;
  if (!Array.isArray(installed) || !Array.isArray(programs)) return undefined;
  return { file, original, found, installed: installed.filter(isString), programs: programs.filter(isProgram) };
}

/** A file of ours among the backups, as an object; undefined where it is not one that can be relied on. */
export function readKept({ files, uid }: Pick<BackupReader, "files" | "uid">, path: string): Fields | undefined {
  const stat = files.stat(path);
  if (stat === undefined || stat.size > MAX_BYTES || checkOwnFile(stat, uid) !== undefined) return undefined;
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    const around = files.stat(folder);
    if (around === undefined || checkHomeFolder(folder, around, uid) !== undefined) return undefined;
  }
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(files.read(path)));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isText(value: unknown): value is string | null {
  return value === null || isString(value);
}

function isProgram(value: unknown): value is Argv {
  return Array.isArray(value) && value.length > 0 && value.every(isString);
}

export function writeBackup(files: Files, path: string, backup: Backup): void {
  writeKept(files, path, backup);
}

/** 0600: settings may hold credentials. */
export function writeKept(files: Files, path: string, kept: unknown): void {
  const folder = dirname(path);
  if (files.stat(folder) === undefined) files.mkdir(folder, 0o700);
  files.replace(path, encoder.encode(JSON.stringify(kept) + "\n"), 0o600);
}
