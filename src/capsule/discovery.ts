/** Finds capsules: in the home, and in the workspaces that the configuration trusts. */
import { denoFiles } from "../platform/deno_files.ts";
import { checkHomeFolder } from "../platform/path_safety.ts";
import { type CapsuleFolder, readCapsule } from "./folder.ts";
import { CAPSULE_NAME } from "./names.ts";
import { CapsuleFlaw } from "./read_manifest.ts";
import { workspaceCapsules } from "./section.ts";

/** A folder that may be a capsule: what it holds, or why it is none. */
export type Found =
  & { readonly name: string; readonly folder: string }
  & ({ readonly capsule: CapsuleFolder } | { readonly reason: string });

export interface CapsuleSearch {
  /** The folder of capsules in the home. */
  readonly capsules: string;
  readonly workspaces: readonly string[];
  readonly uid: number | null;
  /** Those of this name alone: no other folder is read. */
  readonly name?: string;
}

/** More in one place would be a mistake. */
const MAX_CAPSULES = 64;

/**
 * Every folder in those places, those of the home first. Of two with the same name the first counts, and the other is
 * refused. Never throws.
 *
 * @param grantedIn the folder that was granted by that name: it counts before all others
 */
export function findCapsules(
  { capsules, workspaces, uid, name: sought }: CapsuleSearch,
  grantedIn: (name: string) => string | undefined,
): readonly Found[] {
  const folders = [capsules, ...workspaces.map(workspaceCapsules)].flatMap((place) => foldersIn(place, uid))
    .filter(({ name }) => sought === undefined || name === sought);
  const counting = (name: string) => {
    const named = folders.filter((one) => one.name === name);
    return named.find(({ folder }) => folder === grantedIn(name)) ?? named[0];
  };
  return folders.map(({ name, folder, reason }): Found => {
    const other = counting(name);
    if (reason !== undefined) return { name, folder, reason };
    if (other !== undefined && other.folder !== folder) {
      return { name, folder, reason: `another capsule has its name: ${other.folder}` };
    }
    try {
      return { name, folder, capsule: readCapsule(folder, uid) };
    } catch (error) {
      if (!(error instanceof CapsuleFlaw)) throw error;
      return { name, folder, reason: error.message };
    }
  });
}

interface Named {
  readonly name: string;
  readonly folder: string;
  readonly reason?: string;
}

function foldersIn(place: string, uid: number | null): readonly Named[] {
  const names = namesIn(place).filter((name) => CAPSULE_NAME.test(name));
  const reason = names.length === 0 ? undefined : problemOf(place, uid);
  return names.slice(0, MAX_CAPSULES).map((name) => ({
    name,
    folder: `${place}/${name}`,
    ...(reason === undefined ? {} : { reason }),
  }));
}

function namesIn(place: string): readonly string[] {
  try {
    return denoFiles.list(place);
  } catch {
    return []; // no folder, or one that the sandbox does not show: a workspace that was added since the start
  }
}

function problemOf(path: string, uid: number | null): string | undefined {
  const stat = denoFiles.stat(path); // it was listed, so the sandbox shows it
  const problem = stat === undefined ? "is not there" : checkHomeFolder(path, stat, uid);
  return problem === undefined ? undefined : `${path} ${problem}`;
}
