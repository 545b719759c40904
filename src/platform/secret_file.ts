/** Secrets in files of the home that nobody else may read. What is wrong is told by the file's name, never by what stands in it. */
import { isGivenAway } from "./key_files.ts";
import { checkPlainFile, foreign } from "./path_safety.ts";
import type { Files } from "./system.ts";

export interface SecretFilePlaces {
  readonly files: Pick<Files, "read" | "stat">;
  /** The folder of the files. */
  readonly keys: string;
  readonly uid: number | null;
}

export type FoundInFile =
  | { readonly kind: "found"; readonly secret: string }
  | { readonly kind: "problem"; readonly problem: string };

const MAX_BYTES = 1024;

/** The secret of the folder `keys` that a channel or a capsule names. Never throws. */
export function namedSecret(name: string, { keys, ...places }: SecretFilePlaces): FoundInFile {
  if (isGivenAway(name)) return secretInFile(`${keys}/${name}`, places);
  return {
    kind: "problem",
    problem: `${keys}/${name} is the program's own, and is given to no channel and no capsule`,
  };
}

/** Never throws. */
export function secretInFile(path: string, { files, uid }: Omit<SecretFilePlaces, "keys">): FoundInFile {
  try {
    const stat = files.stat(path);
    if (stat === undefined) return { kind: "problem", problem: `${path} is not there` };
    const problem = checkPlainFile(stat) ?? foreign(stat, uid) ?? (stat.size > MAX_BYTES ? "is too long" : undefined);
    if (problem !== undefined) return { kind: "problem", problem: `${path} ${problem}` };
    if (((stat.mode ?? 0) & 0o077) !== 0) {
      return { kind: "problem", problem: `${path} may be read by others: chmod 600 cures that` };
    }
    return checkedSecret(new TextDecoder().decode(files.read(path)).trim(), path);
  } catch {
    return { kind: "problem", problem: `${path} cannot be read` };
  }
}

/** It becomes a part of a header: a line break in it would begin another. */
export function checkedSecret(secret: string, place: string): FoundInFile {
  if (/^[\x21-\x7e]+$/.test(secret)) return { kind: "found", secret };
  return { kind: "problem", problem: `${place} holds no secret: one line of letters, digits and signs` };
}
