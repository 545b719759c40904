/**
 * The edits of the configuration's text by which an installation of hooks turns its agent's feed on, and an
 * uninstallation off again: the feeds that it turned on and no others, byte for byte where nobody has changed the file
 * since. Pure.
 */
import { setKey } from "./edit.ts";
import type { Format } from "./parse.ts";
import { withoutKey } from "./remove_key.ts";
import type { ConfigSchema } from "./schema.ts";

export interface FeedRecord {
  /** Dotted keys that installations have turned on. */
  readonly keys: readonly string[];
  /** Those of them that were set in `original`, one after the other. */
  readonly since: readonly string[];
  /** The text before; null where there was no file. */
  readonly original: string | null;
  /** The text that we wrote last, null where no file: a file that has another one was changed by somebody else. */
  readonly made: string | null;
}

/** @throws {ConsoleError} as {@link setKey} */
export function withFeedOn(
  text: string | null,
  key: string,
  record: FeedRecord | undefined,
  format: Format,
  schema: ConfigSchema,
): FeedRecord & { readonly made: string } {
  const made = setKey(text ?? "", key, true, format, schema);
  const before = record !== undefined && record.made === text ? record : { since: [], original: text };
  return { keys: added(record?.keys ?? [], key), since: added(before.since, key), original: before.original, made };
}

/** @returns the record with the text that the file is to have; null: there is to be none */
export function withFeedOff(text: string, key: string, record: FeedRecord, schema: ConfigSchema): FeedRecord {
  const keys = record.keys.filter((one) => one !== key);
  if (record.made !== text || !record.since.includes(key)) {
    const made = withoutKey(text, key);
    return { keys, since: [], original: made, made };
  }
  const since = record.since.filter((one) => one !== key);
  const made = since.reduce<string | null>(
    (now, one) => setKey(now ?? "", one, true, "jsonc", schema),
    record.original,
  );
  return { ...record, keys, since, made };
}

function added(keys: readonly string[], key: string): readonly string[] {
  return keys.includes(key) ? keys : [...keys, key];
}
