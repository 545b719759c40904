/** The daemon with a feature that tightens approvals; the rest of the command line is the daemon's own. */
import { FEATURES } from "../../../src/daemon/features.ts";
import { runDaemon } from "../../../src/daemon/mod.ts";
import { parseDaemonArgs } from "../../../src/daemon/options.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { guard } from "./mod.ts";

Deno.exit(await runDaemon(parseDaemonArgs(Deno.args), LIMITS, [...FEATURES, guard]));
