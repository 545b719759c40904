/** What a settings file was before our first installation, kept in our own home folder. */
import { dirname, join } from "@std/path";
import type { Files, Sha256 } from "../platform/system.ts";
import { isFields } from "../lib/json_fields.ts";
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

const encoder = new TextEncoder();

/** One backup for each settings file, named by its agent and its path's hash. */
export function backupPath(
  { home, agent, file }: { readonly home: string; readonly agent: { readonly name: string }; readonly file: string },
  sha256: Sha256,
): string {
  return join(home, "backups", `${agent.name}-hooks-${sha256(encoder.encode(file)).slice(0, 16)}.json`);
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
  const { file, original, found = original, installed, programs = [] } = value;
  if (typeof file !== "string" || !isText(original) || !isText(found)) return undefined;
  if (!Array.isArray(installed) || !Array.isArray(programs)) return undefined;
  return { file, original, found, installed: installed.filter(isString), programs: programs.filter(isProgram) };
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

/** 0600: settings may hold credentials. */
export function writeBackup(files: Files, path: string, backup: Backup): void {
  const folder = dirname(path);
  if (files.stat(folder) === undefined) files.mkdir(folder, 0o700);
  files.replace(path, encoder.encode(JSON.stringify(backup) + "\n"), 0o600);
}
