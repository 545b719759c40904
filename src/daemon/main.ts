/** The entry point of the daemon, run inside its sandbox (platform/sandbox.ts computes it). */
import { exit, processArgs } from "../platform/process.ts";
import { runDaemonCommand } from "./command.ts";

// Not awaited: as long as the module itself is on the stack, the first error that is made (a file that is not there) has
// V8 parse all of it once more, for the positions in its trace. In a bundle that is 6 ms of each start.
Promise.resolve().then(() => runDaemonCommand(processArgs())).then(exit);
