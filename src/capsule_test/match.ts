/** Compares what a test expects with what was there. Pure. */

/** One place where they differ; each side as it is shown. */
export interface Difference {
  /** `text`, `kv.days`, `fetches.0.body`. */
  readonly at: string;
  readonly expected: string;
  readonly actual: string;
}

const CONTAINS = "$contains";

/**
 * Objects match by the members that are expected, lists entry by entry, and `{"$contains": …}` a text that has this part, or
 * all of these. Everything else must be the same.
 */
export function differences(at: string, expected: unknown, actual: unknown): readonly Difference[] {
  const parts = partsOf(expected);
  if (parts !== undefined) {
    if (typeof actual === "string" && parts.every((part) => actual.includes(part))) return [];
    return [{ at, expected: `… ${parts.join(" … ")} …`, actual: shown(actual) }];
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((one, index) => differences(`${at}.${index}`, one, actual[index]));
  }
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([key, one]) =>
      differences(`${at}.${key}`, one, Object.hasOwn(actual, key) ? actual[key] : undefined)
    );
  }
  const isSame = JSON.stringify(expected) === JSON.stringify(actual);
  return isSame ? [] : [{ at, expected: shown(expected), actual: shown(actual) }];
}

/** Whether each `$contains` in it stands alone, and has a text or a list of texts, none of them empty: others match anything, or nothing. */
export function isMatchable(expected: unknown): boolean {
  if (Array.isArray(expected)) return expected.every(isMatchable);
  if (!isObject(expected)) return true;
  if (!Object.hasOwn(expected, CONTAINS)) return Object.values(expected).every(isMatchable);
  const parts = [expected[CONTAINS]].flat();
  return Object.keys(expected).length === 1 && parts.length > 0 &&
    parts.every((part) => typeof part === "string" && part !== "");
}

function partsOf(expected: unknown): readonly string[] | undefined {
  if (!isObject(expected) || Object.keys(expected).join() !== CONTAINS) return undefined;
  const given = expected[CONTAINS];
  return (Array.isArray(given) ? given : [given]).map(String);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text as it is, so that its lines can be read; nothing as a word. */
function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "nothing";
}
