/**
 * `deno task demo [--fast] [--log] [--for SECONDS]`: a morning of seven agents in 20 seconds. Their hook events go to a real daemon in a
 * temporary home, whose real dashboard shows them at a terminal; with `--log`, and elsewhere, `watch` does. What they ask
 * the viewer answers. Ctrl-C ends it early; its home is gone either way.
 */
import { parseArgs } from "@std/cli/parse-args";
import { CommandEnded } from "../../src/cli/tree/shared.ts";
import { canTakeScreen } from "../../src/platform/stdio.ts";
import { dashboardDemo, INTERRUPTED } from "./demo_dashboard.ts";
import { logDemo } from "./demo_log.ts";
import { say } from "./demo_show.ts";

/** Time between two events, ms: with the answer and what follows it the whole lasts 20 s. */
const PACE_MS = 700;
const FAST_PACE_MS = 60;
/** A dashboard that nobody leaves is closed then, s. */
const LONGEST_SECS = 600;

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(name, () => stop.abort(new Error(`interrupted by ${name}`)));
}
const { fast, log, for: secs } = parseArgs(Deno.args, { boolean: ["fast", "log"], string: ["for"] });
const show = {
  paceMs: fast ? FAST_PACE_MS : PACE_MS,
  longestMs: Number(secs ?? LONGEST_SECS) * 1000,
  signal: stop.signal,
};
const takesScreen = canTakeScreen() && !log;
try {
  Deno.exit(await (takesScreen ? dashboardDemo : logDemo)(show));
} catch (error) {
  if (stop.signal.aborted || error instanceof CommandEnded) Deno.exit(INTERRUPTED);
  say((error as Error).message);
  Deno.exit(1);
}
