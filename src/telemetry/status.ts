/** What `status` says of telemetry: nothing where it is off. */

export interface TelemetryStatus {
  /** Whether spans and metrics are made. */
  readonly on: boolean;
  /** Scheme, host and port of the collector; absent: Deno's default, http://localhost:4318. */
  readonly endpoint?: string;
  /** Why nothing is made although it should be. */
  readonly problem?: string;
}

declare module "../protocol/method_schemas.ts" {
  interface FeatureStatus {
    readonly telemetry?: TelemetryStatus;
  }
}
