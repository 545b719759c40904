/** From what a command threw to its exit code (product.md §3), with the message on stderr. */
import { writeStderr } from "../platform/stdio.ts";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { ReaderGone } from "./output.ts";

export function exitCodeOf(error: unknown): number {
  if (error instanceof ReaderGone) return 0;
  if (error instanceof ConsoleError) {
    writeStderr(`agent-console: ${error.message}\n`);
    const { exit } = error.details;
    return typeof exit === "number" ? exit : error.exitCode;
  }
  writeStderr(`agent-console: a bug: ${String((error as Error)?.stack ?? error)}\n`);
  return ERRORS.internal.exit;
}
