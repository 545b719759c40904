/** Reads the events that hooks spooled while no daemon replied: oldest first, each once. */
import { receiveReport } from "../core/handlers/session.ts";
import type { Feature, FeatureContext } from "../core/service.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { type Spooled, spooledAt, spooledNames, staleParts } from "../platform/spool.ts";
import { HOOK } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { METHOD_SCHEMAS, type ParamsOf } from "../protocol/method_schemas.ts";
import { checkParams } from "../rpc/router.ts";

/** A larger file is no hook event, bytes. */
const MAX_BYTES = 1_048_576;

/** An event older than this is given this age: its file's name must not put a row into another year, ms. */
const MAX_AGE_MS = 7 * 86_400_000;

export const spool: Feature = {
  name: "spool",
  create: (context) => ({
    service: {
      start: () => takeSpool(context),
      // Hooks that failed to connect an instant before the daemon listened left their events after the start.
      tick: () => takeSpool(context),
    },
  }),
};

/**
 * Reports every spooled event under its idempotency key, so that one which was delivered too counts once. A file is
 * removed after its event is in the journal: a crash in between repeats the report, and the key makes it none.
 */
function takeSpool(context: FeatureContext): void {
  const { paths, clock, log } = context;
  const now = clock.now();
  for (const name of staleParts(denoFiles, paths, now)) denoFiles.remove(`${paths.spool}/${name}`);
  for (const name of spooledNames(denoFiles, paths)) {
    const path = `${paths.spool}/${name}`;
    try {
      const size = denoFiles.stat(path)?.size ?? 0;
      if (size > MAX_BYTES) throw new RangeError(`is ${size} bytes, more than ${MAX_BYTES}`);
      const spooled = JSON.parse(new TextDecoder().decode(denoFiles.read(path))) as Spooled;
      const params = checkParams("session.report", METHOD_SCHEMAS["session.report"], spooled) as ParamsOf<
        "session.report"
      >;
      receiveReport(context, HOOK, params, happenedAt(name, now));
    } catch (error) {
      if (error instanceof ConsoleError && error.kind === "read_only") return; // keep the files for the journal is writable
      log.warn("dropped a spooled event", { file: name, error: String(error) });
    }
    denoFiles.remove(path);
  }
}

/** The hook's own time, as far as it can be true. */
function happenedAt(name: string, now: number): string {
  const at = spooledAt(name) ?? now;
  return new Date(Math.min(now, Math.max(now - MAX_AGE_MS, at))).toISOString();
}
