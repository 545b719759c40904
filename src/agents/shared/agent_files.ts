/** Where an agent keeps what others must know of. The tables that use it are pure: no import here. */
export interface AgentFiles {
  /**
   * Paths of its settings and state, also those in a project: writing there changes what is allowed without a human.
   * Components that follow each other anywhere in a path, as in policy/places.ts.
   */
  readonly settings: readonly string[];
  /** Paths that hold its credentials: reading them is more than a plain read. */
  readonly secrets?: readonly string[];
  /** Names of the files that it reads as instructions. */
  readonly instructions?: readonly string[];
  /** The variable that moves its folder; a service manager must hand it on to the daemon, whose feed looks there. */
  readonly homeVariable?: string;
}
