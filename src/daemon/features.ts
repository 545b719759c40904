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
import type { Projection } from "../core/projection.ts";
import { feeds } from "../feeds/mod.ts";
import { liveness } from "../liveness/mod.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { AnyMethodName } from "../protocol/method_schemas.ts";
import type { Handlers } from "../rpc/handler.ts";
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

export interface Prepared {
  readonly feature: AnyFeature;
  readonly projection: Projection | undefined;
}

/** The features with their empty projections, before the journal is read. */
export function prepare(features: readonly AnyFeature[]): Prepared[] {
  return features.map((feature) => ({ feature, projection: feature.projection?.() }));
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

/** @param F the list that `prepared` was made of */
export function create<F extends readonly AnyFeature[]>(
  prepared: readonly Prepared[],
  { config, ...context }: SharedContext,
): Created<MethodsOf<F>> {
  const parts = prepared.map(({ feature, projection }): [string, FeatureParts<AnyMethodName>] => [
    feature.name,
    feature.create({
      ...context,
      settings: {
        get current() {
          return valuesOf(config.current, feature.config);
        },
        booted: valuesOf(config.booted, feature.config),
      },
    }, projection),
  ]);
  const snapshots = parts.flatMap(([name, { snapshot }]) => snapshot === undefined ? [] : [[name, snapshot] as const]);
  return {
    snapshots: () => Object.fromEntries(snapshots.map(([name, snapshot]) => [name, snapshot()])),
    services: parts.map(([name, { service }]) => ({ ...service, name })),
    // By type each feature has handlers for all its methods; the compiler does not follow a list.
    handlers: Object.assign({}, ...parts.map(([, { handlers }]) => handlers)) as Handlers<MethodsOf<F>>,
  };
}
