/** The configuration as one frozen object: made from what is given and the defaults, read, shown and compared by key. Pure. */
import type { Config } from "./base_sections.ts";
import { type ConfigSchema, type Entry, joinKey, type Setting } from "./schema.ts";
import { type Origin, originText } from "./origin.ts";
import type { ConfigSection, SectionValues } from "./section.ts";
import { maskedValue } from "./shown_value.ts";

/** A value with its origin. */
export interface Value {
  readonly value: unknown;
  readonly origin: Origin;
}

export interface Assembled {
  readonly config: Config;
  /** By key, for each that is in force. */
  readonly origins: Readonly<Record<string, Origin>>;
}

/** @param given the keys that stand in the file, sections and names included: a name may stand there with nothing under it */
export function assemble(
  schema: ConfigSchema,
  layers: ReadonlyMap<string, Value>,
  given: Iterable<string> = [],
): Assembled {
  const names = namesIn([...given, ...layers.keys()]);
  const origins: [string, Origin][] = [];
  const build = (entry: Entry, key: string): unknown => {
    if (entry.kind === "setting") {
      const held = layers.get(key);
      origins.push([key, held?.origin ?? { kind: "default" }]);
      return frozen(held === undefined ? entry.fallback : held.value);
    }
    const inner: Iterable<readonly [string, Entry]> = entry.kind === "group"
      ? entry.entries
      : [...names.get(key) ?? []].map((name) => [name, entry.entry] as const);
    // Own properties whatever their names: one may be called __proto__.
    return Object.freeze(Object.fromEntries([...inner].map(([name, each]) => [name, build(each, joinKey(key, name))])));
  };
  // The schema has the base sections first, and each value was accepted by its setting.
  const config = build(schema.root, "") as Config;
  return { config, origins: Object.freeze(Object.fromEntries(origins)) };
}

/** The parts that follow each prefix of the keys, in their order. */
function namesIn(keys: readonly string[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const key of keys) {
    let prefix = "";
    for (const name of key.split(".")) {
      const held = names.get(prefix) ?? new Set();
      names.set(prefix, held.add(name));
      prefix = joinKey(prefix, name);
    }
  }
  return names;
}

function frozen(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

/** The configuration where nothing is configured. */
export function initialSettings(schema: ConfigSchema): Config {
  return assemble(schema, new Map()).config;
}

/** A feature's own section of a configuration that was read with it; undefined where the feature has none. */
export function valuesOf<const S extends ConfigSection | undefined>(config: Config, section: S): SectionValues<S> {
  // Each value was accepted by its setting; the type of the whole is that of the base sections.
  return (section === undefined ? undefined : own(config, section.name)) as SectionValues<S>;
}

/** What `config show` and `config.get` show: every value with its origin, nothing that looks like a credential. */
export function configView({ config, origins, file }: Assembled & { readonly file: string | null }): {
  readonly file: string | null;
  readonly values: Readonly<Record<string, { readonly value: unknown; readonly origin: string }>>;
} {
  const values = Object.entries(origins).map(([key, origin]) => {
    return [key, { value: maskedValue(key, valueAt(config, key)), origin: originText(origin) }] as const;
  });
  return { file, values: Object.fromEntries(values) };
}

/** The keys that differ, names that came or went included, by when a change takes effect. */
export function diffConfig(schema: ConfigSchema, old: Config, now: Config): {
  readonly applied: readonly string[];
  readonly needsRestart: readonly string[];
} {
  const settings = new Map([...settingsOf(schema.root, old), ...settingsOf(schema.root, now)]);
  const changed = [...settings].filter(([key]) => !isSame(valueAt(old, key), valueAt(now, key)));
  const keys = (when: Setting["applies"]) => changed.filter(([, { applies }]) => applies === when).map(([key]) => key);
  return { applied: keys("live"), needsRestart: keys("restart") };
}

/** The settings of a configuration by their keys, with the names that it has. */
function* settingsOf(entry: Entry, held: unknown, key = ""): Generator<[string, Setting]> {
  if (entry.kind === "setting") return yield [key, entry];
  const inner: Iterable<readonly [string, Entry]> = entry.kind === "group"
    ? entry.entries
    : Object.keys(held ?? {}).map((name) => [name, entry.entry] as const);
  for (const [name, each] of inner) yield* settingsOf(each, own(held, name), joinKey(key, name));
}

function valueAt(config: Config, key: string): unknown {
  return key.split(".").reduce<unknown>(own, config);
}

function own(held: unknown, name: string): unknown {
  const isThere = typeof held === "object" && held !== null && Object.hasOwn(held, name);
  return isThere ? (held as Readonly<Record<string, unknown>>)[name] : undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
