/** From what a command threw to its exit code (product.md §3), with the message on stderr. */
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import { systemProblem } from "../platform/process.ts";
import { writeStderr } from "../platform/stdio.ts";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { ReaderGone } from "./output.ts";

export function exitCodeOf(error: unknown): number {
  if (error instanceof ReaderGone) return 0;
  if (error instanceof ConsoleError) {
    // Outside text may stand in a message; only the line breaks are ours.
    writeStderr(`agent-console: ${escapeControlsKeepLines(error.message)}\n`);
    const { exit } = error.details;
    return typeof exit === "number" ? exit : error.exitCode;
  }
  const problem = systemProblem(error);
  if (problem !== undefined) {
    writeStderr(`agent-console: Cannot go on: ${escapeControls(problem)}\n`);
    return ERRORS.failed.exit;
  }
  writeStderr(`agent-console: a bug: ${escapeControlsKeepLines(String((error as Error)?.stack ?? error))}\n`);
  return ERRORS.internal.exit;
}
