/**
 * From the list of features to what runs: services, handlers and parts of the snapshot. Apart from the list, because whoever
 * starts the daemon reads the list and runs nothing of it.
 */
import type { Config } from "../config/base_sections.ts";
import { valuesOf } from "../config/values.ts";
import type { ConsoleCommand } from "../core/console_command.ts";
import type { Projections } from "../core/projections.ts";
import type { FeatureContext, FeatureParts, Service } from "../core/service.ts";
import type { Log } from "../platform/system.ts";
import type { AnyMethodName } from "../protocol/method_schemas.ts";
import { type Handlers, refusingWhile } from "../rpc/handler.ts";
import type { AnyFeature, MethodsOf } from "./features.ts";

export interface Created<M extends AnyMethodName> {
  readonly services: readonly Service[];
  readonly handlers: Handlers<M>;
  /** The features' parts of a snapshot, each under its feature's name. */
  readonly snapshots: () => Readonly<Record<string, unknown>>;
  /** Those of all features. */
  readonly commands: () => readonly ConsoleCommand[];
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
  const parts = features.map((feature): readonly [AnyFeature, FeatureParts<AnyMethodName>] => {
    const state = feature.projection === undefined ? undefined : states.of(feature.projection);
    const settings = {
      get current() {
        return valuesOf(config.current, feature.config);
      },
      booted: valuesOf(config.booted, feature.config),
    };
    const made: FeatureParts<AnyMethodName> = feature.create({ ...context, settings }, state);
    const isIncomplete = () => state !== undefined && states.isSetAside(state);
    return [feature, withoutWrongState(feature.name, made, isIncomplete)];
  });
  return {
    services: parts.map(([feature, { service }]) => serviceOf(feature, service)),
    // By type each feature has handlers for all its methods; the compiler does not follow a list.
    handlers: Object.assign({}, ...parts.map(([, { handlers }]) => handlers)) as Handlers<MethodsOf<F>>,
    snapshots: () => Object.fromEntries(parts.flatMap((part) => snapshotOf(part, context.log))),
    commands: () => parts.flatMap(([, { commands }]) => commands?.() ?? []),
  };
}

/** A feature whose projection lacks an event shows and does nothing more: it would go by a wrong state. */
function withoutWrongState(
  name: string,
  { service = {}, snapshot, handlers, commands }: FeatureParts<AnyMethodName>,
  isIncomplete: () => boolean,
): FeatureParts<AnyMethodName> {
  const { tick, status, ...rest } = service;
  return {
    ...(handlers === undefined ? {} : { handlers: refusingWhile(isIncomplete, name, handlers) }),
    ...(snapshot === undefined ? {} : { snapshot: () => isIncomplete() ? undefined : snapshot() }),
    ...(commands === undefined ? {} : { commands: () => isIncomplete() ? [] : commands() }),
    service: {
      ...rest,
      ...(tick === undefined ? {} : { tick: () => isIncomplete() ? undefined : tick() }),
      ...(status === undefined ? {} : { status: () => isIncomplete() ? undefined : status() }),
    },
  };
}

function serviceOf(
  { name, statusName = name }: Pick<AnyFeature, "name"> & { readonly statusName?: string },
  { status, ...rest }: NonNullable<FeatureParts["service"]> = {},
): Service {
  return { ...rest, name, ...(status === undefined ? {} : { status: async () => partOf(statusName, await status()) }) };
}

function partOf(name: string, part: unknown): Readonly<Record<string, unknown>> {
  return part === undefined ? {} : { [name]: part };
}

/** One that fails is left out, so that windows still get the rest. */
function snapshotOf(
  [{ name }, { snapshot }]: readonly [AnyFeature, FeatureParts<AnyMethodName>],
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
