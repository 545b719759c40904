/** How a run of a job ended, and which of these ends are failures: the same for the daemon, its channels and every window. Pure. */

export const OUTCOMES = ["succeeded", "failed", "timed_out", "cancelled", "interrupted"] as const;
export type JobOutcome = typeof OUTCOMES[number];

/** What nobody wanted. @param outcome undefined while the run goes on */
export function isFailure(outcome: string | undefined): boolean {
  return outcome !== undefined && outcome !== "succeeded" && outcome !== "cancelled";
}
