/** What of this program is installed for its user: versions, the stub that hooks run, and the clone that it came from. */
import stub from "../../install/hook_stub.sh" with { type: "text" };
import { parseObject, stringField } from "../lib/json_fields.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { launcherFolder } from "../platform/home_launchers.ts";
import { type ProgramPaths, VERSION_NUMBER } from "../platform/program_folder.ts";
import { readInputs } from "../platform/version_inputs.ts";
import { currentVersion, installedVersions, type VersionSource, versionSource } from "../platform/version_store.ts";

export interface SourceClone {
  readonly path: string;
  /** Of its sources as they are now; undefined where it is gone, or is none any more. */
  readonly version: string | undefined;
  /** Whether the installed version was made of other sources than these; undefined where nobody can tell. */
  readonly changed: boolean | undefined;
  /** The later version that these sources are, and from which somebody went back. Name of its folder. */
  readonly rolledBack?: string;
}

export interface InstalledHere {
  /** Names of folders, as {@link VERSION_FOLDER}. */
  readonly current: string | undefined;
  /** What `update --rollback` would go back to. */
  readonly previous: string | undefined;
  readonly clone: SourceClone | undefined;
  /** Whether the stub is the one that this version writes; undefined where there is none. */
  readonly stubIsOurs: boolean | undefined;
}

/** Reads files and nothing else. */
export function lookAtInstalled(paths: ProgramPaths): InstalledHere {
  const current = currentVersion(paths);
  const source = current === undefined ? undefined : versionSource(paths, current);
  const previous = previousVersion(paths);
  const clone = source && cloneNow(source.clone, source.inputs, `${paths.root}/${current}/deno`);
  const isBack = source !== undefined && previous !== undefined && clone?.changed === true &&
    isLaterOf(paths, previous, source);
  return {
    current,
    previous,
    clone: clone && (isBack ? { ...clone, rolledBack: previous } : clone),
    stubIsOurs: stubIsOurs(),
  };
}

/** The newest of those that do not run. */
export function previousVersion(paths: ProgramPaths): string | undefined {
  const current = currentVersion(paths);
  const builtAt = (name: string) => versionSource(paths, name)?.builtAt ?? "";
  const others = installedVersions(paths).filter((name) => name !== current);
  return others.sort((a, b) => builtAt(a) < builtAt(b) ? -1 : 1).at(-1);
}

/** Whether the version `name` was made behind that of `source`, of its clone as that is now. */
function isLaterOf(paths: ProgramPaths, name: string, { clone, builtAt }: VersionSource): boolean {
  const later = versionSource(paths, name);
  if (later?.inputs === undefined || later.clone !== clone || later.builtAt <= builtAt) return false;
  return readInputs(clone, `${paths.root}/${name}/deno`)?.content === later.inputs;
}

function cloneNow(path: string, inputs: string | undefined, deno: string): SourceClone {
  const settings = parseObject(textAt(`${path}/deno.json`) ?? "");
  const written = settings === undefined ? undefined : stringField(settings, "version");
  const version = written !== undefined && VERSION_NUMBER.test(written) ? written : undefined; // it is shown
  const now = version === undefined || inputs === undefined ? undefined : readInputs(path, deno);
  return { path, version, changed: now === undefined ? undefined : now.content !== inputs };
}

function stubIsOurs(): boolean | undefined {
  const folder = launcherFolder();
  const text = folder === undefined ? undefined : textAt(`${folder}/hook`);
  return text === undefined ? undefined : text === stub;
}

/** Undefined where no file can be read there; a named pipe would have us wait for a writer. */
function textAt(path: string): string | undefined {
  if (denoFiles.stat(path)?.kind !== "file") return undefined;
  try {
    return new TextDecoder().decode(denoFiles.read(path));
  } catch {
    return undefined;
  }
}
