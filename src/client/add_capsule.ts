/** Copies a capsule into the home, from a folder or out of a package that the user's npm fetches. */
import { type CapsuleFolder, readCapsule } from "../capsule/folder.ts";
import { CapsuleFlaw } from "../capsule/read_manifest.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { removeFolder } from "../platform/build_folder.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { builderEnv } from "../platform/environment.ts";
import { findProgram } from "../platform/find_program.ts";
import { ownUid, run } from "../platform/process.ts";
import { usualPlaces } from "../platform/program_places.ts";
import { replaceFolder } from "../platform/replace_folder.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ClientContext } from "./endpoint.ts";
import { writeCapsuleFiles } from "./put_capsule.ts";

const OWN_FOLDER = 0o700;
const NPM_MS = 120_000;
/** A package of the registry, with or without a version: no address, no folder, no option. */
const PACKAGE = /^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*(?:@[A-Za-z0-9^~][\w.^~+-]*)?$/;

type Home = Pick<ClientContext, "paths">;

/**
 * @param mayReplace asked where another version of it is there
 * @returns the folder that it lies in
 * @throws {ConsoleError} `failed` where nothing was changed
 */
export async function addCapsule(
  { paths }: Home,
  capsule: CapsuleFolder,
  mayReplace: (folder: string) => Promise<boolean>,
): Promise<string> {
  const into = `${paths.capsules}/${capsule.manifest.name}`;
  const isThere = denoFiles.stat(into) !== undefined;
  if (isThere && digestIn(into) === capsule.digest) return into;
  if (isThere && !await mayReplace(into)) throw new ConsoleError("failed", "nothing was installed");
  const work = workFolder({ paths });
  try {
    const made = `${work}/${capsule.manifest.name}`;
    writeCapsuleFiles(capsule.files, made);
    replaceFolder(made, into); // what was granted runs from a copy
    return into;
  } finally {
    removeFolder(work);
  }
}

function digestIn(folder: string): string | undefined {
  try {
    return readCapsule(folder, ownUid()).digest;
  } catch (error) {
    if (error instanceof CapsuleFlaw) return undefined;
    throw error;
  }
}

/**
 * Gives `use` the folder of a package, fetched as the user's npm is configured and without its scripts.
 *
 * @throws {ConsoleError} `failed`, `usage`
 */
export async function packedByNpm(
  home: Home,
  name: string,
  signal: AbortSignal,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  if (!PACKAGE.test(name)) {
    throw new ConsoleError("usage", `"${escapeControls(name)}" is no package of npm: npm:NAME or npm:NAME@VERSION`);
  }
  const [npm, tar] = [
    findProgram("npm"),
    findProgram("tar") ?? usualPlaces("tar").find((path) => denoFiles.stat(path)),
  ];
  if (npm === undefined || tar === undefined) {
    throw new ConsoleError("failed", `${npm === undefined ? "npm" : "tar"} is not on the PATH`, {
      hint: "unpack the package yourself, then agent-console capsule install FOLDER",
    });
  }
  const work = workFolder(home);
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(NPM_MS)]);
    const step = async (argv: readonly string[]) => {
      const { code, stderr } = await run(argv, { signal: deadline, env: builderEnv({}), cwd: work });
      if (code === 0) return;
      const why = deadline.aborted ? "it was interrupted or took too long" : stderr.trim() || `code ${code}`;
      throw new ConsoleError("failed", `${argv[0]} failed: ${escapeControls(why.slice(0, 400))}`);
    };
    await step([npm, "pack", "--ignore-scripts", "--pack-destination", work, "--", name]);
    const archive = denoFiles.list(work).find((file) => file.endsWith(".tgz"));
    if (archive === undefined) throw new ConsoleError("failed", "npm has packed nothing");
    await step([tar, "-x", "-z", "-f", `${work}/${archive}`, "-C", work, "--no-same-owner", "--no-same-permissions"]);
    await use(`${work}/package`);
  } finally {
    removeFolder(work);
  }
}

/** Beside the capsules, where a rename can put them into place; its name is none of a capsule. */
function workFolder({ paths }: Home): string {
  for (const path of [paths.root, paths.capsules]) {
    if (denoFiles.stat(path) === undefined) denoFiles.mkdir(path, OWN_FOLDER);
  }
  const work = `${paths.capsules}/.new-${crypto.randomUUID()}`;
  denoFiles.mkdir(work, OWN_FOLDER);
  return work;
}
