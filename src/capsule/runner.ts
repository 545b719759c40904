/** The interface by which the feature runs granted capsules, and the states that they have. */
import type { InterceptedRequest, InterceptVerdict } from "../core/interceptors.ts";
import type { Granted } from "./grant.ts";

/** How a granted capsule is. `at`: when it is started again, ISO 8601 UTC. `blocked`: this daemon may start none. */
export type CapsuleState =
  | { readonly state: "starting" | "running" }
  | { readonly state: "restarting"; readonly at: string; readonly reason: string }
  | { readonly state: "failed" | "absent" | "blocked"; readonly reason: string };

export interface CapsuleRunner {
  /** Starts what is granted and was not started yet, without waiting for it. */
  begin(): void;
  /** Undefined for one that it was never told of. */
  stateOf(name: string): CapsuleState | undefined;
  /**
   * Runs `granted` from now on; a process of an earlier grant gives way to it when it has answered. Resolves when one or the
   * other came to be: it runs, it waits for another try, or it is off. Bounded by the deadlines of its start and its swap.
   *
   * @param endsOld the process before ends also where the new one does not start, because it has another grant; false where
   *   absent
   */
  run(granted: Granted, endsOld?: boolean): Promise<void>;
  /** The configuration was read again: tells running capsules their settings. */
  configure(): void;
  /** Runs a command of a capsule; gives its text. @throws {ConsoleError} what the capsule says, or that it does not run */
  command(name: string, command: string, args: readonly string[]): Promise<string>;
  /** Asks the interceptor of a capsule. @throws {ConsoleError} it does not run, or says nothing: then a person is asked */
  intercept(name: string, request: InterceptedRequest): Promise<InterceptVerdict | undefined>;
  /** Whether a capsule of that name has kept something, granted or not; false for what is no name. */
  hasKept(name: string): boolean;
  /** Ends its process. @param forget what it has kept is removed too */
  end(name: string, forget: boolean): Promise<void>;
  /** Ends all of them; the daemon stops. */
  stop(): Promise<void>;
}
