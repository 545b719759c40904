/**
 * Reads a capsule's folder: every file of it, its manifest, and the digest by which it is known. One reading for the person
 * who grants and for the daemon that looks whether anything has changed, so that both mean the same files.
 *
 * All of it is read into memory before anything is said of it: what is copied, shown and hashed are the same bytes, whoever
 * changes the folder meanwhile.
 */
import { escapeControls } from "../domain/sanitize.ts";
import { sha256OfRecord } from "../platform/hash.ts";
import { ownFiles } from "../platform/own_files.ts";
import { checkHomeFolder, checkOwnFile, cureOf } from "../platform/path_safety.ts";
import type { FileStat } from "../platform/system.ts";
import { type Manifest, MANIFEST_FILE } from "./manifest.ts";
import { CapsuleFlaw, readManifest } from "./read_manifest.ts";

export interface CapsuleFile {
  /** Below the folder: `lib/names.ts`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface CapsuleFolder {
  readonly folder: string;
  readonly manifest: Manifest;
  /** In the order of their paths. */
  readonly files: readonly CapsuleFile[];
  /** sha256 of the lines that `sha256sum` would write of all files, in the order of their paths; hex. */
  readonly digest: string;
}

/** What a folder may hold; more is a program and no capsule. */
export const FOLDER_LIMITS = Object.freeze({ files: 200, bytes: 4 * 1_048_576, fileBytes: 1_048_576, depth: 8 });

/** The names of files and folders: without characters that must be escaped to be shown, and not hidden. */
const NAME = /^[A-Za-z0-9_@-][A-Za-z0-9_@.+-]{0,99}$/;

/** @param uid whose it must be; null where the system has no users. @throws {CapsuleFlaw} why it is refused */
export function readCapsule(folder: string, uid: number | null): CapsuleFolder {
  const capsule = readUnnamed(folder, uid);
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  if (capsule.manifest.name === name) return capsule;
  throw new CapsuleFlaw(
    `it is named ${capsule.manifest.name}, and its folder ${escapeControls(name)}: they must be the same`,
  );
}

/** {@link readCapsule} of a folder whose name does not count. @throws {CapsuleFlaw} */
export function readUnnamed(folder: string, uid: number | null): CapsuleFolder {
  const files = capsuleFiles(folder, uid);
  const digest = digestOf(files);
  const text = files.find(({ path }) => path === MANIFEST_FILE);
  if (text === undefined) throw new CapsuleFlaw(`it has no ${MANIFEST_FILE}`);
  const manifest = readManifest(decoded(text.bytes));
  if (!files.some(({ path }) => path === manifest.main)) {
    throw new CapsuleFlaw(`its main, ${manifest.main}, is not there`);
  }
  return { folder, manifest, files, digest };
}

/** All files of a folder, in the order of their paths. @throws {CapsuleFlaw} */
export function capsuleFiles(folder: string, uid: number | null): readonly CapsuleFile[] {
  return new FolderReader(folder, uid).all();
}

function digestOf(files: readonly CapsuleFile[]): string {
  const lines = files.map(({ path, bytes }) => `${sha256OfRecord(bytes)}  ${path}\n`).join("");
  return sha256OfRecord(new TextEncoder().encode(lines));
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CapsuleFlaw(`${MANIFEST_FILE} is not text in UTF-8`);
  }
}

class FolderReader {
  #files: CapsuleFile[] = [];
  #folders = 0;
  #bytes = 0;
  readonly #io;

  constructor(readonly root: string, readonly uid: number | null) {
    this.#io = ownFiles(uid);
  }

  all(): readonly CapsuleFile[] {
    this.#folder("", 0);
    return this.#files.sort((a, b) => a.path < b.path ? -1 : 1);
  }

  #folder(path: string, depth: number): void {
    const { files: max, depth: deepest } = FOLDER_LIMITS;
    this.#checkFolder(path === "" ? this.root : `${this.root}/${path}`);
    if (depth > deepest) throw new CapsuleFlaw(`${path} lies too deep: ${deepest} folders at most`);
    if (++this.#folders > max) throw new CapsuleFlaw(`it has more than ${max} folders`);
    for (const name of this.#listed(path)) {
      if (!NAME.test(name)) {
        throw new CapsuleFlaw(
          `it holds "${escapeControls(name)}": names are of letters, digits and _ @ . + -, and none is hidden`,
        );
      }
      const below = path === "" ? name : `${path}/${name}`;
      if (this.#stat(`${this.root}/${below}`)?.kind === "directory") this.#folder(below, depth + 1);
      else this.#file(below);
    }
  }

  #checkFolder(full: string): void {
    const stat = this.#stat(full);
    if (stat === undefined) throw new CapsuleFlaw(`${escapeControls(full)} is not there`);
    refuse(full, checkHomeFolder(full, stat, this.uid));
  }

  /** Of a workspace that is not trusted any more the daemon's sandbox shows nothing. */
  #stat(full: string): FileStat | undefined {
    try {
      return this.#io.stat(full);
    } catch (error) {
      throw new CapsuleFlaw(`${escapeControls(full)} cannot be looked at: ${(error as Error).message}`);
    }
  }

  #listed(path: string): readonly string[] {
    try {
      return this.#io.list(path === "" ? this.root : `${this.root}/${path}`);
    } catch (error) {
      throw new CapsuleFlaw(`${path === "" ? "its folder" : path} cannot be read: ${(error as Error).message}`);
    }
  }

  #file(path: string): void {
    const full = `${this.root}/${path}`;
    const { files: max, bytes: most, fileBytes } = FOLDER_LIMITS;
    const stat = this.#stat(full);
    if (stat === undefined) throw new CapsuleFlaw(`${path} went away while it was read`);
    refuse(full, checkOwnFile(stat, this.uid));
    if (this.#files.length >= max) throw new CapsuleFlaw(`it has more than ${max} files`);
    if (stat.size > fileBytes) throw new CapsuleFlaw(`${path} has more than ${fileBytes} bytes`);
    const bytes = this.#read(full, path);
    this.#bytes += bytes.length;
    if (this.#bytes > most) throw new CapsuleFlaw(`its files have more than ${most} bytes together`);
    this.#files.push({ path, bytes });
  }

  #read(full: string, path: string): Uint8Array {
    try {
      return this.#io.read(full);
    } catch (error) {
      throw new CapsuleFlaw(`${path} cannot be read: ${(error as Error).message}`);
    }
  }
}

/** @throws {CapsuleFlaw} where there is a problem, with what cures it */
function refuse(path: string, problem: string | undefined): void {
  if (problem === undefined) return;
  const cure = cureOf(path, problem);
  throw new CapsuleFlaw(`${escapeControls(path)} ${problem}${cure === undefined ? "" : `; cure: ${cure}`}`);
}
