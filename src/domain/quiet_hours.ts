/** Whether a moment is in the quiet hours. Pure. */

/**
 * @param hours as the configuration has them: `22:00-07:00`, over midnight where the second time is the earlier one; the
 * first minute is quiet, the last is not, and two equal times are the whole day
 * @param minute of the day, local: 0 is midnight
 */
export function isQuiet(hours: string | null, minute: number): boolean {
  if (hours === null) return false;
  const [from = 0, to = 0] = hours.split("-").map((time) => {
    const [hour = 0, minute = 0] = time.split(":").map(Number);
    return hour * 60 + minute;
  });
  return from < to ? from <= minute && minute < to : minute >= from || minute < to;
}
