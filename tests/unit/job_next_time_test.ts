/** When schedules come next, above all where clocks change; and what is said of one that is wrong. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkSchedule, nextTime } from "../../src/job/next_time.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");

function times(schedule: string, timezone: string, after: string, count: number): string[] {
  const found: string[] = [];
  let at: number | null = Date.parse(after);
  while (found.length < count) {
    at = nextTime({ schedule, timezone }, at);
    if (at === null) break;
    found.push(new Date(at).toISOString().replace(":00.000Z", "Z"));
  }
  return found;
}

const TABLE:
  readonly (readonly [what: string, schedule: string, zone: string, after: string, next: readonly string[]])[] = [
    ["gap: a time that is not there comes once, behind it", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", [
      "2026-03-29T01:00Z",
      "2026-03-30T00:30Z",
    ]],
    ["gap: listed times are kept like single ones", "30 2,14 * * *", "Europe/Berlin", "2026-03-28T20:00Z", [
      "2026-03-29T01:00Z",
      "2026-03-29T12:30Z",
      "2026-03-30T00:30Z",
    ]],
    ["gap: steps pass over the hour", "*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15Z", [
      "2026-03-29T00:30Z",
      "2026-03-29T01:00Z",
      "2026-03-29T01:30Z",
    ]],
    [
      "overlap: a time that is there twice comes once, the first time",
      "30 2 * * *",
      "Europe/Berlin",
      "2026-10-24T12:00Z",
      [
        "2026-10-25T00:30Z",
        "2026-10-26T01:30Z",
      ],
    ],
    ["overlap: steps go on through both hours", "0,30 1-3 * * *", "Europe/Berlin", "2026-10-25T00:15Z", [
      "2026-10-25T00:30Z",
      "2026-10-25T01:00Z",
      "2026-10-25T01:30Z",
      "2026-10-25T02:00Z",
    ]],
    ["New York, overlap with seconds", "15 30 1 * * *", "America/New_York", "2026-11-01T00:00Z", [
      "2026-11-01T05:30:15.000Z",
      "2026-11-02T06:30:15.000Z",
    ]],
    ["Lord Howe, half an hour of gap", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00Z", [
      "2026-10-03T15:30Z",
      "2026-10-04T15:15Z",
    ]],
    ["Lord Howe, half an hour twice", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00Z", [
      "2026-04-04T14:45Z",
      "2026-04-05T15:15Z",
    ]],
    ["Beirut, where midnight is missing", "0 0 * * *", "Asia/Beirut", "2026-03-28T12:00Z", [
      "2026-03-28T22:00Z",
      "2026-03-29T21:00Z",
    ]],
    ["Beirut, where the hour before midnight is there twice", "30 23 * * *", "Asia/Beirut", "2026-10-24T12:00Z", [
      "2026-10-24T20:30Z",
      "2026-10-25T21:30Z",
    ]],
    ["a leap day", "0 0 29 2 *", "UTC", "2026-01-01T00:00Z", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]],
    ["a year", "0 0 9 24 12 * 2027", "Europe/Berlin", "2026-01-01T00:00Z", ["2027-12-24T08:00Z"]],
    ["working days by name", "30 8 * * mon-fri", "UTC", "2026-11-20T08:30Z", ["2026-11-23T08:30Z"]],
    ["a nickname", "@daily", "Asia/Kolkata", "2026-11-20T10:00Z", ["2026-11-20T18:30Z"]],
  ];

Deno.test("C9 schedules where clocks change: each time once, behind a gap, and none of it drifts", () => {
  for (const [what, schedule, zone, after, next] of TABLE) {
    assertEquals(times(schedule, zone, after, next.length), next, what);
  }
});

Deno.test("C9 a schedule each second comes each second, behind what is no whole one", () => {
  const at = nextTime({ schedule: "* * * * * *", timezone: "UTC" }, NOW + 250);
  assertEquals([at, nextTime({ schedule: "* * * * * *", timezone: "UTC" }, at ?? 0)], [NOW + 1000, NOW + 2000]);
});

const WRONG: readonly (readonly [schedule: string, said: string])[] = [
  ["61 * * * *", 'the field minute is "61", expected 0-59'],
  ["0 25 * * *", 'the field hour is "25", expected 0-23'],
  ["0 0 32 * *", 'the field day of month is "32"'],
  ["0 0 * 13 *", 'the field month is "13"'],
  ["0 0 * FOO *", 'the field month is "FOO"'],
  ["0 0 * * 8", 'the field day of week is "8"'],
  ["60 0 0 * * *", 'the field second is "60"'],
  ["0 0 0 * * * 20x6", 'the field year is "20x6"'],
  ["*/0 * * * *", 'the field minute is "*/0"'],
  ["5-1 * * * *", 'the field minute is "5-1"'],
  ["0 0 * * 10:30", 'the field day of week is "10:30"'],
  ["* * * *", "it has 4 fields, expected 5 (minute, hour, day of month, month, day of week)"],
  ["2026-12-24T09:00:00", "it has 1 fields"],
  ["@often", '"@often" is none of @yearly'],
  ["0 0 31 2 *", "it never comes"],
  ["0 0 30 2,2 *", "it never comes"],
  ["0 0 0 1 1 * 2020", "it does not come any more"],
  ["\u001b[2J * * * *", 'the field minute is "\\x1b[2J"'],
];

Deno.test("C9 a wrong line of cron says which field is wrong; a date that does not exist is an error", () => {
  for (const [schedule, said] of WRONG) {
    const error = assertThrows(() => checkSchedule({ schedule, timezone: "UTC" }, NOW), ConsoleError);
    assert(error.message.includes(said), `${schedule}: ${error.message}`);
    assertEquals([error.kind, error.details["param"]], ["invalid_params", "schedule"]);
  }
});
