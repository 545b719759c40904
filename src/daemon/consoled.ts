/** The entry point of the daemon, run inside its sandbox (platform/sandbox.ts computes it). */
import { exit, processArgs } from "../platform/process.ts";
import { runDaemonCommand } from "./command.ts";

exit(await runDaemonCommand(processArgs()));
