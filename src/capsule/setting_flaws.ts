/** Settings of capsules in the configuration that no capsule reads. Pure; outside text escaped. */
import { clip, escapeControls } from "../domain/sanitize.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import type { Manifest, SettingValue } from "./manifest.ts";

/** In the configuration, by capsule and by setting. */
export type GivenSettings = Readonly<Record<string, Readonly<Record<string, SettingValue>>>>;

/** @param manifests by name; undefined for what is there and cannot be read: nothing is said of that */
export function settingFlaws(
  given: GivenSettings,
  manifests: ReadonlyMap<string, Pick<Manifest, "settings"> | undefined>,
): string[] {
  return Object.entries(given).flatMap(([name, values]) => {
    const key = `capsules.settings.${name}`;
    if (!manifests.has(name)) return [`${key} is of a capsule that is not there${meant(name, manifests.keys())}`];
    const settings = manifests.get(name)?.settings;
    if (settings === undefined) return [];
    return Object.entries(values).flatMap(([setting, value]) => {
      const known = Object.hasOwn(settings, setting) ? settings[setting] : undefined;
      if (known === undefined) {
        return [`${key}.${setting} is no setting of the capsule${meant(setting, Object.keys(settings))}`];
      }
      if (known.type === typeof value as string) return [];
      return [`${key}.${setting} is ${shown(value)}, expected ${WORDS[known.type]}; the capsule gets its default`];
    });
  });
}

const WORDS = { string: "a text", number: "a number", boolean: "true or false" } as const;

function meant(typed: string, words: Iterable<string>): string {
  const near = nearestWord(typed, words);
  return near === undefined ? "" : `, did you mean ${near}?`;
}

function shown(value: SettingValue): string {
  return clip(escapeControls(JSON.stringify(value)), 60);
}
