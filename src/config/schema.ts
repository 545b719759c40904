/**
 * The one schema of the configuration: the base sections and those that features bring, as a tree. It validates, gives
 * the defaults and documents (docs.ts). Keys are dotted everywhere; a key of a section that is keyed by name is listed
 * as `agents.<name>.command` and found under the name itself. Pure.
 */
import * as v from "valibot";
import { nearestWord } from "../lib/did_you_mean.ts";
import type { About, ConfigSection, Names } from "./section.ts";

export interface Setting extends About {
  readonly kind: "setting";
  readonly key: string;
  readonly fallback: unknown;
  /** Whether `value` may stand there. */
  accepts(value: unknown): boolean;
  /** In an array: the first item or key of an item that may not stand there, and what it must be. */
  flaw(value: readonly unknown[]): SchemaIssue | undefined;
}

export interface SchemaIssue {
  /** `0` or `0.tool`. */
  readonly path: string;
  readonly value: unknown;
  readonly must: string;
}

export interface Group {
  readonly kind: "group";
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Named extends Pick<Names, "must" | "example"> {
  readonly kind: "named";
  accepts(name: string): boolean;
  readonly entry: Entry;
}

export type Entry = Setting | Group | Named;

/** Stands for the name in the key of a section that is keyed by name. */
const ANY_NAME = "<name>";

export class ConfigSchema {
  readonly root: Group;
  /** Every setting, in the order of the sections. */
  readonly settings: readonly Setting[];
  #reserved: ReadonlySet<string>;

  /** @param reserved keys of later versions, unless a section has them @throws {TypeError} where two sections have one name */
  constructor(sections: readonly ConfigSection[], reserved: readonly string[]) {
    const entries = new Map<string, Entry>();
    for (const { name, schema } of sections) {
      if (entries.has(name)) throw new TypeError(`section ${name} is declared twice`);
      entries.set(name, entryOf(schema, name));
    }
    this.root = { kind: "group", entries };
    this.settings = [...settingsIn(this.root)];
    this.#reserved = new Set(reserved);
  }

  /** The setting of a dotted key, a name that the user gave included. */
  find(key: string): Setting | undefined {
    let entry: Entry | undefined = this.root;
    for (const part of key.split(".")) entry = entry === undefined ? undefined : entryAt(entry, part);
    return entry?.kind === "setting" ? { ...entry, key } : undefined;
  }

  /** Whether a later version uses the key. */
  isReserved(key: string): boolean {
    return this.#reserved.has(key);
  }

  /** The settings of the section in which a key was looked for, names that the user gave included; none at the top. */
  beside(key: string): readonly string[] {
    const { parent } = splitKey(key);
    const names = [...keysIn(this.root, "", key.split("."))];
    return parent === "" ? [] : names.filter((one) => splitKey(one).parent === parent && this.find(one) !== undefined);
  }

  /** The keys of the settings in a section, `<name>` where the user names its parts; none where `key` is no section. */
  within(key: string): readonly string[] {
    const parts = key.split(".");
    let entry: Entry | undefined = this.root;
    for (const part of parts) entry = entry === undefined ? undefined : entryAt(entry, part);
    if (entry === undefined || entry.kind === "setting") return [];
    return [...settingsIn(entry)].map((one) => joinKey(key, one.key.split(".").slice(parts.length).join(".")));
  }

  /** The known key or section that is nearest to a mistyped one. */
  nearest(key: string): string | undefined {
    return nearestWord(key, keysIn(this.root, "", key.split(".")));
  }
}

/** What stands under `name` in a section; undefined where nothing may. */
export function entryAt(parent: Entry, name: string): Entry | undefined {
  if (parent.kind === "group") return parent.entries.get(name);
  return parent.kind === "named" && parent.accepts(name) ? parent.entry : undefined;
}

export function joinKey(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** The key less its last part, and that part. */
export function splitKey(key: string): { readonly parent: string; readonly name: string } {
  const dot = key.lastIndexOf(".");
  return { parent: key.slice(0, Math.max(dot, 0)), name: key.slice(dot + 1) };
}

function entryOf(schema: v.GenericSchema, key: string): Entry {
  if (schema.type === "object") {
    const { entries } = schema as v.ObjectSchema<v.ObjectEntries, undefined>;
    const inner = Object.entries(entries).map(([name, entry]): [string, Entry] => [
      name,
      entryOf(entry as v.GenericSchema, joinKey(key, name)),
    ]);
    return { kind: "group", entries: new Map(inner) };
  }
  if (schema.type === "record") return namedOf(schema as NamedSchema, key);
  if (schema.type === "optional") return settingOf(schema as SettingSchema, key);
  throw new TypeError(`the schema of ${key} is ${schema.type}, expected a setting, a group or named`);
}

type NamedSchema = v.RecordSchema<v.GenericSchema<string, string>, v.GenericSchema, undefined>;
type SettingSchema = v.OptionalSchema<v.GenericSchema, () => unknown>;

function namedOf({ key: names, value }: NamedSchema, key: string): Named {
  const { must, example } = v.getMetadata(names) as Pick<Names, "must" | "example">;
  return {
    kind: "named",
    must,
    example,
    accepts: (name) => !name.includes(".") && v.is(names, name),
    entry: entryOf(value, joinKey(key, ANY_NAME)),
  };
}

function settingOf(schema: SettingSchema, key: string): Setting {
  const { wrapped } = schema;
  return {
    kind: "setting",
    key,
    title: v.getTitle(wrapped) ?? key,
    means: v.getDescription(wrapped) ?? "",
    ...v.getMetadata(wrapped) as Pick<About, "must" | "applies" | "example">,
    fallback: v.getDefault(schema),
    accepts: (value) => v.is(wrapped, value),
    flaw: (value) => flawOf(wrapped, value),
  };
}

function flawOf(schema: v.GenericSchema, value: readonly unknown[]): SchemaIssue | undefined {
  const [issue] = v.safeParse(schema, value).issues ?? [];
  const path = issue?.path?.map(({ key }) => String(key)).join(".");
  const must = issue === undefined ? undefined : ownWords(issue);
  return issue === undefined || path === undefined || must === undefined
    ? undefined
    : { path, value: issue.input, must };
}

/** What the library calls a type, as people read it. */
const TYPES: Readonly<Record<string, string>> = {
  array: "an array",
  boolean: "true or false",
  check: "another value",
  number: "a number",
  object: "an object",
  safe_integer: "a whole number",
  string: "text",
};

/** What the schema's own words say, else what its type says; undefined: the setting as a whole has to say it. */
function ownWords({ message, type }: v.BaseIssue<unknown>): string | undefined {
  return /^Invalid [\w ]+: /.test(message) ? TYPES[type] : message;
}

function* settingsIn(entry: Entry): Generator<Setting> {
  if (entry.kind === "setting") yield entry;
  else if (entry.kind === "named") yield* settingsIn(entry.entry);
  else for (const inner of entry.entries.values()) yield* settingsIn(inner);
}

/** All keys and sections; under names the one that was typed there, if it can stand there. */
function* keysIn(entry: Entry, prefix: string, typed: readonly string[]): Generator<string> {
  if (entry.kind === "setting") return;
  const [first = "", ...rest] = typed;
  const inner = entry.kind === "group" ? entry.entries : entry.accepts(first) ? [[first, entry.entry] as const] : [];
  for (const [name, each] of inner) {
    const key = joinKey(prefix, name);
    yield key;
    yield* keysIn(each, key, rest);
  }
}
