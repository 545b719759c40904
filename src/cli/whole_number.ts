/** Options that take a count. */
import { clip, escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** @param option as it is written @throws {ConsoleError} `usage` where it is no whole number from 1 to `most` */
export function wholeNumber(given: string, option: string, most: number): number {
  const count = /^\d+$/.test(given) ? Number(given) : 0;
  if (count >= 1 && count <= most) return count;
  const is = escapeControls(clip(given, 80));
  throw new ConsoleError("usage", `${option} is "${is}", expected a whole number from 1 to ${most}`);
}
