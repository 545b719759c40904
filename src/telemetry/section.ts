/** The feature's section of the configuration: where spans and metrics go, whoever starts the daemon. */
import * as v from "valibot";
import { section, type SectionValues, setting } from "../config/section.ts";

// The host stands in a flag of the sandbox, so it has no brackets; user, query and fragment are no part of an endpoint.
const ENDPOINT = /^https?:\/\/[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[1-9]\d{0,4})?(?:\/[\w./-]*)?$/;

export const telemetrySection = section("telemetry", {
  otlp_endpoint: setting(v.nullable(v.pipe(v.string(), v.maxLength(1000), v.regex(ENDPOINT))), null, {
    title: "OpenTelemetry collector",
    means: "Where the daemon sends spans and metrics by OTLP over HTTP, whoever starts it; null = nowhere.",
    must: "an http or https URL of a name or an IPv4 address, with a port and a path at most, or null",
    applies: "restart",
    example: '"http://127.0.0.1:4318"',
  }),
});

export type TelemetrySettings = SectionValues<typeof telemetrySection>;
