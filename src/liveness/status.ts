/** What `status` says of the look at the process table: nothing where all is seen. */

export interface LivenessStatus {
  /** Why the processes of agents cannot be seen, or cannot be told from those of another pid namespace: no row is called lost meanwhile. */
  readonly problem?: string;
  /** Open rows whose process was never seen here: it runs in another pid namespace (a container), or ended at once. */
  readonly unseen?: number;
}

declare module "../protocol/method_schemas.ts" {
  interface FeatureStatus {
    readonly liveness?: LivenessStatus;
  }
}
