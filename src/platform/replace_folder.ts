/** Puts a finished folder in the place of another, so that one of the two is there afterwards whatever fails. */
import { removeFolder } from "./build_folder.ts";
import { denoFiles } from "./deno_files.ts";

/**
 * Renames `made` to `into`, both of one file system; what is there is removed after that, and is back where that fails. For
 * an instant neither is there.
 *
 * @throws the OS error; an Error that names where the former folder lies, where it could not be put back
 */
export function replaceFolder(made: string, into: string): void {
  if (denoFiles.stat(into) === undefined) return denoFiles.rename(made, into);
  // Beside it, not in a folder that the caller removes.
  const aside = `${into}.old-${crypto.randomUUID()}`;
  denoFiles.rename(into, aside);
  try {
    denoFiles.rename(made, into);
  } catch (error) {
    putBack(aside, into, error as Error);
    throw error;
  }
  removeFolder(aside);
}

function putBack(aside: string, into: string, cause: Error): void {
  try {
    denoFiles.rename(aside, into);
  } catch {
    throw new Error(`${cause.message}; what was there lies in ${aside}`, { cause });
  }
}
