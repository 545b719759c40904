/** The feature's section of the configuration: which programs jobs may run, and how many at once. */
import * as v from "valibot";
import { group, named, programWords, quietTimes, section, type SectionValues, setting } from "../config/section.ts";
import { isTimeZone } from "./zone.ts";

const zone = v.nullable(v.pipe(v.string(), v.check(isTimeZone)));
/** Of programs and of jobs. */
export const JOB_NAMES = {
  pattern: /^[a-z][a-z0-9_-]{0,31}$/,
  must: "a lower-case letter, then letters, digits, _ and -, 32 at most",
} as const;

export const schedulerSection = section("scheduler", {
  max_concurrent: setting(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 4, {
    title: "Runs at once",
    means: "So many runs of jobs go on at once; the others wait for a place.",
    must: "a whole number from 1 to 64",
    applies: "live",
  }),
  timezone: setting(zone, null, {
    title: "Time zone",
    means:
      "The time zone of jobs that are added without one; null = the machine's. A job keeps the one it was added with.",
    must: "an IANA name like Europe/Berlin, or null",
    applies: "live",
    example: '"Europe/Berlin"',
  }),
  quiet_hours: setting(quietTimes, null, {
    title: "Quiet hours of jobs",
    means: "No schedule begins a run in this part of the day, by the clock of the job's time zone; it may go over " +
      "midnight. null = never quiet.",
    must: "two times like 22:00-07:00, or null",
    applies: "live",
    example: '"22:00-07:00"',
  }),
  programs: named(
    { ...JOB_NAMES, example: "backup" },
    group({
      argv: setting(programWords, [], {
        title: "A program of jobs",
        means:
          "What a job that names it runs: the program and its arguments, without a shell. The program is an absolute " +
          "path, a path that begins with `~/`, or a name in a usual folder. [] = none.",
        must: "an array of words, the first of them a program: an absolute path, one that begins with ~/, or a name",
        applies: "restart",
        example: '["~/bin/backup", "--all"]',
      }),
      timeout_mins: setting(v.pipe(v.number(), v.gtValue(0), v.maxValue(1440)), 60, {
        title: "Its deadline",
        means: "A run that takes longer is ended, with all that it has started.",
        must: "a number of minutes > 0, 1440 at most",
        applies: "live",
      }),
    }),
  ),
});

export type SchedulerSettings = SectionValues<typeof schedulerSection>;
