/** Everything a feed runs (a change, a tick, a timer) goes through its guard: an error ends only the feed. */
import { isNotCapable } from "../../platform/deno_files.ts";
import type { Log } from "../../platform/system.ts";
import type { Guarded } from "./feed_port.ts";

export interface ErrorBoundaryOptions {
  readonly log: Log;
  /** For the log: its key in section feeds. */
  readonly feed: string;
  /** Takes the feed out: it has no permission, and gets none before a restart. */
  readonly off: () => void;
}

/** Most errors that are remembered as logged; beyond them an error is logged again. */
const TOLD = 100;

/** Only a missing permission ends the feed. Anything else, such as a file that it may not read, may be over at the next try. */
export function errorBoundary({ log, feed, off }: ErrorBoundaryOptions): Guarded {
  const told = new Set<string>();
  return (what, action) => {
    try {
      action();
      told.delete(what);
    } catch (error) {
      if (isNotCapable(error)) {
        log.warn("a feed is off: this daemon was started or built without its permissions", {
          feed,
          error: String(error),
        });
        return off();
      }
      if (told.has(what)) return;
      if (told.size >= TOLD) told.clear();
      told.add(what);
      log.debug("a feed could not read something, it will try again", { feed, what, error: String(error) });
    }
  };
}
