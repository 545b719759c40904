/** The daemon as a process: its arguments in, its exit code out, what went wrong on stderr. */
import { writeStderr } from "../platform/stdio.ts";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { runDaemon } from "./mod.ts";
import { parseDaemonArgs } from "./options.ts";

/** @param args the words after `daemon` */
export async function runDaemonCommand(args: readonly string[]): Promise<number> {
  try {
    return await runDaemon(parseDaemonArgs(args));
  } catch (error) {
    const known = error instanceof ConsoleError;
    writeStderr(`agent-console: ${known ? error.message : String((error as Error)?.stack ?? error)}\n`);
    return known ? error.exitCode : ERRORS.internal.exit;
  }
}
