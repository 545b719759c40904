/** The configuration file as commands edit it: found, checked, and replaced as a whole. */
import { loadConfigFromProcess } from "../config/from_process.ts";
import { findConfigFile, type Loaded } from "../config/load.ts";
import type { Format } from "../config/parse.ts";
import { SCHEMA } from "../daemon/features.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { narrowUmask } from "../platform/process.ts";
import type { CommandContext } from "./context.ts";

/** @throws {ConsoleError} `config_invalid`, `unsafe_path` */
export function loadConfigFile(run: CommandContext): Promise<Loaded> {
  return loadConfigFromProcess(run.context.paths, SCHEMA, { socket: run.context.socketFlag });
}

/** The file that is there, else the one that would be made. @throws {ConsoleError} `config_invalid` where there are two */
export function configFileOf(run: CommandContext): { readonly file: string; readonly format: Format } {
  const { paths } = run.context;
  return findConfigFile({ paths, files: denoFiles }) ?? { file: paths.configJsonc, format: "jsonc" };
}

/**
 * Gives `edit` the text, null where there is no file, and writes what it returns; null removes the file.
 *
 * @returns the file
 * @throws {ConsoleError} `config_invalid`, `unsafe_path`: a file with errors or of another owner is not overwritten
 */
export async function editConfigFile(
  run: CommandContext,
  edit: (text: string | null, format: Format) => string | null,
): Promise<string> {
  const { paths: { root } } = run.context;
  const { file, format } = configFileOf(run);
  narrowUmask();
  if (denoFiles.stat(root) === undefined) denoFiles.mkdir(root, 0o700);
  const stat = denoFiles.stat(file);
  if (stat !== undefined) await loadConfigFile(run);
  const before = stat === undefined ? null : new TextDecoder().decode(denoFiles.read(file));
  const after = edit(before, format);
  if (after !== null) denoFiles.replace(file, new TextEncoder().encode(after), stat?.mode ?? 0o600);
  else if (stat !== undefined) denoFiles.remove(file);
  return file;
}
