/**
 * Puts what a person has granted where it runs from: a copy of the capsule's files, and the script with its whole command
 * line. The daemon can neither read nor write there, so that what runs is what the person saw, with no more than they
 * granted, whoever changes the capsule's folder or takes over the daemon.
 */
import type { CapsuleFile, CapsuleFolder } from "../capsule/folder.ts";
import { copyDigest } from "../capsule/granted_copy.ts";
import type { Capabilities } from "../capsule/manifest.ts";
import { CAPSULE_NAME } from "../capsule/names.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { removeFolder } from "../platform/build_folder.ts";
import { capsulePlaces } from "../platform/capsule_places.ts";
import { capsuleRunText, type CapsuleSandbox } from "../platform/capsule_texts.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { findProgram } from "../platform/find_program.ts";
import { launcherFolder } from "../platform/home_launchers.ts";
import { makePrivate } from "../platform/made_folders.ts";
import { BUILT, isOurs } from "../platform/prebuilt.ts";
import { env } from "../platform/process.ts";
import { usualPlaces } from "../platform/program_places.ts";
import { replaceFolder } from "../platform/replace_folder.ts";
import { ConsoleError, type ErrorName } from "../protocol/errors.ts";
import type { ClientContext } from "./endpoint.ts";
import { assertUnmoved, type GrantedPaths } from "./grantable_paths.ts";
import { knowsP, writeLaunchers } from "./write_launchers.ts";

const EXECUTABLE = 0o700;
const OWN_FILE = 0o600;

/** Who is granted what. */
export interface CapsuleToPut {
  readonly capsule: CapsuleFolder;
  readonly capabilities: Capabilities;
  /** As the person was shown them. */
  readonly paths: GrantedPaths;
}

/** The copy of a grant where it runs from. */
interface PutCopy {
  readonly folder: string;
  /** There was none of the same grant before. */
  readonly isNew: boolean;
}

/**
 * Copies of other grants stay as they are: until the daemon has recorded this one it starts those.
 *
 * @throws {ConsoleError} `failed`, `unsafe_path`; then what was granted before is there still
 */
export async function putCapsule(context: ClientContext, put: CapsuleToPut): Promise<PutCopy> {
  const { capsule, capabilities } = put;
  const { name } = capsule.manifest;
  const problem = await writeLaunchers(context);
  const places = capsulePlaces(context.paths.root);
  if (problem !== undefined || places === undefined) {
    throw new ConsoleError("failed", `no capsule can be granted: ${problem ?? "there is no place for its code"}`);
  }
  assertUnmoved(put.paths);
  const folder = ownFolder(`${places.granted}/${name}`);
  const into = `${folder}/${copyDigest({ digest: capsule.digest, capabilities })}`;
  const made = `${folder}/new-${crypto.randomUUID()}`;
  try {
    denoFiles.mkdir(made, EXECUTABLE);
    writeCapsuleFiles(capsule.files, `${made}/code`);
    const text = capsuleRunText({
      name,
      ...capsuleRuntime(context),
      ...sandboxOf(put, `${into}/code`),
      nice: nicePath(),
      privileged: await knowsP(),
    });
    const { manifest, digest } = capsule;
    const grant = { name, digest, at: new Date().toISOString(), folder: capsule.folder, capabilities, manifest };
    write(`${made}/grant.json`, `${JSON.stringify(grant, null, 2)}\n`, OWN_FILE);
    write(`${made}/run`, text, EXECUTABLE);
    const isNew = denoFiles.stat(into) === undefined;
    replaceFolder(made, into); // a process of the same grant that runs has read its code already
    return { folder: into, isNew };
  } catch (error) {
    removeFolder(made);
    if (error instanceof ConsoleError) throw error;
    throw new ConsoleError("failed", `the capsule ${name} was not granted: ${(error as Error).message}`);
  }
}

/** Errors of a call after which the grant may have been recorded all the same. */
const UNKNOWN_OUTCOMES: readonly ErrorName[] = ["timeout", "disconnected", "internal"];

/** Removes the copy of a grant that the daemon has refused. Never throws: a copy that stays is not started. */
export function removeRefused({ folder, isNew }: PutCopy, error: unknown): void {
  if (!isNew || !(error instanceof ConsoleError) || UNKNOWN_OUTCOMES.includes(error.kind)) return;
  try {
    removeFolder(folder);
    const above = folder.slice(0, folder.lastIndexOf("/"));
    if (denoFiles.list(above).length === 0) removeFolder(above);
  } catch {
    // The next grant removes it, or the end of this one.
  }
}

