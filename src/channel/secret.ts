/**
 * The secrets of channels: from a variable of the daemon's environment, or from a file of its home that nobody else may
 * read. The configuration holds the name of the place only, and what is wrong is told by that name, never by what stands
 * there.
 */
import * as v from "valibot";
import { setting } from "../config/section.ts";
import { JOURNAL_KEY, KEY_FILE, NOT_OUR_OWN, WITNESS_SECRET } from "../platform/key_files.ts";
import type { Permission } from "../platform/sandbox.ts";
import { checkedSecret, type FoundInFile, namedSecret, type SecretFilePlaces } from "../platform/secret_file.ts";

/** Only such names: what else a starter has in its environment may be no part of the daemon's. */
const VARIABLE = /^[A-Z][A-Z0-9_]{0,60}_(?:TOKEN|SECRET|KEY|PASSWORD)$/;

/** @param what of a sentence: `the token of ntfy` */
export function secretVariable(what: string, example: string) {
  return setting(v.nullable(v.pipe(v.string(), v.regex(VARIABLE))), null, {
    title: "Variable of the secret",
    means: `The name of the variable, in the environment in which the daemon is started, that holds ${what}.`,
    must: "a name in capitals that ends with _TOKEN, _SECRET, _KEY or _PASSWORD, or null",
    applies: "restart",
    example: JSON.stringify(example),
  });
}

export function secretFile(what: string, example: string) {
  return setting(v.nullable(v.pipe(v.string(), v.regex(KEY_FILE), v.regex(NOT_OUR_OWN))), null, {
    title: "File of the secret",
    means:
      `The name of the file in the folder \`keys\` of the home that holds ${what}; nobody else may read it (0600). Hooks ` +
      "cannot read that folder.",
    must: `the name of a file, without a folder, but not ${JOURNAL_KEY} or ${WITNESS_SECRET}, or null`,
    applies: "live",
    example: JSON.stringify(example),
  });
}

/** To read it. @param configKey the setting that names it */
export function variablePermission(name: string | null, reason: string, configKey: string): readonly Permission[] {
  return name === null ? [] : [{ kind: "env", values: [name], reason, configKey }];
}

export interface SecretNames {
  readonly variable: string | null;
  readonly file: string | null;
}

export interface SecretPlaces extends SecretFilePlaces {
  readonly env: (name: string) => string | undefined;
}

/** `none`: no place is named. */
export type FoundSecret = FoundInFile | { readonly kind: "none" };

/** The file comes first, where both are named. Never throws. */
export function findSecret({ variable, file }: SecretNames, places: SecretPlaces): FoundSecret {
  if (file !== null) return namedSecret(file, places);
  if (variable === null) return { kind: "none" };
  const secret = readVariable(variable, places.env)?.trim();
  if (secret === undefined || secret === "") {
    return { kind: "problem", problem: `the variable ${variable} was not set where the daemon was started` };
  }
  return checkedSecret(secret, `the variable ${variable}`);
}

/** The sandbox names the variable of the start; another one is refused until the next. */
function readVariable(name: string, env: SecretPlaces["env"]): string | undefined {
  try {
    return env(name);
  } catch {
    return undefined;
  }
}
