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

// deno-lint-ignore no-control-regex
const word = v.pipe(v.string("text"), v.maxLength(1000, "at most 1000 characters"), v.regex(/^[^\u0000]*$/, "text"));
// deno-lint-ignore no-control-regex
const PROGRAM = /^(?:~?\/[^\u0000-\u001f\u007f,]*[^\u0000-\u001f\u007f,/]|[A-Za-z0-9][\w.+-]*)$/;

/** A program of the user and its arguments, or nothing; where it may be is told by programNamed (program_places.ts). */
export const programWords = v.pipe(
  v.array(word),
  v.maxLength(50, "at most 50 words"),
  v.check(([program]) => program === undefined || PROGRAM.test(program)),
);

/** A part of the day, as isQuiet (quiet_hours.ts) reads it; null: none. */
export const quietTimes = v.nullable(
  v.pipe(v.string(), v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$/)),
);
