/** Which names have values that are secrets. Pure. */

/** Shorter values (UTF-16 units) are ordinary words and numbers. */
export const MIN_SECRET = 6;

const SECRET_PART = /(?:secret|passwd|password|passphrase|token|credential|apikey)s?\d*$/;
/** Names of facts about a secret, not of the secret: `token_type`, `password_file`. */
const ABOUT = words(
  "command cmd helper script program exec file path dir folder name type count limit usage field url uri endpoint length budget expiry ttl " +
    "server host provider process source store rm prefix",
);
/** What may come behind the secret's own word in a name that still is the secret's: `SECRET_KEY_BASE`, `TOKEN_PROD`. */
const SAME = words("access key value base base64 b64 data string old new dev test stage staging prod production live");
/** What comes before `key` in names of secrets; in capitals every key is one but those that come next. */
const SECRET_KEYS = words("access account api app auth client encryption master private secret service shared signing");
const HARMLESS_KEYS = words("cache foreign partition primary public row sort unique");

/** @param prose `name: value` without quotes, as in a sentence: there `token-parser: rewritten` is no secret */
export function isSecretName(name: string, prose: boolean): boolean {
  const parts = partsOf(name);
  const last = parts.at(-1) ?? "";
  const before = parts.at(-2);
  if (ABOUT.has(last)) return false;
  if (SECRET_PART.test(last)) return true;
  if (parts.some((part) => SECRET_PART.test(part))) return !(prose && /[a-z]-/.test(name));
  if (/^pass$|^pwd$/.test(last)) return before === undefined ? last === "pass" && !prose : true;
  if (last !== "key" || before === undefined) return false;
  return name === name.toUpperCase() ? !HARMLESS_KEYS.has(before) : SECRET_KEYS.has(before);
}

/**
 * Of a variable or an option in a command, where any other word behind the secret's may name a program, a host or a thing
 * that is changed: `CREDENTIAL_PROVIDER`, `--secret-id`. A `--secret` alone names one of a store, as often as not.
 */
export function isSecretNameInCommand(name: string): boolean {
  const parts = partsOf(name);
  if (/^--(?:secret|credential)s?$/.test(name)) return false;
  const secret = parts.findLastIndex((part) => SECRET_PART.test(part));
  return isSecretName(name, false) &&
    (secret === -1 || parts.slice(secret + 1).every((part) => SAME.has(part) || /^v?\d+$/.test(part)));
}

function partsOf(name: string): string[] {
  return name.replace(/([a-z\d])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2").toLowerCase()
    .split(/[_-]+/).filter(Boolean);
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