/** An empty file in a copy whose grant the daemon has recorded. */
export const RECORDED_MARK = "recorded";

/**
 * Marks the copy as that of a recorded grant, and removes the copies of other grants of the capsule. Only when the daemon
 * has recorded this one.
 *
 * @throws the OS error
 */
export function removeOtherCopies({ folder }: PutCopy): void {
  denoFiles.replace(`${folder}/${RECORDED_MARK}`, new Uint8Array(), OWN_FILE);
  const at = folder.lastIndexOf("/");
  const [all, kept] = [folder.slice(0, at), folder.slice(at + 1)];
  for (const one of denoFiles.list(all)) if (one !== kept) removeFolder(`${all}/${one}`);
}

/**
 * Removes all that was put there of the capsule, damaged copies too: nothing of it can run any more.
 *
 * @throws the OS error; {ConsoleError} `usage` for what is no name of a capsule: it could lead elsewhere
 */
export function removeCopies({ paths }: Pick<ClientContext, "paths">, name: string): void {
  const places = capsulePlaces(paths.root);
  if (!CAPSULE_NAME.test(name)) {
    throw new ConsoleError("usage", `"${escapeControls(clip(name, 64))}" is no name of a capsule`, {
      hint: "agent-console capsule list",
    });
  }
  if (places === undefined) return;
  if (denoFiles.stat(`${places.granted}/${name}`) !== undefined) removeFolder(`${places.granted}/${name}`);
}

/**
 * Makes a folder below that of our launchers, where what a capsule runs is put.
 *
 * @throws {ConsoleError} `unsafe_path` where a folder on the way is not ours alone
 */
export function ownFolder(folder: string): string {
  const common = launcherFolder() ?? "";
  makePrivate(folder, common);
  for (let path = folder; path.length >= common.length; path = path.slice(0, path.lastIndexOf("/"))) {
    if (isOurs(path, "folder")) continue;
    throw new ConsoleError("unsafe_path", `${path} is not a folder that is yours and nobody else's to write`, { path });
  }
  return folder;
}

/** A new folder with the files of a capsule: private, none executable. @throws the OS error */
export function writeCapsuleFiles(files: readonly CapsuleFile[], into: string): void {
  const made = new Set<string>();
  const make = (folder: string) => {
    if (made.has(folder)) return;
    if (folder !== into) make(folder.slice(0, folder.lastIndexOf("/")));
    denoFiles.mkdir(folder, EXECUTABLE);
    made.add(folder);
  };
  make(into);
  for (const { path, bytes } of files) {
    const full = `${into}/${path}`;
    make(full.slice(0, full.lastIndexOf("/")));
    denoFiles.create(full, bytes, OWN_FILE);
  }
}

function write(path: string, text: string, mode: number): void {
  denoFiles.create(path, new TextEncoder().encode(text), mode);
}

/** The values of variables are those of the person who grants: a service has not got them. */
function sandboxOf({ capsule, capabilities, paths }: CapsuleToPut, code: string): CapsuleSandbox {
  const { net, read, write } = capabilities;
  const values = capabilities.env.flatMap((name) => {
    const value = env(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    code,
    main: capsule.manifest.main,
    net,
    read: read.map((path) => paths.real.get(path) ?? path),
    write: write.map((path) => paths.real.get(path) ?? path),
    env: Object.fromEntries(values),
  };
}

/** The path of nice(1), where the system has it. */
export function nicePath(): string | undefined {
  return usualPlaces("nice").find((path) => denoFiles.stat(path) !== undefined);
}

/** What runs capsules: the runtime of this program, and our part of the process. @throws {ConsoleError} `failed` */
export function capsuleRuntime(
  { program: { daemon, sources } }: ClientContext,
): { readonly deno: string; readonly host: string } {
  if (daemon.form === "compiled") {
    const deno = findProgram("deno");
    if (deno !== undefined) return { deno, host: besides(daemon.binary) };
    throw new ConsoleError("failed", "a compiled agent-console runs capsules with Deno, and no deno is on the PATH", {
      hint: "install Deno (https://deno.com), or install agent-console from its sources, which brings one along",
    });
  }
  const host = sources === undefined ? besides(daemon.entry) : `${sources}/src/capsule_host/main.ts`;
  return { deno: daemon.deno, host };
}

function besides(entry: string): string {
  return `${entry.slice(0, entry.lastIndexOf("/"))}/${BUILT.capsule}`;
}
