/** A daemon that was started and has not replied yet, whoever runs it; and why one ended before it did. */
import { COULD_NOT_START, type DaemonOptions } from "../daemon/options.ts";
import { denoFiles } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { ConsoleError, type ErrorName, ERRORS } from "../protocol/errors.ts";

export interface StartOptions {
  /** Started because something needed it, not because a user requested it: follows `daemon.auto_start`. */
  readonly auto: boolean;
  readonly daemon?: Partial<DaemonOptions>;
  /** Told why the daemon runs from source, where its prebuilt form was to be had. */
  readonly onFromSource?: (problem: string) => void;
  /** Told in a line why a service that is installed does not start it. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** A daemon that was started and has not replied yet. */
export interface StartAttempt {
  /** How it ended; undefined while it may still reply. */
  readonly code: number | undefined;
  /** Whether the daemon that replies with this pid is the one that was started. */
  isOf(pid: number): boolean;
  failure(paths: HomePaths): ConsoleError;
  /** It replied, or nobody waits for it any more. */
  letGo(): void;
}

const LOG_TAIL_LINES = 8;

/**
 * Why it ended, as an error with its own exit code.
 *
 * @param said what it wrote of itself; where that is nothing, the end of its log tells
 */
export function startFailure(
  paths: HomePaths,
  code: number,
  { said, hint }: { readonly said: string; readonly hint?: string | undefined },
): ConsoleError {
  // What a signal or a stop meanwhile gives is no exit code of ours, and 0 would say that it runs.
  const exit = code !== 0 && Object.values(ERRORS).some((one) => one.exit === code) ? code : ERRORS.start_failed.exit;
  const named = (Object.entries(ERRORS) as [ErrorName, { exit: number }][])
    .find(([name, one]) => one.exit === code && code > 3 && ERRORS[name].code >= 1100)?.[0];
  return new ConsoleError(named ?? "start_failed", said === "" ? logTail(paths, code) : said, {
    exit,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What a daemon that was started since then (ms since the epoch) has logged of its failure; nobody heard it speak. */
export function loggedFailure(
  paths: HomePaths,
  since: number,
): { readonly said: string; readonly hint?: string } | undefined {
  try {
    const [line = ""] = new TextDecoder().decode(denoFiles.read(paths.log)).trimEnd().split("\n").slice(-1);
    const { ts, message, error, hint } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (message !== COULD_NOT_START || typeof error !== "string" || !(Date.parse(String(ts)) >= since)) {
      return undefined;
    }
    return { said: error, ...(typeof hint === "string" ? { hint } : {}) };
  } catch {
    return undefined; // it did not come as far as a log
  }
}

function logTail(paths: HomePaths, code: number): string {
  let lines: string[] = [];
  try {
    lines = new TextDecoder().decode(denoFiles.read(paths.log)).trimEnd().split("\n").slice(-LOG_TAIL_LINES);
  } catch {
    // It did not come as far as a log.
  }
  return [`the daemon ended with code ${code} while it started; the end of ${paths.log}:`, ...lines].join(
    "\n  ",
  );
}
