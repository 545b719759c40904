/**
 * `uninstall`: takes back what was ever written outside of the home folders. One step that fails keeps no other from being
 * taken. The program's own folder comes last: this very command may run from it.
 */
import { hookedFiles } from "./hooked_files.ts";
import { uninstallHooks } from "./hooks.ts";
import { agentsWithMcp, takeOutMcp } from "./hooks_mcp.ts";
import { agentsWithHooks, HOOKED } from "./hooks_target.ts";
import { removeService, serviceFiles } from "./service.ts";
import { linesAboutUs, shellFiles } from "./shell_files.ts";
import { confirmUninstall } from "./uninstall_question.ts";
import { ownProgramPaths } from "../../client/own_program_paths.ts";
import { stopDaemon } from "../../client/stop.ts";
import { assertHomeSafe } from "../../config/endpoint.ts";
import { removeFolder } from "../../platform/build_folder.ts";
import { userCache } from "../../platform/environment.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { denoFiles, isAbsent } from "../../platform/deno_files.ts";
import { sizeOf } from "../../platform/folder_size.ts";
import { homeContents, isProvenHome, removeHome } from "../../platform/home_contents.ts";
import { HOME_NAME, type HomePaths, homePaths } from "../../platform/home_paths.ts";
import { notedFolders, removeEmpty } from "../../platform/made_folders.ts";
import { removeProgram } from "../../platform/remove_program.ts";
import { isOurs, prebuiltFolder } from "../../platform/prebuilt.ts";
import { currentFolder, env, ownUid } from "../../platform/process.ts";
import type { ProgramPaths } from "../../platform/program_folder.ts";
import { homesWithLauncher } from "../../platform/launcher_homes.ts";
import { ownBinLink } from "../../platform/version_store.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import type { CommandContext } from "../context.ts";
import { bytes } from "../format.ts";
import { ReaderGone } from "../output.ts";
import { withTilde } from "../tilde.ts";
import { whatBecomesOf } from "../open_work_text.ts";

export interface UninstallFlags {
  readonly purge?: boolean;
  readonly yes?: boolean;
}

