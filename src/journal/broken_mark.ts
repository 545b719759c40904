/**
 * The mark of a journal that was found broken while a daemon ran: its next start trusts no snapshot, reads every record
 * and so says at once what is wrong. A start that has read every record takes it away.
 */
import type { Files } from "../platform/system.ts";
import type { Problem } from "./chain.ts";

const pathOf = (dir: string) => `${dir}/broken.json`;

export function isMarkedBroken(files: Files, dir: string): boolean {
  return files.stat(pathOf(dir)) !== undefined;
}

/** Best effort: without it the next daemon finds the fault as this one did. */
export function markBroken(files: Files, dir: string, problem: Problem): void {
  try {
    files.replace(pathOf(dir), new TextEncoder().encode(`${JSON.stringify(problem)}\n`));
  } catch {
    // The disk is full, or read-only.
  }
}

export function unmarkBroken(files: Files, dir: string): void {
  try {
    if (isMarkedBroken(files, dir)) files.remove(pathOf(dir));
  } catch {
    // The next start reads every record once more.
  }
}
