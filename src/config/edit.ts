/** `config set`: an edit that keeps the file's comments, order and indentation. Pure. */
import { shellQuote } from "../lib/shell_quote.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { withKey } from "./jsonc_insert.ts";
import { type Format, type Member, readSource } from "./parse.ts";
import { isEmptyAt, withoutKey } from "./remove_key.ts";
import { type ConfigSchema, type Entry, entryAt, type Setting, splitKey } from "./schema.ts";
import { checkMembers, checkValue, unknownKey } from "./validate.ts";

/** A value as typed on the command line: JSON where it is JSON, else the text itself. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The text of the file with `key` set to `value`. Other keys' errors are left for their own edits. Null takes a key back
 * that the user has named, as those of capsules: it has no default of its own that could be written.
 *
 * @param text of the file; empty where there is none yet
 * @throws {ConsoleError} `usage` for an unknown key or a wrong value, `config_invalid` for a file that cannot be parsed,
 *   `failed` for lists of objects and for TOML, which people edit by hand
 */
export function setKey(text: string, key: string, value: unknown, format: Format, schema: ConfigSchema): string {
  const setting = schema.find(key);
  if (setting === undefined) {
    throw new ConsoleError("usage", unknownKey(key, schema), { hint: "agent-console config show" });
  }
  if (Array.isArray(setting.fallback) && !hasWords(setting)) throw listByHand(setting, format);
  const path = key.split(".");
  const isTakenBack = value === null && isNamed(path, schema);
  const problem = isTakenBack ? undefined : checkValue(setting, value);
  if (problem !== undefined) {
    throw new ConsoleError("usage", problem, { hint: howToSet(setting, isNamed(path, schema)) });
  }
  if (format === "toml") throw byHand(setting, value);

  const bom = text.startsWith("\ufeff") ? "\ufeff" : "";
  const before = text.slice(bom.length).trim() === "" ? "{}\n" : text.slice(bom.length);
  const wrong = noObject(readSource(before, "config.jsonc", "jsonc"), path);
  if (wrong !== undefined) {
    throw new ConsoleError("config_invalid", `${key} cannot be set: ${wrong} in the file is not an object`);
  }
  const after = isTakenBack ? withoutNamed(before, path, schema) : withKey(before, path, value);
  // A key that is given twice is edited where it stands first and counts where it stands last.
  const counts = checkMembers(readSource(after, "config.jsonc", "jsonc"), schema).values.get(key)?.value;
  if (JSON.stringify(counts) !== (isTakenBack ? undefined : JSON.stringify(value))) {
    throw new ConsoleError("config_invalid", `${key} is given twice in the file`, {
      hint: "remove one of the two by hand",
    });
  }
  return bom + after;
}

/** Whether the user has given the last part of the key. */
function isNamed(path: readonly string[], schema: ConfigSchema): boolean {
  let parent: Entry | undefined = schema.root;
  for (const part of path.slice(0, -1)) parent = parent === undefined ? undefined : entryAt(parent, part);
  return parent?.kind === "named";
}

/** Without the section that the user has named, too, where nothing is left in it. */
function withoutNamed(text: string, path: readonly string[], schema: ConfigSchema): string {
  const after = withoutKey(text, path.join("."));
  const above = path.slice(0, -1);
  const section = above.join(".");
  return isNamed(above, schema) && isEmptyAt(after, section) ? withoutKey(after, section) : after;
}

/** The first section on the way to the key that is there and is no object. */
function noObject(members: readonly Member[], [first, ...rest]: readonly string[], prefix = ""): string | undefined {
  const member = members.find(({ name }) => name === first);
  if (member === undefined || rest.length === 0) return undefined;
  const key = `${prefix}${first}`;
  return member.members === undefined ? key : noObject(member.members, rest, `${key}.`);
}

/** A list of words or numbers is typed as JSON. */
function hasWords({ fallback, example = JSON.stringify(fallback) }: Setting): boolean {
  const items: unknown = JSON.parse(example);
  return Array.isArray(items) && items.every((item) => typeof item === "string" || typeof item === "number");
}

function howToSet({ key, fallback, example }: Setting, isNamed: boolean): string {
  const set = `agent-console config set ${key}`;
  if (isNamed) return `${set} null takes it back`;
  if (Array.isArray(fallback)) return `for example ${set} ${shellQuote([example ?? "[]"])}`;
  if (fallback === null && example !== undefined) {
    const value: unknown = JSON.parse(example);
    return `for example ${set} ${shellQuote([typeof value === "string" ? value : example])}`;
  }
  const words = typeof fallback === "string" ? fallback : JSON.stringify(fallback);
  return `its default: ${set} ${words === "" ? "''" : words}`;
}

function byHand({ key }: Setting, value: unknown): ConsoleError {
  const { parent, name } = splitKey(key);
  const line = value === null ? `no ${name} (the default)` : `${name} = ${JSON.stringify(value)}`;
  return new ConsoleError("failed", `${key} is in config.toml, which is edited by hand`, {
    hint: `write ${line} under [${parent}]`,
  });
}

function listByHand({ key, example = "[]" }: Setting, format: Format): ConsoleError {
  const { parent, name } = splitKey(key);
  const line = format === "toml"
    ? `${name} = ${example.replace(/"(\w+)": /g, "$1 = ")} under [${parent}]`
    : `"${name}": ${example} into "${parent}"`;
  return new ConsoleError("failed", `${key} is a list, which is edited by hand in the configuration file`, {
    hint: `write for example ${line}`,
  });
}
