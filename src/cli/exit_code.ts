/** From what a command threw to its exit code, with the message on stderr. */
import { isNoRoom, MAKE_ROOM } from "../platform/disk_space.ts";
import { systemProblem } from "../platform/process.ts";
import { errorText } from "../protocol/error_text.ts";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { ReaderGone, writeError } from "./output.ts";

export function exitCodeOf(error: unknown): number {
  if (error instanceof ReaderGone) return 0;
  if (error instanceof ConsoleError) {
    const { message, hint = hintFor(message) } = error;
    writeError(errorText({ message, hint }));
    const { exit } = error.details;
    return typeof exit === "number" ? exit : error.exitCode;
  }
  const problem = systemProblem(error);
  if (problem !== undefined) {
    writeError(errorText({ message: problem, hint: hintFor(problem) }));
    return ERRORS.failed.exit;
  }
  writeError(errorText({ message: `this is a bug: ${String((error as Error)?.stack ?? error)}` }));
  return ERRORS.internal.exit;
}

/** Whichever command it was: what the system said is in the message. */
function hintFor(message: string): string | undefined {
  return isNoRoom(message) ? MAKE_ROOM : undefined;
}
