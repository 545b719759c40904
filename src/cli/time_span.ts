/** Times that people give on the command line: `30m`, `8h`, `7d`. */
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** @param option whose value it is @throws {ConsoleError} `usage` */
export function seconds(text: string, option = "--expires"): number {
  const match = /^(\d{1,8})([smhd])$/.exec(text);
  const secs = match === null ? 0 : Number(match[1]) * (UNITS[match[2] ?? ""] ?? 0);
  if (secs > 0) return secs;
  throw new ConsoleError("usage", `${option} is "${escapeControls(text)}", expected a time like 30m, 8h or 7d`, {
    hint: "a number and s, m, h or d: a year is 365d",
  });
}
