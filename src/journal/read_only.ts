/** The errors of a journal that cannot be written. */
import { ConsoleError } from "../protocol/errors.ts";

/** The segment that is appended to is not as we left it: somebody else changed it. */
export class SegmentChanged extends Error {}

/** The error where the disk or the segment refuses. The writer tries again by itself, at most once a second. */
export function readOnly(what: string, error: unknown): ConsoleError {
  const why = reasonOf(error);
  const isChanged = error instanceof SegmentChanged ||
    (error instanceof ConsoleError && error.kind === "journal_broken");
  return new ConsoleError("read_only", `${what}: ${why}`, {
    why,
    hint: isChanged
      ? "something else changed the journal's files: put back what it was, agent-console audit verify tells the fault"
      : "free space on the disk or restore write access, then try again",
  });
}

/** What `error` says, in a line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
