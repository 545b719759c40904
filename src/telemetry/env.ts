/**
 * What turns on the exporter that Deno has built in: its environment, and nothing else does. It comes from the configuration,
 * or from the environment of a person who starts the daemon. Never from that of a hook: there an agent, or a project's
 * `.envrc`, would say where our data goes, and the exporter asks no sandbox. Pure.
 */
import type { TelemetrySettings } from "./section.ts";

/**
 * @param given what a person said in their environment (platform/environment.ts `otelEnv`); it goes before the configuration
 * @returns nothing where the exporter stays off
 */
export function telemetryEnv(
  { otlp_endpoint: endpoint }: TelemetrySettings,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  if (endpoint === null && given["OTEL_DENO"] === undefined) return {};
  return {
    OTEL_DENO: "true",
    OTEL_SERVICE_NAME: "agent-console",
    // Else Deno would send what is printed, too.
    OTEL_DENO_CONSOLE: "ignore",
    ...(endpoint === null ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }),
    ...given,
  };
}
