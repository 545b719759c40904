/** The daemon with a feature that cannot start behind the others; the command line is the daemon's own. */
import type { Feature } from "../../../src/core/service.ts";
import { FEATURES } from "../../../src/daemon/features.ts";
import { runDaemon } from "../../../src/daemon/mod.ts";
import { parseDaemonArgs } from "../../../src/daemon/options.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { dummy } from "./mod.ts";

const broken: Feature = {
  name: "broken",
  create: () => ({
    service: {
      start: () => {
        throw new Error("broken cannot start");
      },
    },
  }),
};

try {
  await runDaemon(parseDaemonArgs(Deno.args), LIMITS, [...FEATURES, dummy, broken]);
} catch (error) {
  // deno-lint-ignore no-console
  console.error(`refused: ${(error as Error).message}`);
  Deno.exit(70);
}
