/** What becomes of what is open when the daemon stops, in words. Pure. */

/**
 * @param active what is open, by its word
 * @param restart another daemon starts at once, and goes on with what it can
 */
export function whatBecomesOf(
  { approvals, turns = 0, ...work }: Readonly<Record<string, number>>,
  restart = false,
): string {
  const goesOn = restart && turns > 0;
  const ends = [...(turns > 0 && !goesOn ? ["turns"] : []), ...Object.keys(work)];
  return [
    ...(approvals ? ["left to the agents' own terminals"] : []),
    ...(goesOn ? ["turns go on behind the restart, where their agents can open a session again"] : []),
    ...(ends.length === 0 ? [] : [`${ends.join(" and ")} end with the daemon`]),
  ].join("; ");
}
