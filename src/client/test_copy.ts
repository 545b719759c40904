/** A copy of a capsule for its test: in a temporary folder, with the script of its sandbox, as a grant of nothing makes it. */
import type { CapsuleFolder } from "../capsule/folder.ts";
import { removeFolder } from "../platform/build_folder.ts";
import { capsuleRunText } from "../platform/capsule_texts.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { makeTemporary } from "../platform/temporary_folder.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ClientContext } from "./endpoint.ts";
import { capsuleRuntime, nicePath, writeCapsuleFiles } from "./put_capsule.ts";

const OWN_FILE = 0o600;

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
  const folder = makeTemporary("capsule-test-");
  try {
    const [code, run] = [`${folder}/code`, `${folder}/run`];
    writeCapsuleFiles(files, code);
    const sandbox = { code, main, net: [], read: [], write: [], env, nice: nicePath(), privileged: false };
    denoFiles.create(run, new TextEncoder().encode(textOf({ name, ...capsuleRuntime(context), ...sandbox })), OWN_FILE);
    await use(["/bin/sh", run]);
  } finally {
    removeFolder(folder);
  }
}

function textOf(capsule: Parameters<typeof capsuleRunText>[0]): string {
  try {
    return capsuleRunText({ ...capsule, isTest: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConsoleError("failed", `no sandbox can be made in the temporary folder: ${error.message}`, {
      hint: "name another one by the variable TMPDIR",
    });
  }
}
