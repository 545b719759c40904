/** What becomes of what is open when the daemon stops, in words. Pure. */

/** @param active what is open, by its word */
export function whatBecomesOf({ approvals, ...work }: Readonly<Record<string, number>>): string {
  const ends = Object.keys(work);
  return [
    ...(approvals ? ["left to the agents' own terminals"] : []),
    ...(ends.length === 0 ? [] : [`${ends.join(" and ")} end with the daemon`]),
  ].join("; ");
}
