/**
 * The features of the daemon, in start order: adding one is a line here. A file of its own and not daemon/mod.ts, because
 * whoever starts the daemon reads it too: the sandbox is the sum of what the features declare.
 */
import type { FeatureContext, FeatureParts, SandboxContext, Service } from "../core/service.ts";
import type { Feature } from "../core/service.ts";
import type { Projection } from "../core/projection.ts";
import { feeds } from "../feeds/mod.ts";
import { liveness } from "../liveness/mod.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { MethodName } from "../protocol/methods.ts";
import type { Handlers, Method } from "../rpc/handler.ts";
import { retention } from "../retention/mod.ts";
import { spool } from "../spool/mod.ts";

export const FEATURES = [spool, liveness, feeds, retention] as const;

/** A feature whatever its methods and its projection. */
// deno-lint-ignore no-explicit-any -- a list of features: each has types of its own, which `create` puts together again
export type AnyFeature = Feature<any, any>;

/** The methods that a list of features has handlers for. */
export type MethodsOf<F extends readonly AnyFeature[]> = F[number] extends Feature<infer M, infer _> ? M : never;

export function featurePermissions(context: SandboxContext, features: readonly AnyFeature[] = FEATURES): Permission[] {
  return features.flatMap((feature) => feature.permissions?.(context) ?? []);
}

export interface Prepared {
  readonly feature: AnyFeature;
  readonly projection: Projection | undefined;
}

/** The features with their empty projections, before the journal is read. */
export function prepare(features: readonly AnyFeature[]): Prepared[] {
  return features.map((feature) => ({ feature, projection: feature.projection?.() }));
}

export interface Created<M extends MethodName> {
  readonly services: readonly Service[];
  readonly handlers: Handlers<M>;
  readonly methods: Readonly<Record<string, Method>>;
}

/** @param F the list that `prepared` was made of */
export function create<F extends readonly AnyFeature[]>(
  prepared: readonly Prepared[],
  context: FeatureContext,
): Created<MethodsOf<F>> {
  const parts = prepared.map(({ feature, projection }): [string, FeatureParts<MethodName>] => [
    feature.name,
    feature.create(context, projection),
  ]);
  return {
    services: parts.map(([name, { service }]) => ({ ...service, name })),
    // By type each feature has handlers for all its methods; the compiler does not follow a list.
    handlers: Object.assign({}, ...parts.map(([, { handlers }]) => handlers)) as Handlers<MethodsOf<F>>,
    methods: Object.assign({}, ...parts.map(([, { methods }]) => methods)),
  };
}
