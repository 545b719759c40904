/** `capsule test`: plays the test of a capsule in its sandbox. No daemon is asked, and nothing is granted. */
import { dim, green, red } from "@std/fmt/colors";
import { type CapsuleFolder, readUnnamed } from "../../capsule/folder.ts";
import { MANIFEST_FILE } from "../../capsule/manifest.ts";
import { CapsuleFlaw } from "../../capsule/read_manifest.ts";
import { type CapsuleTest, type PlayedStep, playTest, readTest, TEST_FILE, usualTest } from "../../capsule_test/mod.ts";
import { withTestCopy } from "../../client/test_copy.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder, ownUid } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { lastGrant, wholeCapsule } from "../capsule_folders.ts";
import type { CommandContext } from "../context.ts";
import { withTilde } from "../tilde.ts";

/**
 * Gives the exit code: 0 where all steps are as expected, or else 1.
 *
 * @param given the path of a folder, or the name of a capsule in the home
 * @throws {ConsoleError} `failed` with why it or its test is refused, `not_found`
 */
export async function testCapsule(
  run: CommandContext,
  given: string,
  { json }: { readonly json?: boolean },
): Promise<number> {
  const capsule = await capsuleOf(run, given);
  const { manifest, folder } = capsule;
  const written = refusing(
    `the test of ${manifest.name} is refused`,
    `${folder}/${TEST_FILE}`,
    () => writtenTest(capsule),
  );
  const test = written ?? { ...usualTest(manifest), exec: noDaemon(manifest) };
  const played: PlayedStep[] = [];
  if (!json) {
    run.out.line(`${escapeControls(withTilde(folder))}${written === undefined ? `: no ${TEST_FILE}` : ""}`);
    if (written === undefined) run.out.line(dim("what it does at recorded events, its commands and its interceptor"));
  }
  await withTestCopy(run.context, capsule, test.env, (argv) =>
    playTest({
      capsule,
      test,
      answersAll: written === undefined,
      argv,
      signal: run.signal,
      onStep: (step) => {
        played.push(step);
        if (!json) tell(run, step, played.length, written === undefined);
      },
    }));
  const failed = played.filter(({ differences }) => differences.length > 0).length;
  const counts = { passed: played.length - failed, failed };
  if (json) run.out.json({ capsule: manifest.name, folder, steps: played, ...counts });
  else run.out.line(`${counts.passed} passed, ${counts.failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** A word alone is the name of a capsule in the home, whatever lies in the current folder. */
async function capsuleOf(run: CommandContext, given: string): Promise<CapsuleFolder> {
  const folder = resolveFrom(given, currentFolder());
  if (!given.includes("/") && !given.startsWith(".")) {
    try {
      return await wholeCapsule(run, given, lastGrant(run, given));
    } catch (error) {
      const isNone = error instanceof ConsoleError && error.kind === "not_found";
      if (!isNone || denoFiles.stat(`${folder}/${MANIFEST_FILE}`) === undefined) throw error;
      const hint = `a folder is named by its path: agent-console capsule test ${shellQuote([`./${given}`])}`;
      throw new ConsoleError(error.kind, error.message, { hint });
    }
  }
  return refusing("the capsule is refused", folder, () => readUnnamed(folder, ownUid()));
}

/** What the console says to it where no test is written. */
function noDaemon({ capabilities: { exec } }: CapsuleFolder["manifest"]): CapsuleTest["exec"] {
  return Object.fromEntries(exec.map((name) => [name, `no daemon answers /${name} in a test`]));
}

function writtenTest({ files, manifest }: CapsuleFolder): CapsuleTest | undefined {
  const file = files.find(({ path }) => path === TEST_FILE);
  return file === undefined ? undefined : readTest(new TextDecoder().decode(file.bytes), manifest);
}

/** @param path of what is read, for the person who mends it */
function refusing<T>(what: string, path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CapsuleFlaw)) throw error;
    throw new ConsoleError("failed", `${what}: ${error.message}`, { hint: `mend ${escapeControls(withTilde(path))}` });
  }
}

/** @param isAll what it said is shown of a step that is as expected, too */
function tell(run: CommandContext, { step, differences, answer, said }: PlayedStep, at: number, isAll: boolean): void {
  const isFine = differences.length === 0;
  const lines = (text: string) => text.split("\n").map(escapeControls);
  run.out.line(`${isFine ? green("ok  ") : red("FAIL")} ${at} ${escapeControls(step)}`);
  for (const { at: place, expected, actual } of differences) {
    run.out.line(`       ${escapeControls(place)}`);
    for (const line of lines(expected)) run.out.line(red(`       - ${line}`));
    for (const line of lines(actual)) run.out.line(green(`       + ${line}`));
  }
  if (isFine && !isAll) return;
  if (answer !== undefined) { for (const line of lines(answer)) run.out.line(`       ${line}`); }
  for (const line of said.flatMap(lines)) run.out.line(dim(`       log: ${line}`));
}
