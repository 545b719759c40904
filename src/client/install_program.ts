/**
 * Installs the program: the sources make the new version in a process of its own, and it becomes the one that runs when
 * all of it is there. Whoever dies in the middle leaves a folder that the next one removes, and the version that was.
 */
import { beginBuild, removeFolder } from "../platform/build_folder.ts";
import { sleep } from "../platform/delay.ts";
import { builderEnv } from "../platform/environment.ts";
import { type HeldLock, tryLock } from "../platform/lock_file.ts";
import { makePrivate } from "../platform/made_folders.ts";
import { isOurs } from "../platform/prebuilt.ts";
import { run } from "../platform/process.ts";
import { type ProgramPaths, VERSION_FOLDER } from "../platform/program_folder.ts";
import { RUNTIME_ENV } from "../platform/sandbox.ts";
import {
  addVersion,
  currentVersion,
  installedVersions,
  isThereAlready,
  ownBinLink,
  prune,
  renewSource,
  switchTo,
  versionSource,
} from "../platform/version_store.ts";
import { isMadeOf, readInputs, type VersionInputs } from "../platform/version_inputs.ts";
import { previousVersion } from "./installed_here.ts";
import { parseErrorText } from "../protocol/error_text.ts";
import { ConsoleError } from "../protocol/errors.ts";

export interface InstallOptions {
  readonly paths: ProgramPaths;
  /** The folder of the sources. */
  readonly sources: string;
  /** The runtime that builds, and that is installed. */
  readonly deno: string;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Installed {
  /** The names of the versions that ran and that runs; equal where nothing changed. */
  readonly before: string | undefined;
  readonly now: string;
}

/** For a build with a bundler that must be downloaded first, ms. */
const BUILD_MS = 180_000;
const STEP_MS = 60_000;
/** Longest wait for another process that installs, ms. */
const LOCK_MS = BUILD_MS + 20_000;
const LOOK_MS = 50;

/** @throws {ConsoleError} `failed` with one line, `unsafe_path`; then what runs is what ran */
export function installProgram(options: InstallOptions): Promise<Installed> {
  const { paths, signal } = options;
  return changing(paths, signal, async () => {
    const before = currentVersion(paths);
    const inputs = readInputs(options.sources, options.deno);
    const source = before === undefined ? undefined : versionSource(paths, before);
    if (before !== undefined && source?.clone === options.sources && isMadeOf(paths, before, source, inputs)) {
      switchTo(paths, before); // the user's command may be gone
      prune(paths, installedVersions(paths)); // of a build that was killed
      return { before, now: before };
    }
    const work = beginBuild(paths.root);
    try {
      const now = await build(options, work, inputs);
      // Other sources may give the same name; what is there under it may be damaged, or come from a clone that is gone.
      if (isThereAlready(paths, work, now)) renewSource(paths, work, now);
      else addVersion(paths, work, now);
      switchTo(paths, now);
      prune(paths, now === before || before === undefined ? installedVersions(paths) : [now, before]);
      return { before, now };
    } finally {
      removeFolder(work);
    }
  });
}

/**
 * Lets the other version that was kept run again.
 *
 * @throws {ConsoleError} `failed` where there is none
 */
export function rollBack(paths: ProgramPaths, signal: AbortSignal): Promise<Installed> {
  return changing(paths, signal, () => {
    const before = currentVersion(paths);
    const now = previousVersion(paths);
    if (now === undefined) {
      throw new ConsoleError("failed", `no version before this one is kept in ${paths.root}`, {
        hint: "agent-console update",
      });
    }
    switchTo(paths, now);
    return Promise.resolve({ before, now });
  });
}

async function build(
  { paths, sources, deno, signal }: InstallOptions,
  work: string,
  inputs: VersionInputs | undefined,
): Promise<string> {
  const maker = `${sources}/install/build_main.ts`;
  const argv = [
    deno,
    "run",
    "-q",
    "-A",
    maker,
    "program",
    work,
    String(STEP_MS),
    paths.root,
    ...(inputs ? [inputs.written] : []),
  ];
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(BUILD_MS)]);
  const { code, stdout, stderr } = await run(argv, { signal: deadline, env: builderEnv(RUNTIME_ENV), cwd: "/" });
  const name = stdout.trim();
  if (code === 0 && VERSION_FOLDER.test(name)) return name;
  const { message, hint } = parseErrorText(stderr);
  const why = deadline.aborted ? "it was interrupted or took too long" : message.split("\n")[0] || `code ${code}`;
  throw new ConsoleError("failed", `the program was not built: ${why}`, hint === undefined ? {} : { hint });
}

/** Runs `change` while no other process changes what is installed. */
async function changing(
  paths: ProgramPaths,
  signal: AbortSignal,
  change: () => Promise<Installed>,
): Promise<Installed> {
  assertOwnLink(paths);
  makePrivate(paths.root, paths.root);
  if (!isOurs(paths.root, "folder")) {
    throw new ConsoleError("unsafe_path", `${paths.root} is not a folder that is yours and nobody else's to write`, {
      path: paths.root,
      hint: "move it away and try again",
    });
  }
  const lock = await locked(paths, signal);
  try {
    assertOwnLink(paths);
    return await change();
  } finally {
    lock.release();
  }
}

async function locked(paths: ProgramPaths, signal: AbortSignal): Promise<HeldLock> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(LOCK_MS)]);
  for (;;) {
    const lock = tryLock(paths.lock);
    if (lock !== undefined) return lock;
    await sleep(LOOK_MS, deadline).catch(() => {
      throw new ConsoleError("failed", "another process installs agent-console, and this one waited in vain");
    });
  }
}

/** @throws {ConsoleError} `failed` where the name of our command is taken */
function assertOwnLink(paths: ProgramPaths): void {
  try {
    ownBinLink(paths);
  } catch (error) {
    throw new ConsoleError("failed", `nothing was installed: ${(error as Error).message}`, {
      hint: `move ${paths.binLink} away and try again`,
    });
  }
}
