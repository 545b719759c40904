/**
 * Readings of a journal whose oldest segments a daemon may remove at any time, once all their records are older than
 * `journal.keep_days`: what began before a removal begins once more with what is left.
 */
import type { Files } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { listSegments } from "./segment.ts";

/** Segments go at most once an hour. */
const MOST_TRIES = 3;

export interface JournalPlace {
  readonly dir: string;
  readonly files: Files;
}

/**
 * What `read` returns. It is called again where it fails and a segment went meanwhile, so it must not have given anything
 * to others before.
 *
 * @throws what it throws; {ConsoleError} `failed` in place of an OS error, where segments went each time
 */
export async function retriedWherePruned<T>({ dir, files }: JournalPlace, read: () => T | Promise<T>): Promise<T> {
  const names = () => listSegments(files, dir).map(({ name }) => name);
  for (let tries = 1;; tries++) {
    const before = new Set(names());
    try {
      return await read();
    } catch (error) {
      if (before.isSubsetOf(new Set(names()))) throw error;
      if (tries === MOST_TRIES) throw error instanceof ConsoleError ? error : prunedMeanwhile();
    }
  }
}

export function prunedMeanwhile(): ConsoleError {
  return new ConsoleError("failed", "a part of the journal was removed while it was read: records were pruned", {
    hint: "try again: it then begins with what is left",
  });
}
