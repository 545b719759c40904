/** What becomes of what is open when the daemon stops, in words. Pure. */

/**
 * @param active what is open, by its word; `approvals` are requests of agents in terminals, `ofTurns` those of agents that the
 *   daemon runs
 * @param restart another daemon starts at once, and goes on with what it can
 */
export function whatBecomesOf(
  { approvals, ofTurns, turns = 0, ...work }: Readonly<Record<string, number>>,
  restart = false,
): string {
  const goesOn = restart && turns > 0;
  const ends = [...(turns > 0 && !goesOn ? ["turns"] : []), ...Object.keys(work)];
  return [
    ...(approvals ? ["left to the agents' own terminals"] : []),
    ...(ofTurns ? ["what agents of turns ask ends with their processes"] : []),
    ...(goesOn ? ["turns go on behind the restart, where their agents can open a session again"] : []),
    ...(ends.length === 0 ? [] : [`${ends.join(" and ")} end with the daemon`]),
  ].join("; ");
}
