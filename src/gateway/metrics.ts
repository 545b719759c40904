/**
 * `/metrics`: what the daemon knows of itself, in Prometheus' text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Pure.
 */
import { WAIT_BUCKETS, type Waits } from "../core/activity.ts";
import { type Measure, type Measured, MEASURES, type Sample, samplesOf } from "../core/measures.ts";

/** The value of the reply's `content-type`. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const PREFIX = "agent_console_";

/** Every measure that has a value, each behind its `# HELP` and `# TYPE`. */
export function metricsText(measured: Measured): string {
  const samples = Map.groupBy(samplesOf(measured), ({ name }) => name);
  return Object.entries<Measure>(MEASURES).map(([key, measure]) => {
    const name = metricName(key, measure);
    const lines = measure.kind === "histogram"
      ? measured.activity.waits.flatMap((waits) => histogram(name, waits))
      : (samples.get(key as Sample["name"]) ?? []).map(({ labels, value }) => line(name, labels, value));
    if (lines.length === 0) return "";
    return `# HELP ${name} ${measure.help}\n# TYPE ${name} ${measure.kind}\n${lines.join("")}`;
  }).join("");
}

/** The name as Prometheus sees it, with its unit, and `_total` for what only grows. */
export function metricName(name: string, { kind, unit }: Measure): string {
  return `${PREFIX}${name}${unit === undefined ? "" : `_${unit}`}${kind === "counter" ? "_total" : ""}`;
}

function histogram(name: string, { outcome, by, buckets, sum, count }: Waits): readonly string[] {
  let upTo = 0;
  const cumulative = WAIT_BUCKETS.map((bound, at) => {
    upTo += buckets[at] ?? 0;
    return line(`${name}_bucket`, { outcome, by, le: String(bound) }, upTo);
  });
  return [
    ...cumulative,
    line(`${name}_bucket`, { outcome, by, le: "+Inf" }, count),
    line(`${name}_sum`, { outcome, by }, sum),
    line(`${name}_count`, { outcome, by }, count),
  ];
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

/** As the format has it: a backslash, a quote or a line break would end the label early. */
function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => char === "\n" ? "\\n" : `\\${char}`);
}
