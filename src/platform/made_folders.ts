/**
 * Folders of the user, such as `~/.local/share`, that were missing when we put something into them: uninstalling takes
 * back those that are empty by then. They are noted in a file of a folder that is ours alone.
 */
import { closing, isNotFound } from "./deno_files.ts";
import { isOurs } from "./prebuilt.ts";

const RECORD = "made_folders.jsonl";

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

/** What was noted in `own`; none where nothing was, or the file cannot be read. */
export function notedFolders(own: string): readonly string[] {
  try {
    const lines = Deno.readTextFileSync(`${own}/${RECORD}`).split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as unknown).filter((path) => typeof path === "string");
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
