/** What is known of a daemon that does not run: whether a person stopped it, and what hooks have kept meanwhile. */
import { denoFiles } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { type SpoolSize, spoolSize } from "../platform/spool.ts";
import { duration } from "../view/times.ts";
import { bytes } from "./format.ts";

export interface Stopped {
  /** `stopped`: by a person, so that no hook starts it. */
  readonly state: "stopped" | "not_running";
  /** ISO 8601; null where no person stopped it. */
  readonly stoppedAt: string | null;
  /** Events of hooks that the next daemon reads. */
  readonly spool: SpoolSize;
}

export function lookAtStopped(paths: HomePaths): Stopped {
  const note = denoFiles.stat(paths.stopped);
  return {
    state: note === undefined ? "not_running" : "stopped",
    stoppedAt: note === undefined ? null : new Date(note.mtimeMs).toISOString(),
    spool: spoolSize(denoFiles, paths),
  };
}

/** @param now ms since the epoch */
export function stoppedText({ stoppedAt, spool }: Stopped, now: number): string {
  const who = stoppedAt === null ? "" : `: you stopped it ${duration(now - Date.parse(stoppedAt))} ago`;
  const { events } = spool;
  const kept = events === 0
    ? ""
    : `; hooks have kept ${events} event${events === 1 ? "" : "s"} (${bytes(spool.bytes)})`;
  return `no daemon is running${who}${kept}`;
}
