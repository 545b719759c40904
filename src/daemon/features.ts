/**
 * The features of the daemon, in start order: adding one is a line here. A file of its own and not daemon/mod.ts, because
 * whoever starts the daemon reads it too: the sandbox is the sum of what the features declare.
 */
import { type Config, configSchema } from "../config/base_sections.ts";
import type { ConfigSchema } from "../config/schema.ts";
import type { ConfigSection } from "../config/section.ts";
import { valuesOf } from "../config/values.ts";
import type {
  FeatureBase,
  FeatureContext,
  FeatureParts,
  FeatureRows,
  SandboxContext,
  Service,
} from "../core/service.ts";
import type { Projections } from "../core/projections.ts";
import { feeds } from "../feeds/mod.ts";
import { liveness } from "../liveness/mod.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { Log } from "../platform/system.ts";
import type { AnyMethodName } from "../protocol/method_schemas.ts";
import { type Handlers, refusingWhile } from "../rpc/handler.ts";
import { retention } from "../retention/mod.ts";
import { spool } from "../spool/mod.ts";

export const FEATURES = [spool, liveness, feeds, retention] as const;

/** A feature whatever its methods, its projection and its section. */
// deno-lint-ignore no-explicit-any -- a list of features: each has types of its own, which `create` puts together again
export type AnyFeature = FeatureBase<any, any, any> & {
  readonly config?: ConfigSection;
  readonly methods?: FeatureRows;
};

/** The methods that a list of features has handlers for. */
export type MethodsOf<F extends readonly AnyFeature[]> = HandledBy<F[number]>;

type HandledBy<F> = F extends FeatureBase<infer M, infer _P, infer _V> ? M : never;

/** The rows of the methods that features bring. */
export function featureMethods(features: readonly AnyFeature[]): FeatureRows {
  return Object.assign({}, ...features.map(({ methods }) => methods));
}

/** The events that features bring, each with what it means. */
export function featureEvents(features: readonly AnyFeature[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...features.map(({ events }) => events));
}

/** The schema of the whole configuration: the base sections and those of the features. */
export function schemaWith(features: readonly AnyFeature[]): ConfigSchema {
  return configSchema(features.flatMap(({ config }) => config ?? []));
}

export const SCHEMA = schemaWith(FEATURES);

/** What the sandbox depends on, for all features. */
export interface PermissionsContext extends Pick<SandboxContext, "env" | "exists"> {
  readonly config: Config;
}

export function featurePermissions(
  { config, ...context }: PermissionsContext,
  features: readonly AnyFeature[] = FEATURES,
): Permission[] {
  return features.flatMap((feature) =>
    feature.permissions?.({ ...context, settings: valuesOf(config, feature.config) }) ?? []
  );
}

export interface Created<M extends AnyMethodName> {
  readonly services: readonly Service[];
  readonly handlers: Handlers<M>;
  /** The features' parts of a snapshot, each under its feature's name. */
  readonly snapshots: () => Readonly<Record<string, unknown>>;
}

/** What features get, before each gets its own section of the configuration. */
export interface SharedContext extends Omit<FeatureContext, "settings"> {
  readonly config: { readonly current: Config; readonly booted: Config };
}

/** The state that features have made of the journal. */
type States = Pick<Projections, "isSetAside" | "of">;

/** Makes the parts of `features` that run. Their projections, in `states`, have the journal replayed into them. */
export function createFeatures<F extends readonly AnyFeature[]>(
  features: readonly AnyFeature[],
  states: States,
  { config, ...context }: SharedContext,
): Created<MethodsOf<F>> {
  const parts = features.map((feature): readonly [string, FeatureParts<AnyMethodName>] => {
    const state = feature.projection === undefined ? undefined : states.of(feature.projection);
    const settings = {
      get current() {
        return valuesOf(config.current, feature.config);
      },
      booted: valuesOf(config.booted, feature.config),
    };
    const made: FeatureParts<AnyMethodName> = feature.create({ ...context, settings }, state);
    const isIncomplete = () => state !== undefined && states.isSetAside(state);
    return [feature.name, withoutWrongState(feature.name, made, isIncomplete)];
  });
  return {
    services: parts.map(([name, { service }]) => serviceOf(name, service)),
    // By type each feature has handlers for all its methods; the compiler does not follow a list.
    handlers: Object.assign({}, ...parts.map(([, { handlers }]) => handlers)) as Handlers<MethodsOf<F>>,
    snapshots: () => Object.fromEntries(parts.flatMap((part) => snapshotOf(part, context.log))),
  };
}

/** A feature whose projection lacks an event shows and does nothing more: it would go by a wrong state. */
function withoutWrongState(
  name: string,
  { service = {}, snapshot, handlers }: FeatureParts<AnyMethodName>,
  isIncomplete: () => boolean,
): FeatureParts<AnyMethodName> {
  const { tick, status, ...rest } = service;
  return {
    ...(handlers === undefined ? {} : { handlers: refusingWhile(isIncomplete, name, handlers) }),
    ...(snapshot === undefined ? {} : { snapshot: () => isIncomplete() ? undefined : snapshot() }),
    service: {
      ...rest,
      ...(tick === undefined ? {} : { tick: () => isIncomplete() ? undefined : tick() }),
      ...(status === undefined ? {} : { status: () => isIncomplete() ? undefined : status() }),
    },
  };
}

function serviceOf(name: string, { status, ...rest }: NonNullable<FeatureParts["service"]> = {}): Service {
  return { ...rest, name, ...(status === undefined ? {} : { status: async () => partOf(name, await status()) }) };
}

function partOf(name: string, part: unknown): Readonly<Record<string, unknown>> {
  return part === undefined ? {} : { [name]: part };
}

/** One that fails is left out, so that windows still get the rest. */
function snapshotOf(
  [name, { snapshot }]: readonly [string, FeatureParts<AnyMethodName>],
  log: Log,
): [string, unknown][] {
  try {
    return Object.entries(partOf(name, snapshot?.()));
  } catch (error) {
    log.error("a service failed", {
      service: name,
      what: "snapshot",
      error: String((error as Error)?.stack ?? error),
    });
    return [];
  }
}
