/**
 * The prebuilt form of the daemon, made when one is started and the sources have changed since the last time. It starts
 * twice as fast as the sources and takes half of the memory on top of Deno's own; making it takes a second, so hooks never do
 * (main.ts runs what is there). Whatever goes wrong, the sources are run.
 *
 * The one that the daemon is started from is never where the daemon may write: it would choose what runs unconfined.
 */
import { beginBuild, publishBuild, removeFolder } from "../platform/build_folder.ts";
import { sleep } from "../platform/delay.ts";
import { denoFiles, realPathSoFar, replaceWithoutSync } from "../platform/deno_files.ts";
import { builderEnv } from "../platform/environment.ts";
import { sha256OfRecord } from "../platform/hash.ts";
import { type HeldLock, tryLock } from "../platform/lock_file.ts";
import {
  BUILT,
  type BuiltName,
  currentBuild,
  fromSource,
  isFresh,
  isOurs,
  prebuiltFolder,
} from "../platform/prebuilt.ts";
import { makePrivate } from "../platform/made_folders.ts";
import { areApart } from "../platform/path_safety.ts";
import { run } from "../platform/process.ts";
import type { ThisProgram } from "../platform/program.ts";
import { type ProgramRef, RUNTIME_ENV } from "../platform/sandbox.ts";
import { parseErrorText } from "../protocol/error_text.ts";

export interface PrebuildOptions {
  /** What the daemon may write. */
  readonly writable: readonly string[];
  /** It was not requested: after a failure it is not tried again for {@link RETRY_MS}. */
  readonly auto: boolean;
  /** So many times as long as usual: for a machine that does much beside it. */
  readonly patience?: number;
}

/** What to start the daemon from. */
export interface Chosen {
  readonly program: ProgramRef;
  /** Why it is the sources, where a prebuilt form was to be had. */
  readonly problem?: string;
}

/** For a build, whoever makes it, ms: well below what others wait for the daemon (start.ts). */
const BUILD_MS = 26_000;
/** For each of its two steps: the builder gives up by itself, and takes its commands along. */
const STEP_MS = 12_000;
const LOOK_MS = 50;
/** A machine without a network cannot fetch the bundler: then not every start pays for finding out. */
const RETRY_MS = 600_000;
const NAMES = Object.keys(BUILT) as BuiltName[];
const FAILURE = "failed.json";

/** Never throws. */
export async function daemonProgram(program: ThisProgram, options: PrebuildOptions): Promise<Chosen> {
  const { daemon, sources } = program;
  if (daemon.form !== "source" || sources === undefined || fromSource()) return { program: daemon };
  try {
    const folder = prebuiltFolder(sources);
    if (folder === undefined) throw new Error("no folder for it: HOME is not set, or the sources' path is too long");
    const build = await builtFrom(sources, folder, daemon.deno, options);
    return { program: { form: "bundle", deno: daemon.deno, entry: `${build}/${BUILT.daemon}` } };
  } catch (error) {
    return { program: daemon, problem: (error as Error).message };
  }
}

/** The build of the sources as they are now. @throws {Error} with one line where there is none */
async function builtFrom(sources: string, folder: string, deno: string, options: PrebuildOptions): Promise<string> {
  const place = folder.slice(0, folder.lastIndexOf("/"));
  makePrivate(folder, place);
  for (const path of [place, folder]) {
    if (!isOurs(path, "folder")) throw new Error(`${path} is not a folder that is ours and nobody else's to write`);
  }
  for (const path of options.writable) checkApart(folder, path);
  const found = freshBuild(folder, sources);
  if (found !== undefined) return found;
  const failure = options.auto ? lastFailure(folder) : undefined;
  if (failure !== undefined) throw new Error(failure);
  const { patience = 1 } = options;
  const deadline = AbortSignal.timeout(BUILD_MS * patience);
  let lock: HeldLock | undefined;
  try {
    while ((lock = tryLock(`${folder}/lock`)) === undefined) await sleep(LOOK_MS, deadline);
    return freshBuild(folder, sources) ?? await build(sources, folder, deno, { deadline, stepMs: STEP_MS * patience });
  } catch (error) {
    const why = deadline.aborted && lock === undefined ? "another process builds it for too long" : oneLine(error);
    if (lock !== undefined) rememberFailure(folder, why);
    throw new Error(why);
  } finally {
    lock?.release();
  }
}

/** @throws {Error} where one of the two is in the other */
function checkApart(folder: string, written: string): void {
  if (!areApart(realPathSoFar(folder), realPathSoFar(written))) {
    throw new Error(`${folder}: the daemon may write ${written}`);
  }
}

function freshBuild(folder: string, sources: string): string | undefined {
  const build = currentBuild(folder);
  return build !== undefined && NAMES.every((name) => isFresh(build, name, sources)) ? build : undefined;
}

interface BuildTimes {
  readonly deadline: AbortSignal;
  /** For each step, ms. */
  readonly stepMs: number;
}

async function build(sources: string, folder: string, deno: string, times: BuildTimes): Promise<string> {
  const { deadline, stepMs } = times;
  const work = beginBuild(folder);
  try {
    const argv = [deno, "run", "-q", "-A", `${sources}/install/build_main.ts`, "prebuild", work, String(stepMs)];
    const { code, stderr } = await run(argv, { signal: deadline, env: builderEnv(RUNTIME_ENV), cwd: "/" });
    if (code !== 0) throw new Error(parseErrorText(stderr).message || `its maker ended with code ${code}`);
    // What each file was made of names the build: the same sources, the same name.
    const inputs = NAMES.map((name) => new TextDecoder().decode(denoFiles.read(`${work}/${BUILT[name]}.inputs`)));
    const name = sha256OfRecord(new TextEncoder().encode(inputs.join("\n"))).slice(0, 16);
    publishBuild(folder, work, name);
    denoFiles.remove(`${folder}/${FAILURE}`);
    const made = freshBuild(folder, sources);
    if (made === undefined) throw new Error("the sources changed meanwhile, or what was made is not ours alone");
    return made;
  } finally {
    removeFolder(work);
  }
}

function lastFailure(folder: string): string | undefined {
  try {
    const { at, why } = JSON.parse(new TextDecoder().decode(denoFiles.read(`${folder}/${FAILURE}`)));
    return Math.abs(Date.now() - Date.parse(at)) < RETRY_MS ? String(why) : undefined;
  } catch {
    return undefined;
  }
}

/** For the next start, and for whoever wants to know why the sources are run. */
function rememberFailure(folder: string, why: string): void {
  try {
    replaceWithoutSync(
      `${folder}/${FAILURE}`,
      new TextEncoder().encode(`${JSON.stringify({ at: new Date(), why }, null, 2)}\n`),
    );
  } catch {
    // The disk that is full may be the failure.
  }
}

function oneLine(error: unknown): string {
  return (error as Error).message.trim().split("\n")[0] ?? "";
}
