/** Where a call runs: what decides whether a path is the workspace's own and a repository may be read. Pure. */

export interface Where {
  /** The absolute folder that the call runs in. */
  readonly cwd?: string;
  /** The absolute folder that its session began in. */
  readonly workspace?: string;
  /**
   * What the repository of {@link cwd} may run: `nothing` where its own settings name no program (git_settings.ts);
   * absent where nobody looked.
   */
  readonly repositoryRuns?: "nothing" | "something";
  /** Absolute folders and files of this program: its home, its socket, its sources. */
  readonly own?: readonly string[];
}
