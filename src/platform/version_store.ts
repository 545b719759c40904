/**
 * The installed versions as their one writer changes them: a version appears whole, one link says which of them runs, the
 * one before it stays. The caller holds the lock of the folder ({@link ProgramPaths.lock}).
 */
import { removeFolder } from "./build_folder.ts";
import { isNotFound } from "./deno_files.ts";
import { noteMissing } from "./made_folders.ts";
import { isOurs } from "./prebuilt.ts";
import { type ProgramPaths, SOURCE_FILE, VERSION_FOLDER } from "./program_folder.ts";

/** Folders and links that a writer leaves who dies in the middle. */
export const UNFINISHED_INSTALL = /^(?:new|old|link)-[0-9a-f-]{36}$/;

/** What of a version is known beside its files. */
export interface VersionSource {
  /** The folder of the sources that it was made of. */
  readonly clone: string;
  readonly version: string;
  /** ISO 8601. */
  readonly builtAt: string;
  /** The version of its runtime. */
  readonly deno: string;
  /** Of version_inputs.ts; absent where an earlier version installed it, or the sources changed while it was made. */
  readonly inputs?: string;
  readonly files?: string;
}

/** The name of the version that runs; undefined where none is installed. */
export function currentVersion({ root, current }: ProgramPaths): string | undefined {
  try {
    const name = Deno.readLinkSync(current);
    return VERSION_FOLDER.test(name) && isOurs(`${root}/${name}`, "folder") ? name : undefined;
  } catch {
    return undefined;
  }
}

/** All versions that are there, by name. */
export function installedVersions({ root }: ProgramPaths): readonly string[] {
  try {
    const names = Array.from(Deno.readDirSync(root), ({ name }) => name);
    return names.filter((name) => VERSION_FOLDER.test(name) && isOurs(`${root}/${name}`, "folder")).sort();
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Undefined where the version has no such file, or one that cannot be used. */
export function versionSource({ root }: ProgramPaths, name: string): VersionSource | undefined {
  try {
    const value = JSON.parse(Deno.readTextFileSync(`${root}/${name}/${SOURCE_FILE}`));
    const { clone, version, builtAt, deno } = value as Record<string, unknown>;
    const isWhole = [clone, version, builtAt, deno].every((member) => typeof member === "string");
    return isWhole ? value as VersionSource : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the version `name` is there with the very files of the finished one in `from`, ours alone. */
export function isThereAlready({ root }: ProgramPaths, from: string, name: string): boolean {
  const there = `${root}/${name}`;
  try {
    const names = (folder: string) => Array.from(Deno.readDirSync(folder), (entry) => entry.name).sort();
    const files = names(from);
    return isOurs(there, "folder") && files.join("/") === names(there).join("/") &&
      files.every((file) => file === SOURCE_FILE || isSameFile(`${from}/${file}`, `${there}/${file}`));
  } catch {
    return false;
  }
}

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [Deno.lstatSync(a), Deno.lstatSync(b)];
  if (!isOurs(b, "file", one.size) || one.mode !== other.mode) return false;
  if (one.ino === other.ino && one.dev === other.dev) return true;
  const [bytes, others] = [Deno.readFileSync(a), Deno.readFileSync(b)];
  return bytes.every((byte, at) => byte === others[at]);
}

/** Notes for the version `name` that is there what is noted for the same one in `from`: it may come of other sources. */
export function renewSource({ root }: ProgramPaths, from: string, name: string): void {
  Deno.renameSync(`${from}/${SOURCE_FILE}`, `${root}/${name}/${SOURCE_FILE}`);
}

/** Puts the finished version in `from` beside the others; one of that name that is there goes. @throws the OS error */
export function addVersion({ root }: ProgramPaths, from: string, name: string): void {
  const aside = `${root}/old-${crypto.randomUUID()}`;
  try {
    Deno.renameSync(`${root}/${name}`, aside);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  Deno.renameSync(from, `${root}/${name}`);
  removeFolder(aside);
  syncFolder(root);
}

/** Lets `name` be the version that runs, and the user's command lead to it. @throws the OS error */
export function switchTo(paths: ProgramPaths, name: string): void {
  const { root, current, binLink, binTarget } = paths;
  replaceLink(root, current, name);
  if (ownBinLink(paths)) return;
  const bin = folderOf(binLink);
  noteMissing(bin, root);
  Deno.mkdirSync(bin, { recursive: true, mode: 0o755 });
  Deno.symlinkSync(binTarget, binLink);
  syncFolder(bin);
}

/** Removes what writers left that died, and all versions but `kept`. What cannot be removed is left to the next one. */
export function prune(paths: ProgramPaths, kept: readonly string[]): void {
  const { root } = paths;
  const old = installedVersions(paths).filter((name) => !kept.includes(name) && versionSource(paths, name));
  const left = Array.from(Deno.readDirSync(root), ({ name }) => name).filter((name) => UNFINISHED_INSTALL.test(name));
  for (const name of [...old, ...left]) {
    try {
      removeFolder(`${root}/${name}`);
    } catch {
      // A builder whose starter was killed may still write there.
    }
  }
}

/** Whether the user's command is there and ours. @throws {Error} with one line where something else has its name */
export function ownBinLink({ binLink, binTarget }: ProgramPaths): boolean {
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(binLink);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
  const target = info.isSymlink ? Deno.readLinkSync(binLink) : undefined;
  if (target === binTarget) return true;
  throw new Error(`${binLink} is not ours: ${target === undefined ? "no link" : `a link to ${target}`}`);
}

/** A concurrent reader finds the old link or the new one. */
function replaceLink(folder: string, link: string, target: string): void {
  const fresh = `${folder}/link-${crypto.randomUUID()}`;
  Deno.symlinkSync(target, fresh);
  Deno.renameSync(fresh, link);
  syncFolder(folder);
}

function syncFolder(path: string): void {
  const folder = Deno.openSync(path, { read: true });
  try {
    folder.syncSync();
  } finally {
    folder.close();
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
