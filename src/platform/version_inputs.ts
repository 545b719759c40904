/**
 * What an installed version was made of, as one hash, and what it consists of: so that an installation can tell that the
 * version is there already, without making it. All of the sources count, also what the program does not show, and the
 * runtime by its content. Where anything cannot be read, nothing is said.
 */
import { sha256Hex } from "./hash.ts";
import { isOurs, stampOf } from "./prebuilt.ts";
import { type ProgramPaths, SOURCE_FILE } from "./program_folder.ts";
import type { VersionSource } from "./version_store.ts";

/** What the builder reads, below the folder of the sources: the programs, how they are built, and their packages. */
const FOLDERS = ["src", "install"];
const FILES = ["deno.json", "deno.lock", "main.ts"];

export interface VersionInputs {
  /** Of the content alone. */
  readonly content: string;
  /** Of the content and of when it was written: a file that was changed and changed back is not the same. */
  readonly written: string;
}

/** The sources in `sources`, and the runtime that makes them a program and runs it; undefined where one cannot be read. */
export function readInputs(sources: string, deno: string): VersionInputs | undefined {
  const lines: string[] = [];
  const stamps: string[] = [];
  const take = (name: string) => {
    const path = `${sources}/${name}`;
    if (!Deno.statSync(path).isFile) throw new Error(`${path} is no file`); // a named pipe would have us wait for a writer
    stamps.push(`${stampOf(path)} ${name}`); // before its content: a write in between shows in the next stamp
    lines.push(`${sha256Hex(Deno.readFileSync(path))} ${name}`);
  };
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(`${sources}/${folder}`)) {
      if (isDirectory) walk(`${folder}/${name}`);
      else take(`${folder}/${name}`);
    }
  };
  try {
    // Without a stamp: an installation gives it a second name, which changes that.
    lines.push(`${sha256Hex(Deno.readFileSync(deno))} the runtime`);
    FOLDERS.forEach(walk);
    FILES.forEach(take);
  } catch {
    return undefined;
  }
  const hash = (all: readonly string[]) => sha256Hex(new TextEncoder().encode(all.join("\n")));
  return { content: hash(lines.sort()), written: hash([...lines, ...stamps.sort()]) };
}

/** The files of a version, less {@link SOURCE_FILE}, each with its mode. @throws the OS error */
export function filesHash(folder: string): string {
  const lines = Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => name !== SOURCE_FILE).sort()
    .map((name) => {
      const path = `${folder}/${name}`;
      if (!isOurs(path, "file")) throw new Error(`${path} is not ours alone`);
      const { mode } = Deno.lstatSync(path);
      return `${name} ${mode} ${sha256Hex(Deno.readFileSync(path))}`;
    });
  return sha256Hex(new TextEncoder().encode(lines.join("\n")));
}

/** Whether the version `name` is whole, as `source` notes it, and was made of these inputs. Never throws. */
export function isMadeOf(
  { root }: ProgramPaths,
  name: string,
  source: VersionSource | undefined,
  inputs: VersionInputs | undefined,
): boolean {
  if (inputs === undefined || source?.files === undefined || source.inputs !== inputs.content) return false;
  try {
    return isOurs(`${root}/${name}`, "folder") && source.files === filesHash(`${root}/${name}`);
  } catch {
    return false;
  }
}
