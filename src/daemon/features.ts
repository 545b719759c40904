/**
 * The features of the daemon, in start order: adding one is a line here. A file of its own and not daemon/mod.ts, because
 * whoever starts the daemon reads it too: the sandbox is the sum of what the features declare.
 */
import { approvalPermissions } from "../approvals/permissions.ts";
import { capsule } from "../capsule/mod.ts";
import { channel } from "../channel/mod.ts";
import { CHANNEL_NAMES } from "../channel/kinds.ts";
import { command } from "../command/mod.ts";
import { type Config, configSchema } from "../config/base_sections.ts";
import type { ConfigSchema } from "../config/schema.ts";
import type { ConfigSection } from "../config/section.ts";
import { valuesOf } from "../config/values.ts";
import type { FeatureBase, FeatureRows, NamedProgram, SandboxContext } from "../core/service.ts";
import { feeds } from "../feeds/mod.ts";
import { gateway } from "../gateway/mod.ts";
import { job } from "../job/mod.ts";
import { liveness } from "../liveness/mod.ts";
import { mcp } from "../mcp/mod.ts";
import { memoryFeature } from "../memory/mod.ts";
import type { Permission } from "../platform/sandbox.ts";
import { retention } from "../retention/mod.ts";
import { spool } from "../spool/mod.ts";
import { telemetry } from "../telemetry/mod.ts";
import { turn } from "../turn/mod.ts";

export const FEATURES = [
  channel,
  spool,
  liveness,
  feeds,
  retention,
  memoryFeature,
  gateway,
  telemetry,
  turn,
  command,
  job,
  mcp,
  capsule,
] as const;

/** A feature whatever its methods, its projection and its section. */
// deno-lint-ignore no-explicit-any -- a list of features: each has types of its own, which createFeatures puts together again
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

/** What notifies a person, by name: the command line knows none of them itself. */
export { CHANNEL_NAMES };

/** The user's programs that the configuration names. */
export function featurePrograms({ config, env }: Omit<PermissionsContext, "exists">): readonly NamedProgram[] {
  const features: readonly AnyFeature[] = FEATURES;
  return features.flatMap((feature) => feature.programs?.({ env, settings: valuesOf(config, feature.config) }) ?? []);
}

/** What the sandbox depends on, for all features. */
export interface PermissionsContext extends Pick<SandboxContext, "env" | "exists" | "root"> {
  readonly config: Config;
}

export function featurePermissions(
  { config, ...context }: PermissionsContext,
  features: readonly AnyFeature[] = FEATURES,
): Permission[] {
  return [
    ...approvalPermissions(context),
    ...features.flatMap((feature) =>
      feature.permissions?.({ ...context, settings: valuesOf(config, feature.config) }) ?? []
    ),
  ];
}
