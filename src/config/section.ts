/**
 * The parts that a section of the configuration is made of: settings, sections in sections, and sections that are keyed
 * by name (`agents.<name>.command`). A feature declares its own section with them; schema.ts puts all sections together.
 */
import * as v from "valibot";

/** When a change of a key takes effect: at `daemon reload`, or only at the next start. */
export type Applies = "live" | "restart";

export interface About {
  readonly title: string;
  /** A few sentences for people. */
  readonly means: string;
  /** Completes "must be …", with the unit. */
  readonly must: string;
  readonly applies: Applies;
  /** A value as people would write it, in JSON, for a key whose default shows nothing of that. */
  readonly example?: string;
}

/** The names that a section keyed by name takes. One with a dot in it is refused in any case: keys are dotted. */
export interface Names {
  readonly pattern: RegExp;
  /** Completes "must be …". */
  readonly must: string;
  /** A name that the pattern takes, for `config init`. */
  readonly example: string;
}

/** A section of the configuration: a top-level key and what stands under it. */
export interface ConfigSection<S extends v.GenericSchema = v.GenericSchema, N extends string = string> {
  readonly name: N;
  readonly schema: S;
}

/** What a reader of the section gets: every setting, those of the file or their defaults. */
export type SectionValues<S extends ConfigSection | undefined> = S extends ConfigSection<infer V> ? v.InferOutput<V>
  : undefined;

/** @param entries settings, {@link group}s and {@link named} sections */
export function section<const N extends string, const E extends v.ObjectEntries>(
  name: N,
  entries: E,
): ConfigSection<v.ObjectSchema<E, undefined>, N> {
  return { name, schema: v.object(entries) };
}

/** A section whose keys are names that the user gives: `agents.<name>.command`. */
export function namedSection<const N extends string, const E extends v.GenericSchema>(name: N, names: Names, entry: E) {
  return { name, schema: named(names, entry) } as const;
}

/** A section in a section: `channels.telegram`. */
export function group<const E extends v.ObjectEntries>(entries: E): v.ObjectSchema<E, undefined> {
  return v.object(entries);
}

/** A section whose keys are names that the user gives, all with the same entry behind them: a {@link group} or a setting. */
export function named<const E extends v.GenericSchema>({ pattern, must, example }: Names, entry: E) {
  return v.record(v.pipe(v.string(), v.regex(pattern), v.metadata({ must, example })), entry);
}

/** @param fallback the value where nobody gives one */
export function setting<const S extends v.GenericSchema>(schema: S, fallback: v.InferOutput<S>, about: About) {
  const { title, means, must, applies, example } = about;
  return v.optional(
    v.pipe(
      schema,
      v.title(title),
      v.description(means),
      v.metadata({ must, applies, ...(example === undefined ? {} : { example }) }),
    ),
    () => fallback,
  );
}
