/** Where the program of this process's user is installed, or would be. */
import { makePrivate, noteMissing } from "../platform/made_folders.ts";
import { env } from "../platform/process.ts";
import { type ProgramPaths, programPaths } from "../platform/program_folder.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** @throws {ConsoleError} `usage` where HOME says nothing */
export function ownProgramPaths(): ProgramPaths {
  const paths = programPaths(env("HOME"), { XDG_DATA_HOME: env("XDG_DATA_HOME") });
  if (paths !== undefined) return paths;
  throw new ConsoleError("usage", "HOME is not set to an absolute path, so the program has no place", {
    hint: "set HOME",
  });
}

/**
 * Notes for `agent-console uninstall` what of the folder of `file` is about to be made. Never throws: without a note an
 * empty folder stays.
 */
export function noteFolderOf(file: string): void {
  try {
    const { root } = ownProgramPaths();
    makePrivate(root, root);
    noteMissing(file.slice(0, file.lastIndexOf("/")), root);
  } catch {
    // The disk, or no HOME: what comes next says so.
  }
}
