/** What is wrong and what is odd in a configuration file. Pure. */
import { maskSecrets } from "../domain/mask.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { describe, type Member } from "./parse.ts";
import { type ConfigSchema, type Entry, entryAt, joinKey, type Setting } from "./schema.ts";
import { isEnvironment, maskedValue } from "./shown_value.ts";
import type { Value } from "./values.ts";

export interface Checked {
  /** The valid values by key, with the places where they stand. */
  readonly values: ReadonlyMap<string, Value>;
  /** The known keys that are given, sections and names included. */
  readonly given: ReadonlySet<string>;
  /** `<place> <key> is …, expected …`: the file must not be used. */
  readonly problems: readonly string[];
  /** `<place> <key> is …`: the file is used all the same. */
  readonly warnings: readonly string[];
  /** Those of the warnings that name a key which no version knows. */
  readonly typos: readonly string[];
}

/** @param members of the outermost object */
export function checkMembers(members: readonly Member[], schema: ConfigSchema): Checked {
  const values = new Map<string, Value>();
  const given = new Set<string>();
  const problems: string[] = [];
  const warnings: string[] = [];
  const typos: string[] = [];

  function check(member: Member, key: string, entry: Entry): void {
    if (given.has(key)) warnings.push(`${member.at} ${shownKey(key)} is given twice, the last one counts`);
    given.add(key);
    if (entry.kind === "setting") return checkSetting(member, { ...entry, key });
    if (member.members !== undefined) return checkAll(member.members, key, entry);
    problems.push(`${member.at} ${shownKey(key)} is ${shown(member.value)}, expected an object`);
  }

  function checkSetting(member: Member, setting: Setting): void {
    const problem = checkValue(setting, member.value);
    if (problem === undefined) {
      values.set(setting.key, { value: member.value, origin: { kind: "file", place: member.at } });
    } else problems.push(`${placeOf(setting, member)} ${problem}`);
  }

  function checkAll(inner: readonly Member[], prefix: string, parent: Entry): void {
    for (const member of inner) {
      const key = joinKey(prefix, member.name);
      const entry = entryAt(parent, member.name);
      if (entry !== undefined) check(member, key, entry);
      else if (parent.kind === "named") problems.push(`${member.at} ${wrongName(prefix, member.name, parent.must)}`);
      else if (schema.isReserved(key)) warnings.push(`${member.at} ${key} is not used by this version`);
      else {
        const typo = `${member.at} ${unknownKey(key, schema)}`;
        typos.push(typo);
        warnings.push(typo);
      }
    }
  }

  checkAll(members, "", schema.root);
  return { values, given, problems, warnings, typos };
}

/** `<key> is …, expected …`, or undefined where the value may stand; for an item of an array the key is `key[0].name`. */
export function checkValue(setting: Setting, value: unknown): string | undefined {
  if (setting.accepts(value)) return undefined;
  const key = shownKey(setting.key);
  const flaw = Array.isArray(value) ? setting.flaw(value) : undefined;
  const isSecret = isEnvironment(setting.key);
  if (flaw === undefined) return `${key} is ${isSecret ? kindOf(value) : shown(value)}, expected ${setting.must}`;
  const [item, name] = flaw.path.split(/\.(.*)/s);
  const inner = name === undefined ? "" : /^\w+$/.test(name) ? `.${name}` : `.${shown(name)}`;
  const member = `${key}[${item}]${clip(inner, 80)}`;
  if (flaw.value === undefined) return `${member} is missing`;
  // What is no NAME=value may be a value.
  if (isSecret) return `${member} is ${kindOf(flaw.value)}, expected ${flaw.must}`;
  const whole = name === undefined ? (maskedValue(setting.key, value) as unknown[])[Number(item)] : flaw.value;
  return `${member} is ${shown(whole)}, expected ${flaw.must}`;
}

function placeOf(setting: Setting, { value, at, places }: Member): string {
  const path = Array.isArray(value) ? setting.flaw(value)?.path : undefined;
  return path === undefined ? at : places?.get(path) ?? places?.get(path.split(".")[0]!) ?? at;
}

/** `<key> is not a known key`, with the nearest one that is. */
export function unknownKey(key: string, schema: ConfigSchema): string {
  const meant = schema.nearest(key);
  return `${shownKey(key)} is not a known key${meant === undefined ? "" : `, did you mean ${shownKey(meant)}?`}`;
}

function wrongName(prefix: string, name: string, must: string): string {
  return `the name ${shown(name)} under ${shownKey(prefix)} is not allowed, expected ${must}`;
}

/** Names in it are the user's own words. */
function shownKey(key: string): string {
  return clip(maskSecrets(/^[\w.-]+$/.test(key) ? key : `"${escapeControls(key)}"`), 80);
}

/** In place of a value that is shown nowhere. */
function kindOf(value: unknown): string {
  return typeof value === "string" ? "another text" : describe(value);
}

function shown(value: unknown): string {
  return clip(escapeControls(maskSecrets(describe(value))), 80);
}
