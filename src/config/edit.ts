/** `config set`: an edit that keeps the file's comments, order and indentation. Pure. */
import { ConsoleError } from "../protocol/errors.ts";
import { checkSections, checkValue, unknownKey } from "./validate.ts";
import { withKey } from "./jsonc_insert.ts";
import { findSetting, type Setting } from "./schema.ts";
import { type Format, readSource } from "./parse.ts";

/** A value as typed on the command line: JSON where it is JSON, else the text itself. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The text of the file with `key` set to `value`. Other keys' errors are left for their own edits.
 *
 * @param text of the file; empty where there is none yet
 * @throws {ConsoleError} `usage` for an unknown key, `config_invalid` for a wrong value or a file that cannot be parsed,
 *   `failed` for lists and for TOML, which people edit by hand
 */
export function setKey(text: string, key: string, value: unknown, format: Format): string {
  const setting = findSetting(key);
  if (setting === undefined) throw new ConsoleError("usage", `Cannot set ${unknownKey(key)}`);
  if (Array.isArray(setting.fallback)) throw new ConsoleError("failed", listByHand(setting, format));
  const problem = checkValue(setting, value);
  if (problem !== undefined) {
    throw new ConsoleError("config_invalid", `Cannot set ${key}: ${problem.replace(`${key} `, "")}`);
  }
  if (format === "toml") throw new ConsoleError("failed", byHand(setting, value));

  const bom = text.startsWith("\ufeff") ? "\ufeff" : "";
  const before = text.slice(bom.length).trim() === "" ? "{}\n" : text.slice(bom.length);
  const section = readSource(before, "config.jsonc", "jsonc").find(({ name }) => name === setting.section);
  if (section !== undefined && section.members === undefined) {
    throw new ConsoleError("config_invalid", `Cannot set ${key}: ${setting.section} is not an object, must be one`);
  }
  const after = withKey(before, setting.section, setting.name, value);
  // A key that is given twice is edited where it stands first and counts where it stands last.
  if (checkSections(readSource(after, "config.jsonc", "jsonc")).values.get(setting.key)?.value !== value) {
    throw new ConsoleError("config_invalid", `Cannot set ${key}: is given twice in the file, must be there once`);
  }
  return bom + after;
}

function byHand({ key, section, name }: Setting, value: unknown): string {
  const line = value === null ? `no ${name} (the default)` : `${name} = ${JSON.stringify(value)}`;
  return `Cannot set ${key}: is in config.toml, must be edited by hand: write ${line} under [${section}]`;
}

function listByHand({ key, section, name, example = "[]" }: Setting, format: Format): string {
  const line = format === "toml"
    ? `${name} = ${example.replace(/"(\w+)": /g, "$1 = ")} under [${section}]`
    : `"${name}": ${example} into "${section}"`;
  return `Cannot set ${key}: is a list, must be edited by hand in the configuration file: write for example ${line}`;
}
