/** The daemon with one more line in its list of features; the rest of the command line is the daemon's own. */
import { FEATURES } from "../../../src/daemon/features.ts";
import { runDaemon } from "../../../src/daemon/mod.ts";
import { parseDaemonArgs } from "../../../src/daemon/options.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { dummy } from "./mod.ts";

Deno.exit(await runDaemon(parseDaemonArgs(Deno.args), { ...LIMITS, tickMs: 1000 }, [...FEATURES, dummy]));
