/**
 * A copy of a capsule for its test: in the folder of our launchers, which no grant reaches, with the script of its sandbox, as
 * a grant of nothing makes it.
 */
import type { CapsuleFolder } from "../capsule/folder.ts";
import { removeEmptyFolder, removeFolder } from "../platform/build_folder.ts";
import { capsuleRunText } from "../platform/capsule_texts.ts";
import { systemClock } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { launcherFolder } from "../platform/home_launchers.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ClientContext } from "./endpoint.ts";
import { capsuleRuntime, nicePath, ownFolder, writeCapsuleFiles } from "./put_capsule.ts";

const OWN_FILE = 0o600;
const OWN_FOLDER = 0o700;
/** No test takes so long. */
const OLD_MS = 3_600_000;

/**
 * Gives `use` the command line that starts a process of the capsule; the copy is removed behind it.
 *
 * @param env the variables that it gets, and their values
 * @throws {ConsoleError} `failed`; what `use` throws
 */
export async function withTestCopy(
  context: ClientContext,
  { manifest: { name, main }, files }: CapsuleFolder,
  env: Readonly<Record<string, string>>,
  use: (argv: readonly string[]) => Promise<void>,
): Promise<void> {
  const common = launcherFolder();
  if (common === undefined) {
    throw new ConsoleError("failed", "there is no place for the copy that is tested", {
      hint: "set HOME, or XDG_DATA_HOME, to a folder of yours",
    });
  }
  const tests = ownFolder(`${common}/capsule-tests`);
  removeOld(tests);
  const folder = `${tests}/${crypto.randomUUID()}`;
  try {
    denoFiles.mkdir(folder, OWN_FOLDER);
    const [code, run] = [`${folder}/code`, `${folder}/run`];
    writeCapsuleFiles(files, code);
    const sandbox = { code, main, net: [], read: [], write: [], env, nice: nicePath(), privileged: false };
    denoFiles.create(run, new TextEncoder().encode(textOf({ name, ...capsuleRuntime(context), ...sandbox })), OWN_FILE);
    await use(["/bin/sh", run]);
  } finally {
    removeFolder(folder);
    removeEmptyFolder(tests); // another test may go on in there
  }
}

function textOf(capsule: Parameters<typeof capsuleRunText>[0]): string {
  try {
    return capsuleRunText({ ...capsule, isTest: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConsoleError("failed", `no sandbox can be made: ${error.message}`, {
      hint: "name another folder of data by the variable XDG_DATA_HOME",
    });
  }
}

/** What tests have left that were ended by a signal. Never throws: nothing of it is run. */
function removeOld(tests: string): void {
  for (const name of denoFiles.list(tests)) {
    const path = `${tests}/${name}`;
    if (systemClock.now() - (denoFiles.stat(path)?.mtimeMs ?? 0) < OLD_MS) continue;
    try {
      removeFolder(path);
    } catch {
      // The next test tries again.
    }
  }
}
