/** A collector of OpenTelemetry on a free port of 127.0.0.1: keeps what it is sent, in OTLP's JSON form. */
import { eventually } from "./harness_wait.ts";

export interface ReceivedSpan {
  readonly name: string;
  /** Nanoseconds since the epoch, as text. */
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status?: { readonly code?: number | string };
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  readonly gauge?: Points;
  readonly sum?: Points;
  readonly histogram?: Points;
}

interface Points {
  readonly dataPoints: readonly {
    readonly asInt?: string;
    readonly asDouble?: number;
    readonly count?: string;
    readonly attributes?: readonly Attribute[];
  }[];
}

export class OtlpReceiver implements AsyncDisposable {
  readonly requests: { readonly path: string; readonly body: string; readonly headers: Headers }[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const body = await request.text();
      this.requests.push({ path: new URL(request.url).pathname, body, headers: request.headers });
      return Response.json({});
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Everything that came, as it came. */
  get text(): string {
    return this.requests.map(({ body }) => body).join("\n");
  }

  /** Of our own instruments. */
  get spans(): readonly ReceivedSpan[] {
    return this.#ofScope<ReceivedSpan>("/v1/traces", "resourceSpans", "scopeSpans", "spans");
  }

  get metrics(): readonly ReceivedMetric[] {
    return this.#ofScope<ReceivedMetric>("/v1/metrics", "resourceMetrics", "scopeMetrics", "metrics");
  }

  /** Waits for a span of that name, within the time in which Deno's exporter sends a batch. */
  async span(name: string): Promise<ReceivedSpan> {
    return await eventually(() => this.spans.find((span) => span.name === name), 30_000, `a span ${name}`);
  }

  /** @param is what it must say: an export from before that may have come already */
  async metric(name: string, is: (metric: ReceivedMetric) => boolean = () => true): Promise<ReceivedMetric> {
    const found = () => this.metrics.findLast((one) => one.name === name && is(one));
    return await eventually(found, 30_000, `a metric ${name}`);
  }

  #ofScope<T>(path: string, ...[resources, scopes, items]: [string, string, string]): readonly T[] {
    // deno-lint-ignore no-explicit-any -- JSON of another program
    const list = (from: any, name: string): any[] => from[name] ?? [];
    return this.requests.filter((request) => request.path === path).flatMap(({ body }) =>
      list(JSON.parse(body), resources).flatMap((resource) => list(resource, scopes))
        .filter(({ scope }) => scope.name === "agent-console").flatMap((scope) => list(scope, items))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** The attributes as one object. */
export function attributesOf({ attributes }: Pick<ReceivedSpan, "attributes">): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
