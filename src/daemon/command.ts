/** The daemon as a process: its arguments in, its exit code out, what went wrong on stderr. */
import { systemProblem } from "../platform/process.ts";
import { writeStderr } from "../platform/stdio.ts";
import { errorText } from "../protocol/error_text.ts";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { runDaemon } from "./mod.ts";
import { parseDaemonArgs } from "./options.ts";

/** @param args the words after `daemon` */
export async function runDaemonCommand(args: readonly string[]): Promise<number> {
  try {
    return await runDaemon(parseDaemonArgs(args));
  } catch (error) {
    const problem = systemProblem(error);
    const bug = `this is a bug: ${String((error as Error)?.stack ?? error)}`;
    writeStderr(errorText(error instanceof ConsoleError ? error : { message: problem ?? bug }));
    if (error instanceof ConsoleError) return error.exitCode;
    return problem === undefined ? ERRORS.internal.exit : ERRORS.failed.exit;
  }
}
