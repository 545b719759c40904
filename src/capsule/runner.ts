/** What the feature asks of whoever runs granted capsules, one process each. */
import type { Granted } from "./grant.ts";

/** How a granted capsule is. `at`: when it is started again, ISO 8601 UTC. */
export type CapsuleState =
  | { readonly state: "starting" | "running" }
  | { readonly state: "restarting"; readonly at: string; readonly reason: string }
  | { readonly state: "failed" | "absent"; readonly reason: string };

export interface CapsuleRunner {
  /** Undefined for one that it was never told of. */
  stateOf(name: string): CapsuleState | undefined;
  /**
   * Runs `granted` from now on; a process of an earlier grant gives way to it when it has answered. Resolves when one or the
   * other came to be: it runs, it waits for another try, or it is off. Bounded by the deadlines of its start and its swap.
   *
   * @param instead what ran before ends in any case: it had another grant. Without it, it runs on where the new one does
   *   not start
   */
  run(granted: Granted, instead?: boolean): Promise<void>;
  /** Whether a capsule of that name has kept something, granted or not; false for what is no name. */
  hasKept(name: string): boolean;
  /** Ends its process. @param forget what it has kept is removed too */
  end(name: string, forget: boolean): Promise<void>;
  /** Ends all of them; the daemon stops. */
  stop(): Promise<void>;
}
