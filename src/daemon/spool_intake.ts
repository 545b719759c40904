/** Takes up the events that hooks left while no daemon answered: oldest first, each once. */
import { HOOK } from "../core/actor.ts";
import type { Core } from "../core/handler.ts";
import { takeReport } from "../core/handlers/session.ts";
import { checkParams } from "../core/router.ts";
import { type Spooled, spooledAt, spooledNames, staleParts } from "../platform/spool.ts";
import { denoFiles } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home.ts";
import type { Log } from "../platform/system.ts";
import { METHODS, type ParamsOf } from "../protocol/methods.ts";

/** A file over this is nobody's hook event, bytes. */
const MAX_BYTES = 1_048_576;

/** An event older than this is given this age: its file's name must not put a row into another year, ms. */
const MAX_AGE_MS = 7 * 86_400_000;

/**
 * Reports every spooled event under its idempotency key, so that one which was delivered too counts once. A file is
 * removed after its event is in the journal: a crash in between repeats the report, and the key makes it none.
 */
export function takeSpool(paths: HomePaths, core: Core, log: Log, now: number): void {
  for (const name of staleParts(denoFiles, paths, now)) denoFiles.remove(`${paths.spool}/${name}`);
  for (const name of spooledNames(denoFiles, paths)) {
    const path = `${paths.spool}/${name}`;
    try {
      const size = denoFiles.stat(path)?.size ?? 0;
      if (size > MAX_BYTES) throw new RangeError(`is ${size} bytes, must be at most ${MAX_BYTES}`);
      const spooled = JSON.parse(new TextDecoder().decode(denoFiles.read(path))) as Spooled;
      const params = checkParams("session.report", METHODS["session.report"], spooled) as ParamsOf<"session.report">;
      takeReport(core, HOOK, params, happenedAt(name, now));
    } catch (error) {
      if ((error as { kind?: string }).kind === "read_only") return; // keep the files for better times
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
