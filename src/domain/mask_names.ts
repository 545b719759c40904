/** Which names have values that are secrets. Pure. */

/** Shorter values (UTF-16 units) are ordinary words and numbers. */
export const MIN_SECRET = 6;

const SECRET_PART = /(?:secret|passwd|password|passphrase|token|credential|apikey)s?\d*$/;
/** Names of facts about a secret, not of the secret: `token_type`, `password_file`. */
const ABOUT = words(
  "command cmd helper script program exec file path dir folder name type count limit usage field url uri endpoint length budget expiry ttl",
);
/** What comes before `key` in names of secrets; in capitals every key is one but those that come next. */
const SECRET_KEYS = words("access account api app auth client encryption master private secret service shared signing");
const HARMLESS_KEYS = words("cache foreign partition primary public row sort unique");

/** @param prose `name: value` without quotes, as in a sentence: there `token-parser: rewritten` is no secret */
export function isSecretName(name: string, prose: boolean): boolean {
  const parts = name.replace(/([a-z\d])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2").toLowerCase()
    .split(/[_-]+/).filter(Boolean);
  const last = parts.at(-1) ?? "";
  const before = parts.at(-2);
  if (ABOUT.has(last)) return false;
  if (SECRET_PART.test(last)) return true;
  if (parts.some((part) => SECRET_PART.test(part))) return !(prose && /[a-z]-/.test(name));
  if (/^pass$|^pwd$/.test(last)) return before === undefined ? last === "pass" && !prose : true;
  if (last !== "key" || before === undefined) return false;
  return name === name.toUpperCase() ? !HARMLESS_KEYS.has(before) : SECRET_KEYS.has(before);
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
