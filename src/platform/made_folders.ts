/**
 * Folders of the user, such as `~/.local/share`, that were missing when we put something into them: uninstalling takes
 * back those that are empty by then. They are noted in a file of a folder that is ours alone.
 */
import { closing, isNotFound } from "./deno_files.ts";
import { isOurs } from "./prebuilt.ts";

/** Notes which folders were made. */
export const RECORD = "made_folders.jsonl";

/** Makes `folder` for us alone, and what is missing above it; what of it lies outside of `own` is noted. @throws the OS error */
export function makePrivate(folder: string, own: string): void {
  const missing = missingOf(folder, own);
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  note(missing, own);
}

/** Notes what of `folder`, and above it, is missing and about to be made. @param own exists. @throws the OS error */
export function noteMissing(folder: string, own: string): void {
  note(missingOf(folder, own), own);
}

function missingOf(folder: string, own: string): string[] {
  const missing: string[] = [];
  for (let path = folder; path !== ""; path = path.slice(0, path.lastIndexOf("/"))) {
    if (exists(path)) break;
    if (path !== own && !path.startsWith(`${own}/`)) missing.push(path);
  }
  return missing;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

function note(missing: readonly string[], own: string): void {
  if (missing.length === 0) return;
  const text = missing.map((path) => `${JSON.stringify(path)}\n`).join("");
  closing(Deno.openSync(`${own}/${RECORD}`, { append: true, create: true, mode: 0o600 }), (file) => {
    file.writeSync(new TextEncoder().encode(text));
  });
}

/** More than the folders of thousands of projects, bytes. */
const MAX_BYTES = 1_048_576;

/** Where we may have made folders. */
export interface OwnPlaces {
  /** Absolute paths of files and folders of ours: folders above them count. */
  readonly paths: readonly string[];
  /** How folders of ours end that may lie anywhere: those of settings in projects. */
  readonly endings: readonly string[];
}

/**
 * What was noted in `own`, less what leads to none of our places; none where nothing was, or the file cannot be read or
 * somebody else may have written it.
 */
export function notedFolders(own: string, { paths, endings }: OwnPlaces): readonly string[] {
  const isPlace = (folder: string) =>
    folder.startsWith("/") && !/\/(?:\.{0,2}\/|\.{0,2}$)/.test(folder) &&
    (paths.some((path) => path === folder || path.startsWith(`${folder}/`)) ||
      endings.some((ending) => folder.endsWith(ending)));
  try {
    const file = `${own}/${RECORD}`;
    if (!isOurs(own, "folder") || !isOurs(file, "file") || Deno.lstatSync(file).size > MAX_BYTES) return [];
    const lines = Deno.readTextFileSync(`${own}/${RECORD}`).split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as unknown).filter((path) => typeof path === "string")
      .filter(isPlace);
  } catch {
    return [];
  }
}

/** Removes those of `folders` that are ours and empty, the innermost first. @returns the ones that went */
export function removeEmpty(folders: readonly string[]): readonly string[] {
  return [...new Set(folders)].sort((a, b) => b.length - a.length).filter((folder) => {
    if (!isOurs(folder, "folder")) return false;
    try {
      Deno.removeSync(folder);
      return true;
    } catch {
      return false; // something else is in there by now
    }
  });
}
