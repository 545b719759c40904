/** The fields of a line of cron, by name: what each takes, and which of them is wrong. Pure. */

export interface CronField {
  readonly name: string;
  /** Completes "expected …". */
  readonly takes: string;
}

const SECOND: CronField = { name: "second", takes: "0-59" };
const MINUTE: CronField = { name: "minute", takes: "0-59" };
const HOUR: CronField = { name: "hour", takes: "0-23" };
const DAY: CronField = {
  name: "day of month",
  takes: "1-31, L for the last, or 15W for the working day nearest to it",
};
const MONTH: CronField = { name: "month", takes: "1-12 or JAN-DEC" };
const WEEKDAY: CronField = {
  name: "day of week",
  takes: "0-7 or SUN-SAT, MON#2 for the second of a month, FRIL for the last",
};
const YEAR: CronField = { name: "year", takes: "1-9999" };

const FIVE = [MINUTE, HOUR, DAY, MONTH, WEEKDAY];
const SIX = [SECOND, ...FIVE];
const BY_COUNT: Readonly<Record<number, readonly CronField[]>> = { 5: FIVE, 6: SIX, 7: [...SIX, YEAR] };

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** The fields of `line`, seconds first and the year last where they are given, or why there are none. */
export function cronFields(line: string): readonly string[] | { readonly problem: string } {
  const trimmed = line.trim();
  if (trimmed.startsWith("@")) {
    const known = NICKNAMES[trimmed.toLowerCase()];
    return known?.split(" ") ?? { problem: `"${trimmed}" is none of ${Object.keys(NICKNAMES).join(", ")}` };
  }
  const fields = trimmed === "" ? [] : trimmed.split(/\s+/);
  if (BY_COUNT[fields.length] !== undefined) return fields;
  return {
    problem: `it has ${fields.length} fields, expected 5 (${FIVE.map(({ name }) => name).join(", ")}), 6 with the ` +
      "second before them, or 7 with the year behind them",
  };
}

/**
 * The first field that may not stand there.
 *
 * @param isValid whether a line of as many fields is one that the calculator takes
 */
export function wrongField(fields: readonly string[], isValid: (line: string) => boolean): string | undefined {
  const known = BY_COUNT[fields.length] ?? [];
  const at = fields.findIndex((text, i) => {
    // Other signs would make the calculator read the line as something else than a line of cron.
    if (!/^[\w*,/#?+-]+$/.test(text)) return true;
    return !isValid(known.map((_, other) => other === i ? text : "*").join(" "));
  });
  const field = known[at];
  return field === undefined
    ? undefined
    : `the field ${field.name} is "${fields[at]}", expected ${field.takes}; also *, lists, ranges and */steps`;
}

/** Most times of a day that are reckoned one by one. */
const MAX_TIMES = 48;

/**
 * The line as lines of one time of day each, where it lists its times by numbers; otherwise the line itself. Where clocks
 * change such times are kept like a single one: `0 2,14 * * *` has its 2 o'clock on each day, once.
 */
export function singleTimes(fields: readonly string[]): readonly string[] {
  const count = fields.length === 5 ? 2 : 3;
  const [times, days] = [fields.slice(0, count), fields.slice(count)];
  // A search for such days is slow, and would be made for each time.
  if (/[WL#+]/i.test(days.join(" "))) return [fields.join(" ")];
  if (!times.every((field) => /^\d+(?:,\d+)*$/.test(field))) return [fields.join(" ")];
  const lines = times.reduce<string[]>(
    (made, field) => made.flatMap((before) => field.split(",").map((one) => `${before}${one} `)),
    [""],
  );
  return lines.length > MAX_TIMES ? [fields.join(" ")] : lines.map((line) => line + days.join(" "));
}
