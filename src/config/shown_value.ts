/** How values of the configuration are shown: nothing of them that is, or looks like, a secret. Pure. */
import { maskSecrets } from "../domain/mask.ts";
import { isSecretName } from "../domain/mask_names.ts";

/** The key of an environment: an array of NAME=value, any of which may be a secret. */
export function isEnvironment(key: string): boolean {
  return key === "env" || key.endsWith(".env");
}

export function maskedValue(key: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    return isEnvironment(key) ? value.map((word) => `${String(word).split("=")[0]}=***`) : value.map(maskedItem);
  }
  return maskedPart(value);
}

/** In the words of a program, the one behind an option that names a secret is one. */
function maskedItem(item: unknown, at: number, items: readonly unknown[]): unknown {
  const option = items[at - 1];
  if (typeof item !== "string" || typeof option !== "string" || !/^--?[A-Za-z][\w-]*$/.test(option)) {
    return maskedPart(item);
  }
  const isCount = /token/i.test(option) && /^[\d.,]+$/.test(item);
  return isSecretName(option, false) && !item.startsWith("--") && !isCount ? "***" : maskedPart(item);
}

function maskedPart(value: unknown): unknown {
  if (typeof value === "string") return maskSecrets(value);
  if (Array.isArray(value)) return value.map(maskedItem);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskedValue(name, inner)]));
}
