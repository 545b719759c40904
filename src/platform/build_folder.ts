/** The folder of prebuilt programs as its one writer changes it: whole builds appear, one link says which of them runs. */
import { BUILD_NAME, CURRENT } from "./prebuilt.ts";
import { isNotFound } from "./deno_files.ts";

/** How the folder of a build that is being made is called: its maker may have died. */
const UNFINISHED = /^new-[0-9a-f-]+$/;

/** An empty folder for a build. @throws the OS error */
export function beginBuild(folder: string): string {
  const path = `${folder}/new-${crypto.randomUUID()}`;
  Deno.mkdirSync(path, { mode: 0o700 });
  return path;
}

/**
 * Makes the finished build in `from` the current one, under `name`. Concurrent readers find the one before it or this
 * one. The former build stays, because it may be running; all older ones are removed. The caller holds the folder's
 * lock.
 *
 * @throws the OS error
 */
export function publishBuild(folder: string, from: string, name: string): void {
  const before = linkedBuild(folder);
  // No other process can have built the same name: the lock is held, and a fresh build is not built again. But one that
  // was found unsafe or damaged can be there.
  removeFolder(`${folder}/${name}`);
  Deno.renameSync(from, `${folder}/${name}`);
  const link = `${folder}/${CURRENT}.${crypto.randomUUID()}`;
  Deno.symlinkSync(name, link);
  Deno.renameSync(link, `${folder}/${CURRENT}`);
  for (const { name: other } of [...Deno.readDirSync(folder)]) {
    const old = BUILD_NAME.test(other) && other !== name && other !== before;
    if (old || UNFINISHED.test(other)) removeFolder(`${folder}/${other}`);
    else if (other.startsWith(`${CURRENT}.`)) Deno.removeSync(`${folder}/${other}`);
  }
}

function linkedBuild(folder: string): string | undefined {
  try {
    return Deno.readLinkSync(`${folder}/${CURRENT}`);
  } catch {
    return undefined;
  }
}

/** Removes a folder with all that is in it; nothing there is fine. */
export function removeFolder(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Removes a folder that is empty. @returns whether nothing is there now */
export function removeEmptyFolder(path: string): boolean {
  try {
    Deno.removeSync(path);
    return true;
  } catch (error) {
    return isNotFound(error);
  }
}
