/** Notices that a granted capsule's folder is not what was granted any more. */
import type { FeatureContext } from "../core/service.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { ownUid } from "../platform/process.ts";
import { DAEMON } from "../protocol/actor.ts";
import { FOLDER_LIMITS, readCapsule } from "./folder.ts";
import type { Granted } from "./grant.ts";
import type { Grants } from "./grants.ts";
import { CapsuleFlaw } from "./read_manifest.ts";

/** Of all capsules together: a system may give 8,192 watches to a user. What is beyond is seen by the tick. */
const MAX_WATCHED = 1000;
/** A file may change without a trace in its size and time for as long as its file system counts as one moment, ms. */
const MOMENT_MS = 2000;

export class ChangedFolders {
  readonly #store: FeatureContext["store"];
  readonly #grants: Grants;
  /** How each folder looked when it was read; it is read again only when it looks otherwise. */
  readonly #looks = new Map<string, string>();

  constructor(store: FeatureContext["store"], grants: Grants) {
    this.#store = store;
    this.#grants = grants;
  }

  /** Records each change once. @throws {ConsoleError} `read_only` */
  look(): void {
    for (const granted of this.#grants.all()) {
      const { text, newestMs } = looksOf(granted.folder);
      const looks = `${granted.at} ${text}`;
      if (this.#looks.get(granted.name) === looks) continue;
      const digest = digestOf(granted);
      const told = this.#grants.told(granted.name) ?? granted.digest;
      const isTold = this.#grants.told(granted.name) === null ? digest === null : told === digest;
      if (!isTold) this.#store.commit({ type: "capsule.changed", data: { name: granted.name, digest } }, DAEMON);
      // What is written in this moment could look the same when it is read again.
      if (newestMs < Date.now() - MOMENT_MS) this.#looks.set(granted.name, looks);
      else this.#looks.delete(granted.name);
    }
  }

  /**
   * The folders in which a change is one of a granted capsule: all that are below its own, and the place that it lies in.
   * Never throws.
   *
   * @param places in no other the folder of a grant is looked into
   */
  folders(places: readonly string[]): readonly string[] {
    const found = this.#grants.all().flatMap(({ folder }) => {
      const place = folder.slice(0, folder.lastIndexOf("/"));
      return places.includes(place) && isFolder(place) ? [place, ...looksOf(folder).folders] : [];
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

interface Looks {
  readonly text: string;
  readonly folders: readonly string[];
  /** The last time of any file, ms of the wall clock. */
  readonly newestMs: number;
}

/** Names, sizes, modes and times of all that lies there: cheap, and other after any write. Never throws. */
function looksOf(folder: string): Looks {
  const parts: string[] = [];
  const folders: string[] = [];
  let newestMs = 0;
  const look = (path: string, depth: number) => {
    const stat = denoFiles.stat(path);
    parts.push(`${path} ${stat?.kind} ${stat?.size} ${stat?.mode} ${stat?.uid} ${stat?.inode} ${stat?.mtimeMs}`);
    newestMs = Math.max(newestMs, stat?.mtimeMs ?? 0);
    if (stat?.kind !== "directory" || depth > FOLDER_LIMITS.depth) return;
    const names = denoFiles.list(path);
    folders.push(path);
    for (const name of names) {
      if (parts.length < 2 * FOLDER_LIMITS.files) look(`${path}/${name}`, depth + 1);
    }
  };
  try {
    look(folder, 0);
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
