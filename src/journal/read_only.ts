/** The error of a journal that cannot be written. */
import { ConsoleError } from "../protocol/errors.ts";

/** The error where the disk refuses. The writer tries again by itself, at most once a second. */
export function readOnly(what: string, error: unknown): ConsoleError {
  const why = error instanceof Error ? error.message : String(error);
  return new ConsoleError("read_only", `${what}: ${why}`, {
    why,
    hint: "free space on the disk or restore write access, then try again",
  });
}
