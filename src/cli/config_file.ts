/** The configuration file as commands edit it: found, checked, and replaced as a whole. */
import { assertSafe } from "../config/endpoint.ts";
import { loadConfigFromProcess } from "../config/from_process.ts";
import { findConfigFile, type Loaded } from "../config/load.ts";
import { type Format, readSource } from "../config/parse.ts";
import { SCHEMA } from "../daemon/features.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { denoFiles, withoutPath } from "../platform/deno_files.ts";
import { checkOwnFile } from "../platform/path_safety.ts";
import { narrowUmask, ownUid } from "../platform/process.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import { ConsoleError } from "../protocol/errors.ts";
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
 * @throws {ConsoleError} `config_invalid`, `unsafe_path`: a file that cannot be read, or is of another owner, is not overwritten; errors of
 *   other keys are left for their own edits; `failed` where it cannot be written, which leaves it as it was
 */
export function editConfigFile(
  run: CommandContext,
  edit: (text: string | null, format: Format) => string | null,
): string {
  const { paths: { root } } = run.context;
  const { file, format } = configFileOf(run);
  narrowUmask();
  writing(file, () => denoFiles.stat(root) === undefined && denoFiles.mkdir(root, 0o700));
  const stat = denoFiles.stat(file);
  if (stat !== undefined) assertSafe(file, checkOwnFile(stat, ownUid()));
  const before = stat === undefined ? null : new TextDecoder().decode(denoFiles.read(file));
  if (before !== null && format === "jsonc") assertReadable(before, file);
  const after = edit(before, format);
  writing(file, () => {
    if (after !== null) denoFiles.replace(file, new TextEncoder().encode(after), stat?.mode ?? 0o600);
    else if (stat !== undefined) denoFiles.remove(file);
  });
  return file;
}

/** @throws {ConsoleError} `failed` for what the system refuses: the file is written beside the old one, which stays */
function writing(file: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const why = escapeControls(withoutPath(problem, file));
    throw new ConsoleError("failed", `${escapeControls(file)} cannot be written, and is as it was: ${why}`, {
      hint: "the folder must be yours, with room on its disk; then run the command again",
    });
  }
}

/** Text that is no JSON has no place for a key. @throws {ConsoleError} `config_invalid` */
function assertReadable(text: string, file: string): void {
  try {
    readSource(text.trim() === "" ? "{}" : text, file, "jsonc");
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    const quoted = shellQuote([file]);
    throw new ConsoleError(error.kind, `nothing can be set in a file that cannot be read: ${error.message}`, {
      hint: `mend that place by hand, or begin anew: mv ${quoted} ${shellQuote([`${file}.broken`])}`,
    });
  }
}
