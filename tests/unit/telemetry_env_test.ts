/** M2: what turns telemetry on, and where it may go. */
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { telemetryEnv } from "../../src/telemetry/env.ts";
import { telemetrySection } from "../../src/telemetry/section.ts";

const OWN = { OTEL_DENO: "true", OTEL_DENO_CONSOLE: "ignore", OTEL_SERVICE_NAME: "agent-console" };

Deno.test("M2 the exporter is on where the configuration or a person says so, and what the person says goes before", () => {
  const endpoint = "http://127.0.0.1:4318";
  assertEquals(telemetryEnv({ otlp_endpoint: null }, {}), {});
  assertEquals(telemetryEnv({ otlp_endpoint: endpoint }, {}), { ...OWN, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  assertEquals(telemetryEnv({ otlp_endpoint: null }, { OTEL_DENO: "true" }), OWN);
  const given = {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example",
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=k",
    OTEL_SERVICE_NAME: "mine",
  };
  assertEquals(telemetryEnv({ otlp_endpoint: endpoint }, given), { ...OWN, ...given });
});

Deno.test("M2 a collector is a plain URL: no user, no query, nothing that a flag of the sandbox would split", () => {
  const takes = (value: unknown) => v.safeParse(telemetrySection.schema, { otlp_endpoint: value }).success;
  for (
    const url of [null, "http://127.0.0.1:4318", "http://localhost", "https://collector.example:443/otlp/v1"]
  ) assertEquals(takes(url), true, `${url}`);
  for (
    const url of [
      "",
      "127.0.0.1:4318",
      "ftp://x",
      "http://",
      "http://user:password@x",
      "http://x?key=k",
      "http://x#f",
      "http://x,y",
      "http://[::1]:4318",
      "http://x\n",
      "http://x:0",
      "http://.x",
      true,
    ]
  ) assertEquals(takes(url), false, `${url}`);
});
