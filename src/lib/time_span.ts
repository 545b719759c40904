/** Times that people have given, said as they are given on the command line. Pure. */

const UNITS = [["d", 86_400], ["h", 3600], ["m", 60]] as const;

/** A time as people give it, in the largest unit that it is whole in: `6s`, `90s`, `30m`, `8h`. */
export function timeSpan(secs: number): string {
  const [unit, length] = UNITS.find(([, length]) => secs % length === 0) ?? ["s", 1];
  return `${secs / length}${unit}`;
}