/** @throws {ConsoleError} `unsafe_path` for the home, `failed` where the user says no, or a step failed: its message lists them */
export async function uninstallAll(run: CommandContext, flags: UninstallFlags): Promise<void> {
  const own = ownProgramPaths();
  const { root } = run.context.paths;
  if (!isAbsent(root)) assertHomeSafe(denoFiles, root, ownUid());
  if (flags.purge) assertPurgeable(root);
  const cache = prebuiltFolder("/")?.replace(/\/[^/]*$/, "");
  const homes = [root, ...homesWithLauncher(own.root).filter((home) => home !== root && !isAbsent(home))]
    .filter((home) => isUsable(run, home));
  const program = [own.root, ...(hasBinLink(own) ? [own.binLink] : []), ...(cache ? [cache] : [])];
  await confirmUninstall(run, { homes, program, purge: flags.purge === true, yes: flags.yes === true });
  const places = {
    paths: [own.root, own.binLink, ...ownFiles(run, homes), ...(cache ? [cache] : [])],
    endings: ENDINGS,
  };
  const noted = [own.root, cache ?? ""].flatMap((folder) => folder === "" ? [] : notedFolders(folder, places));
  const failures: string[] = [];
  const step = async (what: string, work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      if (error instanceof ReaderGone) return; // what is printed is read by nobody, what is done is wanted
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const removed = (what: string) => run.out.say(`removed ${withTilde(what)}`);

  // Hooks first, and the files by which they start daemons: none is to come up again behind us.
  for (const home of homes) {
    const there = { ...run, context: { ...silent(run), paths: homePaths(home) } };
    for (const { agent } of agentsWithMcp(there)) {
      await step(`the MCP server of ${agent}`, () => takeOutMcp(there, agent, {}));
    }
    await step(`hooks for ${home}`, async () => {
      const noted = hookedFiles(there);
      for (const { agent, file } of noted) {
        await step(`hooks of ${agent}`, () => uninstallHooks(there, agent, { file }));
      }
      // Those whose note was lost; the others failed a moment ago.
      const left = (await agentsWithHooks(there)).filter((agent) => noted.every((one) => one.agent !== agent));
      for (const agent of left) await step(`hooks of ${agent}`, () => uninstallHooks(there, agent, {}));
    });
  }
  await step("the launchers by which hooks start the daemon", () => removeOwn(`${own.root}/start`));
  await step("the service", async () => {
    const { files } = await removeService(run);
    for (const { path, change } of files) if (change === "removed") removed(path);
  });
  for (const home of homes) await step(`the daemon of ${home}`, () => stop(run, homePaths(home)));
  if (cache !== undefined) await step(cache, () => removeOwn(cache) && removed(cache));
  await step(own.binLink, () => removeBinLink(own) && removed(own.binLink));
  await step(own.root, () => {
    if (isAbsent(own.root)) return;
    assertOwn(own.root);
    const left = removeProgram(own);
    if (left.length === 0) return removed(own.root);
    run.out.say(`left in ${withTilde(own.root)}, as nothing of ours: ${left.map(escapeControls).join(", ")}`);
  });
  const forShell = shellFiles();
  for (const { path, isOurs } of forShell) {
    if (!isOurs) continue;
    await step(path, () => {
      denoFiles.remove(path);
      removed(path);
    });
  }
  const empty = removeEmpty(noted);
  if (empty.length > 0) removed(`folders that were made for it and are empty now: ${empty.map(withTilde).join(", ")}`);
  let isPurged = false;
  if (flags.purge && failures.length === 0) {
    await step(root, () => {
      purge(run, root);
      isPurged = true;
    });
  }
  for (const home of homes) if (!isPurged || home !== root) sayLeft(run, home);
  for (const { path, isOurs } of forShell) {
    if (!isOurs) run.out.say(`left ${withTilde(path)}: it is not as we made it`);
  }
  for (const line of linesAboutUs()) run.out.say(`left to you: ${withTilde(line)} names agent-console`);
  const deno = denoCache();
  if (!isAbsent(deno)) run.out.say(`left ${withTilde(deno)}: Deno's own cache, which other programs may use too`);
  if (failures.length === 0) return;
  throw new ConsoleError("failed", ["not all was removed:", ...failures].join("\n"), {
    hint: "mend that and run it again",
  });
}

/** A name may be noted for a folder that another user has made since: what it says of our settings is not to be done. */
function isUsable(run: CommandContext, home: string): boolean {
  if (isAbsent(home) || isOurs(home, "folder")) return true;
  run.out.note(`passed over ${withTilde(home)}: it is not a folder that is yours alone`);
  return false;
}

/** Folders of an agent's settings in projects, from the project's own folder on. */
const ENDINGS = HOOKED.flatMap(({ hooks }) => {
  const parts = hooks.file({ env: () => undefined, userHome: "/", cwd: "", project: true }).split("/").slice(1, -1);
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join("/")}`);
});

/** Files outside of our own folders that hooks and the service have, or would have; what cannot be known has none. */
function ownFiles(run: CommandContext, homes: readonly string[]): readonly string[] {
  const known = { env, userHome: env("HOME") ?? "", cwd: currentFolder() };
  const hooked = (home: string) => hookedFiles({ context: { ...run.context, paths: homePaths(home) } });
  const sources = [
    () => HOOKED.map(({ hooks }) => hooks.file(known)),
    ...homes.map((home) => () => hooked(home).map(({ file }) => file)),
    () => serviceFiles(run),
  ];
  return sources.flatMap((files) => {
    try {
      return files();
    } catch {
      return []; // the step that needs it says why
    }
  });
}

/** What is removed here is no reason to say which version runs. */
function silent(
  { context: { onGreeted: _, ...context } }: CommandContext,
): Omit<CommandContext["context"], "onGreeted"> {
  return context;
}

async function stop(run: CommandContext, paths: HomePaths): Promise<void> {
  if (isAbsent(paths.root)) return;
  const pid = await stopDaemon({ ...silent(run), paths }, {
    force: false,
    restart: false,
    pidFile: paths.pid,
    reason: "uninstall",
    confirm: (what, active) => {
      run.out.note(`${what}: ${whatBecomesOf(active)}`);
      return Promise.resolve(true);
    },
  });
  if (pid !== undefined) run.out.say(`stopped the daemon of ${withTilde(paths.root)}, pid ${pid}`);
}

/** @returns whether it was there. @throws {ConsoleError} `failed` where it is another thing than a folder of ours */
function removeOwn(folder: string): boolean {
  if (isAbsent(folder)) return false;
  assertOwn(folder);
  removeFolder(folder);
  return true;
}

function assertOwn(folder: string): void {
  if (!isOurs(folder, "folder")) throw new ConsoleError("failed", "it is not a folder that is yours alone");
}

/**
 * Any folder can be named as the home by mistake, so one must prove to be a home. The usual one needs no proof, and an empty
 * one has nothing to lose.
 *
 * @throws {ConsoleError} `failed`
 */
function assertPurgeable(root: string): void {
  if (isAbsent(root)) return;
  const shown = escapeControls(root);
  const hint = "name the home with --home, or leave --purge out";
  if (isUsualHome(root) || isProvenHome(root) || denoFiles.list(root).length === 0) return;
  throw new ConsoleError("failed", `${shown} is no home of agent-console: nothing was removed`, { hint });
}

/** What is not ours in it stays, as the README says. @throws {ConsoleError} `failed` for what is no home */
function purge({ out }: Pick<CommandContext, "out">, root: string): void {
  if (isAbsent(root)) return;
  assertHomeSafe(denoFiles, root, ownUid());
  assertPurgeable(root);
  const others = removeHome(root).map(escapeControls);
  if (others.length === 0) return out.say(`removed ${withTilde(root)}`);
  out.say(`emptied ${withTilde(root)}; what is not ours stays: ${others.join(", ")}`);
  // A folder that was named as the home may be anything: somebody's project, say.
  if (isUsualHome(root)) out.say(`  to remove that too: rm -r ${shellQuote([root])}`);
}

function isUsualHome(root: string): boolean {
  return root === `${env("HOME")}/${HOME_NAME}`;
}

/** @returns whether it was there */
function removeBinLink(own: ProgramPaths): boolean {
  const isThere = hasBinLink(own);
  if (isThere) denoFiles.remove(own.binLink);
  return isThere;
}

/** Not where another's command has our name. */
function hasBinLink(own: ProgramPaths): boolean {
  try {
    return ownBinLink(own);
  } catch {
    return false;
  }
}

function sayLeft(run: CommandContext, home: string): void {
  if (isAbsent(home)) return;
  if (!isProvenHome(home)) return run.out.say(`left ${withTilde(home)}`);
  run.out.say(`left ${withTilde(home)}, ${bytes(sizeOf(home))}: journal, configuration, log, secrets`);
  if (homeContents(home).others.length > 0) return run.out.say("  other things are in it too");
  run.out.say(`  to remove it: rm -r ${shellQuote([home])}`);
}

/** Where the runtime keeps what it has made of our files, by its own rules. */
function denoCache(): string {
  return userCache() ?? `${env("XDG_CACHE_HOME") || `${env("HOME")}/.cache`}/deno`;
}
