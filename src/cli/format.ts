/** Sizes and counts as people read them. Pure. */

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** What a part tells of itself: `not reached, strangers 3`. */
export function detailWords(details: Readonly<Record<string, string | number | boolean>> = {}): string {
  return Object.entries(details).map(([what, value]) =>
    typeof value === "boolean" ? `${value ? "" : "not "}${what}` : `${what} ${value}`
  ).join(", ");
}
