/** Removes an installed program, and only what a program of ours puts into its folder. */
import { removeFolder } from "./build_folder.ts";
import { denoFiles, isAbsent } from "./deno_files.ts";
import { RECORD } from "./made_folders.ts";
import { CACHE, type ProgramPaths, SOURCE_FILE, VERSION_FOLDER } from "./program_folder.ts";
import { UNFINISHED_INSTALL } from "./version_store.ts";

/** Beside the versions: links, locks, stubs, what they read, granted capsules, and what the runtime keeps. */
const OWN_NAMES: readonly string[] = [
  "current",
  "install.lock",
  "hook",
  "statusline",
  "homes",
  "start",
  "capsules",
  CACHE,
  RECORD,
];

/**
 * XDG_DATA_HOME may name any place, so that a folder of our name proves nothing: what has no name of ours stays.
 *
 * @returns the names that stayed; where there are none the folder is gone. @throws the OS error
 */
export function removeProgram({ root }: ProgramPaths): readonly string[] {
  const names = Array.from(Deno.readDirSync(root), ({ name }) => name);
  const foreign = names.filter((name) => !isOwn(root, name)).sort();
  for (const name of names) {
    if (foreign.includes(name)) continue;
    const path = `${root}/${name}`;
    if (denoFiles.stat(path)?.kind === "directory") removeFolder(path);
    else denoFiles.remove(path);
  }
  if (foreign.length === 0) Deno.removeSync(root);
  return foreign;
}

function isOwn(root: string, name: string): boolean {
  if (VERSION_FOLDER.test(name)) return !isAbsent(`${root}/${name}/${SOURCE_FILE}`);
  return OWN_NAMES.includes(name) || UNFINISHED_INSTALL.test(name);
}
