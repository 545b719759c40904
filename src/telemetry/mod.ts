/**
 * Spans and metrics for OpenTelemetry, where Deno's own exporter is on (OTEL_DENO=true); the library is loaded only then. A
 * span tells of one call or one request, by names of ours: never params, commands, paths or texts.
 */
import type { Projection } from "../core/projection.ts";
import type { Feature, FeatureContext } from "../core/service.ts";
import { isOtelOn } from "../platform/environment.ts";
import { env } from "../platform/process.ts";
import { telemetrySection, type TelemetrySettings } from "./section.ts";
import type { TelemetryStatus } from "./status.ts";

export const telemetry: Feature<never, Projection, typeof telemetrySection> = {
  name: "telemetry",
  config: telemetrySection,
  permissions: ({ settings: { otlp_endpoint: endpoint } }) => [
    {
      kind: "env",
      values: ["OTEL_DENO", "OTEL_EXPORTER_OTLP_ENDPOINT"],
      reason: "whether telemetry is on, and where to",
    },
    // Deno's exporter connects without it. It stands here so that whoever reads the sandbox knows of the connection.
    ...(endpoint === null ? [] : [
      {
        kind: "net",
        values: [hostOf(endpoint)],
        reason: "the collector that spans and metrics go to (Deno's exporter asks no permission)",
        configKey: "telemetry.otlp_endpoint",
      } as const,
    ]),
  ],
  create: (context) => {
    const late = new LateTelemetry(context);
    return {
      service: {
        prepare: () => late.prepare(),
        start: () => late.running?.start(),
        status: () => late.status(),
        stop: () => late.running?.stop(),
      },
    };
  },
};

/** `host:port`, as a flag of the sandbox names it. */
function hostOf(endpoint: string): string {
  const { hostname, port, protocol } = new URL(endpoint);
  return `${hostname}:${port === "" ? protocol === "https:" ? 443 : 80 : port}`;
}

class LateTelemetry {
  #context: FeatureContext<TelemetrySettings>;
  #problem: string | undefined;
  running: import("./running.ts").RunningTelemetry | undefined;

  constructor(context: FeatureContext<TelemetrySettings>) {
    this.#context = context;
  }

  /** A library that cannot be loaded costs the telemetry, not the daemon. */
  async prepare(): Promise<void> {
    const { log, settings } = this.#context;
    if (!isOn()) {
      if (settings.booted.otlp_endpoint !== null) {
        this.#problem = "OTEL_DENO is not set: start it by agent-console daemon start";
      }
      return;
    }
    try {
      const { RunningTelemetry } = await import("./running.ts");
      this.running = new RunningTelemetry(this.#context);
      log.info("telemetry is on", { endpoint: endpoint() ?? "Deno's default" });
    } catch (error) {
      this.#problem = `the library was not loaded: ${(error as Error).message}`;
      log.error("telemetry stays off", { error: String(error) });
    }
  }

  status(): TelemetryStatus | undefined {
    const at = this.running === undefined ? undefined : endpoint();
    if (this.running === undefined && this.#problem === undefined) return undefined;
    return {
      on: this.running !== undefined,
      ...(at === undefined ? {} : { endpoint: at }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }
}

/** False also where the sandbox does not let it look: `deno task daemon` knows no feature. */
function isOn(): boolean {
  try {
    return isOtelOn();
  } catch {
    return false;
  }
}

/** Without path, user and password. */
function endpoint(): string | undefined {
  try {
    const { protocol, host } = new URL(env("OTEL_EXPORTER_OTLP_ENDPOINT") ?? "");
    return `${protocol}//${host}`;
  } catch {
    return undefined;
  }
}
