/**
 * Times as people read them: how long in tables, the local time with its zone in logs. JSON has ISO 8601 UTC, as it
 * came. Pure but for the time zone of this machine.
 */

/** `42s`, `3m`, `2h05m`, `4d`: never more than two units, never negative. */
export function duration(ms: number): string {
  const secs = Math.max(0, Math.floor(ms / 1000));
  if (secs < 60) return `${secs}s`;
  const mins = Math.floor(secs / 60);
  if (mins < 60) return `${mins}m`;
  const hours = Math.floor(mins / 60);
  if (hours < 24) return `${hours}h${String(mins % 60).padStart(2, "0")}m`;
  return `${Math.floor(hours / 24)}d`;
}

/** The time of day of an ISO time, in the user's zone: `14:02:07`. */
export function clockTime(iso: string): string {
  const at = new Date(iso);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(":");
}

/** Day, time of day and zone of an ISO time, for lines that are kept: `2026-11-20 14:02:07 +01:00`; what is no time as it is. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const day = [String(at.getFullYear()).padStart(4, "0"), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join(
    "-",
  );
  const ahead = -at.getTimezoneOffset();
  const zone = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60].map(twoDigits).join(":");
  return `${day} ${clockTime(iso)} ${ahead < 0 ? "-" : "+"}${zone}`;
}

/** Like {@link localTime}, by the clock of another zone, with the day of the week: `Mon 2026-03-29 03:00:00 +02:00`. */
export function zonedTime(iso: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  }).formatToParts(new Date(iso));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  const offset = part("timeZoneName").replace("GMT", "") || "+00:00";
  const time = `${part("hour")}:${part("minute")}:${part("second")}`;
  return `${part("weekday")} ${part("year")}-${part("month")}-${part("day")} ${time} ${offset}`;
}

function twoDigits(part: number): string {
  return String(part).padStart(2, "0");
}
