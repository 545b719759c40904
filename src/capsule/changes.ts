/** Notices that a granted capsule's folder is not what was granted any more. */
import type { FeatureContext } from "../core/service.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { ownUid } from "../platform/process.ts";
import { DAEMON } from "../protocol/actor.ts";
import { FOLDER_LIMITS, readCapsule } from "./folder.ts";
import type { Granted } from "./grant.ts";
import type { Grants } from "./grants.ts";
import { CapsuleFlaw } from "./read_manifest.ts";

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
      const looks = `${granted.at} ${looksOf(granted.folder)}`;
      if (this.#looks.get(granted.name) === looks) continue;
      const digest = digestOf(granted);
      const told = this.#grants.told(granted.name) ?? granted.digest;
      const isTold = this.#grants.told(granted.name) === null ? digest === null : told === digest;
      if (!isTold) this.#store.commit({ type: "capsule.changed", data: { name: granted.name, digest } }, DAEMON);
      this.#looks.set(granted.name, looks);
    }
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

/** Names, sizes, modes and times of all that lies there: cheap, and other after any write. Never throws. */
function looksOf(folder: string): string {
  const parts: string[] = [];
  const look = (path: string, depth: number) => {
    const stat = denoFiles.stat(path);
    parts.push(`${path} ${stat?.kind} ${stat?.size} ${stat?.mode} ${stat?.uid} ${stat?.inode} ${stat?.mtimeMs}`);
    if (stat?.kind !== "directory" || depth > FOLDER_LIMITS.depth) return;
    for (const name of denoFiles.list(path)) {
      if (parts.length < 2 * FOLDER_LIMITS.files) look(`${path}/${name}`, depth + 1);
    }
  };
  try {
    look(folder, 0);
  } catch (error) {
    parts.push((error as Error).message);
  }
  return parts.join("\n");
}
