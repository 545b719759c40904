/** The daemon as a process: its arguments in, its exit code out, what went wrong on stderr. */
import { escapeControlsKeepLines } from "../domain/sanitize.ts";
import { systemProblem } from "../platform/process.ts";
import { writeStderr } from "../platform/stdio.ts";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { runDaemon } from "./mod.ts";
import { parseDaemonArgs } from "./options.ts";

/** @param args the words after `daemon` */
export async function runDaemonCommand(args: readonly string[]): Promise<number> {
  try {
    return await runDaemon(parseDaemonArgs(args));
  } catch (error) {
    const problem = systemProblem(error);
    const said = error instanceof ConsoleError
      ? error.message
      : problem === undefined
      ? `a bug: ${String((error as Error)?.stack ?? error)}`
      : `Cannot go on: ${problem}`;
    writeStderr(`agent-console: ${escapeControlsKeepLines(said)}\n`);
    if (error instanceof ConsoleError) return error.exitCode;
    return problem === undefined ? ERRORS.internal.exit : ERRORS.failed.exit;
  }
}
