/** From what a command threw to its exit code (product.md §3), with the message on stderr. */
import { visible, visibleLines } from "../domain/text.ts";
import { systemProblem } from "../platform/process.ts";
import { writeStderr } from "../platform/stdio.ts";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { ReaderGone } from "./output.ts";

export function exitCodeOf(error: unknown): number {
  if (error instanceof ReaderGone) return 0;
  if (error instanceof ConsoleError) {
    // Outside text may stand in a message; only the line breaks are ours.
    writeStderr(`agent-console: ${visibleLines(error.message)}\n`);
    const { exit } = error.details;
    return typeof exit === "number" ? exit : error.exitCode;
  }
  const problem = systemProblem(error);
  if (problem !== undefined) {
    writeStderr(`agent-console: Cannot go on: ${visible(problem)}\n`);
    return ERRORS.failed.exit;
  }
  writeStderr(`agent-console: a bug: ${visibleLines(String((error as Error)?.stack ?? error))}\n`);
  return ERRORS.internal.exit;
}
