/** What is wrong and what is odd in the sections of a configuration file. Pure. */
import { clip, escapeControls, maskSecrets } from "../domain/sanitize.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import { type ConfigKey, findSetting, RESERVED_KEYS, type Setting, SETTINGS } from "./schema.ts";
import { describe, type Member, type Section } from "./parse.ts";

export interface Checked {
  /** The valid values by key, with their places. */
  readonly values: ReadonlyMap<ConfigKey, { readonly value: unknown; readonly at: string }>;
  /** `<place> <key> is …, must be …`: the file must not be used. */
  readonly problems: readonly string[];
  /** `<place> <key> is …`: the file is used all the same. */
  readonly warnings: readonly string[];
}

export function checkSections(sections: readonly Section[]): Checked {
  const values = new Map<ConfigKey, { value: unknown; at: string }>();
  const problems: string[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();

  function known(member: Member, key: string): boolean {
    if (RESERVED_KEYS.has(key)) warnings.push(`${member.at} ${key} is not used by this version`);
    else if (!KNOWN.has(key)) warnings.push(`${member.at} ${unknownKey(key)}`);
    else {
      if (seen.has(key)) warnings.push(`${member.at} ${key} is given twice, the last one counts`);
      seen.add(key);
      return true;
    }
    return false;
  }

  for (const section of sections) {
    if (!known(section, section.name)) continue;
    if (section.members === undefined) {
      problems.push(`${section.at} ${section.name} is ${shown(section.value)}, must be an object`);
      continue;
    }
    for (const member of section.members) {
      const key = `${section.name}.${member.name}`;
      if (!known(member, key)) continue;
      const setting = findSetting(key)!;
      const problem = checkValue(setting, member.value);
      if (problem === undefined) values.set(setting.key, { value: member.value, at: member.at });
      else problems.push(`${placeOf(setting, member)} ${problem}`);
    }
  }
  return { values, problems, warnings };
}

/** `<key> is …, must be …`, or undefined where the value may stand; for an item of an array the key is `key[0].name`. */
export function checkValue(setting: Setting, value: unknown): string | undefined {
  if (setting.accepts(value)) return undefined;
  const flaw = Array.isArray(value) ? setting.flaw(value) : undefined;
  if (flaw === undefined) return `${setting.key} is ${shown(value)}, must be ${setting.must}`;
  const [item, name] = flaw.path.split(/\.(.*)/s);
  const inner = name === undefined ? "" : /^\w+$/.test(name) ? `.${name}` : `.${shown(name)}`;
  const is = flaw.value === undefined ? "missing" : shown(flaw.value);
  return `${setting.key}[${item}]${clip(inner, 80)} is ${is}, must be ${flaw.must}`;
}

function placeOf(setting: Setting, { value, at, places }: Member): string {
  const path = Array.isArray(value) ? setting.flaw(value)?.path : undefined;
  return path === undefined ? at : places?.get(path) ?? places?.get(path.split(".")[0]!) ?? at;
}

/** `<key> is not a known key`, with the nearest one that is. */
export function unknownKey(key: string): string {
  const meant = nearestWord(key, KNOWN);
  const name = /^[\w.-]+$/.test(key) ? key : `"${escapeControls(key)}"`;
  return `${clip(maskSecrets(name), 80)} is not a known key${meant === undefined ? "" : `, did you mean ${meant}?`}`;
}

const KNOWN: ReadonlySet<string> = new Set(SETTINGS.flatMap(({ section, key }) => [section, key]));

function shown(value: unknown): string {
  return clip(escapeControls(maskSecrets(describe(value))), 80);
}
