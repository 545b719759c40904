/** Telemetry that is on: a span for each call and for each request that has ended, and the measures of core/measures.ts. */
import {
  type Histogram,
  type Meter,
  metrics,
  type Observable,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { Activity, type ApprovalEnd, approvalEnd, WAIT_BUCKETS } from "../core/activity.ts";
import { type Measure, type Measured, type MeasureName, MEASURES, type Sample, samplesOf } from "../core/measures.ts";
import type { FeatureContext } from "../core/service.ts";
import { Slices } from "../lib/slices.ts";
import { slicedTurns } from "../platform/clock.ts";
import { VERSION } from "../protocol/version.ts";
import type { CallObserver } from "../rpc/call_observer.ts";

const NAME = "agent-console";
/** Units as OpenTelemetry writes them (UCUM). */
const UNITS = { seconds: "s", bytes: "By" } as const;

export type TelemetryContext = Pick<FeatureContext, "bus" | "observeCalls" | "status" | "store">;

export class RunningTelemetry {
  #context: TelemetryContext;
  #activity = new Activity();
  #tracer: Tracer = trace.getTracer(NAME, VERSION);
  #wait: Histogram;
  #off: () => void = () => {};

  constructor(context: TelemetryContext) {
    this.#context = context;
    const meter = metrics.getMeter(NAME, VERSION);
    const { unit, help } = MEASURES.approval_wait;
    this.#wait = meter.createHistogram(nameOf("approval_wait"), {
      description: help,
      unit: UNITS[unit],
      advice: { explicitBucketBoundaries: [...WAIT_BUCKETS] },
    });
    const instruments = instrumentsOf(meter);
    meter.addBatchObservableCallback(async (result) => {
      for (const { name, value, labels } of samplesOf(await this.#measured())) {
        const instrument = instruments.get(name);
        if (instrument !== undefined) result.observe(instrument, value, labels);
      }
    }, [...instruments.values()]);
  }

  start(): void {
    const { bus, observeCalls, store } = this.#context;
    observeCalls(this.#observe);
    this.#off = bus.listen(store.seq, undefined, (event) => {
      this.#activity.hear(event);
      const end = approvalEnd(event);
      if (end !== undefined) this.#ended(end);
    });
  }

  stop(): void {
    this.#context.observeCalls(undefined);
    this.#off();
  }

  /** A span without parent: what a client does around its call is not known here. */
  #observe: CallObserver = ({ method, needs, peer }) => {
    const span = this.#tracer.startSpan(method, {
      root: true,
      kind: SpanKind.SERVER,
      attributes: {
        "rpc.system": "jsonrpc",
        "rpc.method": method,
        "agent_console.method.scope": needs,
        "agent_console.client.scope": peer.scope,
        "agent_console.client.kind": peer.kind,
      },
    });
    return (error) => {
      if (error !== undefined) {
        span.setAttribute("error.type", error);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    };
  };

  /** Made at its end, with the time of its beginning: an open request needs no memory here. */
  #ended({ approval, outcome, by, startedAt, endedAt }: ApprovalEnd): void {
    const attributes = { outcome, by };
    this.#wait.record((endedAt - startedAt) / 1000, attributes);
    this.#tracer.startSpan("approval", {
      root: true,
      kind: SpanKind.INTERNAL,
      startTime: startedAt,
      attributes: {
        "agent_console.agent": approval.agent,
        "agent_console.approval.kind": approval.for,
        "agent_console.approval.risk": approval.risk,
        "agent_console.approval.outcome": outcome,
        "agent_console.approval.by": by,
      },
    }).end(endedAt);
  }

  async #measured(): Promise<Measured> {
    const { status, store } = this.#context;
    const sessions = await store.freeze().countByAgent(new Slices(slicedTurns));
    return { status: await status(), sessions, activity: this.#activity };
  }
}

/** All but the histogram, which is recorded and not observed. */
function instrumentsOf(meter: Meter): ReadonlyMap<Sample["name"], Observable> {
  return new Map(
    Object.entries<Measure>(MEASURES).filter(([, { kind }]) => kind !== "histogram").map(([name, measure]) => {
      const { kind, unit, help } = measure;
      const options = { description: help, ...(unit === undefined ? {} : { unit: UNITS[unit] }) };
      const make = kind === "counter" ? meter.createObservableCounter : meter.createObservableGauge;
      return [name as Sample["name"], make.call(meter, nameOf(name as MeasureName), options)];
    }),
  );
}

function nameOf(name: MeasureName): string {
  return `agent_console.${name}`;
}
