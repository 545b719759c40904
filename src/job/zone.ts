/** Time zones by their IANA names. Pure but for the zone of this machine. */

export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export function machineZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** @param at ms since the epoch @returns minutes since midnight, by the clock on the wall there */
export function minuteOfDay(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, hour: "numeric", minute: "numeric", hourCycle: "h23" })
    .formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return part("hour") * 60 + part("minute");
}
