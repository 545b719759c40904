/** The daemon as a process: its arguments in, its exit code out, what went wrong on stderr. */
import { env, ownPid, systemProblem } from "../platform/process.ts";
import { writeStderr } from "../platform/stdio.ts";
import { errorText } from "../protocol/error_text.ts";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { activatedFd } from "./activated_socket.ts";
import { managerFacts } from "./manager_facts.ts";
import { runDaemon } from "./mod.ts";
import { parseDaemonArgs } from "./options.ts";

/** EX_CONFIG of sysexits.h: by it a service manager knows that the next start would end in the same way. */
const MANAGED_CONFIG_EXIT = 78;

/** @param args the words after `daemon` */
export async function runDaemonCommand(args: readonly string[]): Promise<number> {
  let managed = false;
  let activated: string | undefined;
  try {
    const options = parseDaemonArgs(args);
    managed = options.managed === true;
    activated = options.activated;
    return await runDaemon(options);
  } catch (error) {
    const problem = systemProblem(error);
    const bug = `this is a bug: ${String((error as Error)?.stack ?? error)}`;
    writeStderr(errorText(error instanceof ConsoleError ? error : { message: problem ?? bug }));
    const fd = managed ? activatedFd({ activated, inherited: managerFacts(env, ownPid()).sockets }) : undefined;
    if (fd !== undefined) {
      // Whatever it is: who waits would have the manager start the next one at once.
      const told = error instanceof ConsoleError
        ? error
        : new ConsoleError("start_failed", problem ?? "the daemon ended by a bug", {
          hint: "agent-console daemon logs",
        });
      await (await import("./refuse_waiting.ts")).refuseWaiting(fd, told);
    }
    if (error instanceof ConsoleError) {
      return managed && error.kind === "config_invalid" ? MANAGED_CONFIG_EXIT : error.exitCode;
    }
    return problem === undefined ? ERRORS.internal.exit : ERRORS.failed.exit;
  }
}
