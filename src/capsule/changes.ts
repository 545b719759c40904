/** Notices that a granted capsule's folder is not what was granted any more. */
import type { FeatureContext } from "../core/service.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { ownUid } from "../platform/process.ts";
import { DAEMON } from "../protocol/actor.ts";
import { FOLDER_LIMITS, readCapsule } from "./folder.ts";
import type { Granted } from "./grant.ts";
import type { Grants } from "./grants.ts";
import { CapsuleFlaw } from "./read_manifest.ts";

/**
 * The most folders that are watched for all capsules together: Linux gives 8,192 watches to each user by default. Changes in
 * the other folders are found by the tick.
 */
const MAX_WATCHED = 1000;
/**
 * The coarsest step of a file system's times, ms. Two writes within one step can leave a file with the same size and time, so
 * the fingerprint of a folder that is younger does not count.
 */
const TIME_STEP_MS = 2000;

export class ChangedFolders {
  readonly #store: FeatureContext["store"];
  readonly #grants: Grants;
  /** The fingerprint of each folder when it was read, by capsule; it is read again only when its fingerprint differs. */
  readonly #fingerprints = new Map<string, string>();

  constructor(store: FeatureContext["store"], grants: Grants) {
    this.#store = store;
    this.#grants = grants;
  }

  /** Records each change once. @throws {ConsoleError} `read_only` */
  check(): void {
    for (const granted of this.#grants.all()) {
      const { text, newestMs } = scan(granted.folder);
      const fingerprint = `${granted.at} ${text}`;
      if (this.#fingerprints.get(granted.name) === fingerprint) continue;
      const digest = digestOf(granted);
      const told = this.#grants.told(granted.name);
      const known = told === undefined ? granted.digest : told; // null: told as unreadable
      if (digest !== known) {
        this.#store.commit({ type: "capsule.changed", data: { name: granted.name, digest } }, DAEMON);
      }
      // A later write within the same step of the file system's time could leave the same fingerprint.
      if (newestMs < Date.now() - TIME_STEP_MS) this.#fingerprints.set(granted.name, fingerprint);
      else this.#fingerprints.delete(granted.name);
    }
  }

  /**
   * The folders in which a change is one of a granted capsule: all that are below its own, and the place that it lies in.
   * Never throws.
   *
   * @param places in no other the folder of a grant is read
   */
  folders(places: readonly string[]): readonly string[] {
    const found = this.#grants.all().flatMap(({ folder }) => {
      const place = folder.slice(0, folder.lastIndexOf("/"));
      return places.includes(place) && isFolder(place) ? [place, ...scan(folder).folders] : [];
    });
    return [...new Set(found)].sort().slice(0, MAX_WATCHED);
  }
}

/** Null where it is no capsule any more. */
function digestOf({ folder }: Granted): string | null {
  try {
    return readCapsule(folder, ownUid()).digest;
  } catch (error) {
    if (error instanceof CapsuleFlaw) return null;
    throw error;
  }
}

interface Scan {
  /** The fingerprint. */
  readonly text: string;
  readonly folders: readonly string[];
  /** The last time of any file, ms of the wall clock. */
  readonly newestMs: number;
}

/** Names, sizes, modes and times of all that lies there: cheap to get, and different after any write. Never throws. */
function scan(folder: string): Scan {
  const parts: string[] = [];
  const folders: string[] = [];
  let newestMs = 0;
  const visit = (path: string, depth: number) => {
    const stat = denoFiles.stat(path);
    parts.push(`${path} ${stat?.kind} ${stat?.size} ${stat?.mode} ${stat?.uid} ${stat?.inode} ${stat?.mtimeMs}`);
    newestMs = Math.max(newestMs, stat?.mtimeMs ?? 0);
    if (stat?.kind !== "directory" || depth > FOLDER_LIMITS.depth) return;
    const names = denoFiles.list(path);
    folders.push(path);
    for (const name of names) {
      if (parts.length < 2 * FOLDER_LIMITS.files) visit(`${path}/${name}`, depth + 1);
    }
  };
  try {
    visit(folder, 0);
  } catch (error) {
    parts.push((error as Error).message);
  }
  return { text: parts.join("\n"), folders, newestMs };
}

function isFolder(path: string): boolean {
  try {
    return denoFiles.stat(path)?.kind === "directory";
  } catch {
    return false; // a workspace that is not trusted any more
  }
}
