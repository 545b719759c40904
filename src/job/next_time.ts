/**
 * When a schedule comes next: croner as a calculator, without its timers. Pure. Loaded where a job is.
 *
 * Where clocks change it keeps the rules of Vixie cron. A time that a day does not have (clocks went forward) comes at the
 * first moment after the gap; one that a day has twice comes at the first of them. Schedules with `*`, a range or a step in
 * their time go on through the hour that comes twice, and pass over the one that is not there.
 */
import { Cron } from "croner";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { cronFields, singleTimes, wrongField } from "./cron_line.ts";

export interface Schedule {
  readonly schedule: string;
  readonly timezone: string;
}

/** @param after ms since the epoch @returns the first time behind it, null where there is none. The schedule was checked. */
export function nextTime({ schedule, timezone }: Schedule, after: number): number | null {
  const fields = cronFields(schedule);
  if (!Array.isArray(fields)) return null;
  const times = singleTimes(fields).flatMap((line) => {
    const next = new Cron(line, { timezone, paused: true }).nextRun(new Date(after));
    return next === null ? [] : [next.getTime()];
  });
  return times.length === 0 ? null : Math.min(...times);
}

/** @throws {ConsoleError} `invalid_params`: which field is wrong, or that it never comes */
export function checkSchedule(schedule: Schedule, now: number): void {
  const problem = problemOf(schedule, now);
  if (problem === undefined) return;
  throw new ConsoleError("invalid_params", `the schedule "${escapeControls(schedule.schedule)}" is wrong: ${problem}`, {
    param: "schedule",
    hint: 'minute, hour, day of month, month, day of week: "30 8 * * MON-FRI" is half past eight on working days',
  });
}

function problemOf(schedule: Schedule, now: number): string | undefined {
  const fields = cronFields(schedule.schedule);
  if ("problem" in fields) return escapeControls(fields.problem);
  const wrong = wrongField(fields, isValid);
  if (wrong !== undefined) return escapeControls(wrong);
  if (nextTime(schedule, now) !== null) return undefined;
  return fields.length === 7 ? "it does not come any more" : "it never comes: no month of it has such a day";
}

function isValid(line: string): boolean {
  try {
    new Cron(line, { paused: true });
    return true;
  } catch {
    return false;
  }
}
