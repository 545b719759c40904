/** `install` and `update`: the program in the user's own folder, and what is to be done about the daemon that runs. */
import { type Installed, installProgram, rollBack } from "../../client/install_program.ts";
import { ownProgramPaths } from "../../client/own_program_paths.ts";
import { denoFiles, isAbsent, realPathSoFar } from "../../platform/deno_files.ts";
import { builderEnv, userEnv } from "../../platform/environment.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { areApart, checkTrusted, cureOf } from "../../platform/path_safety.ts";
import { currentFolder, ownUid, spawn } from "../../platform/process.ts";
import type { ProgramPaths } from "../../platform/program_folder.ts";
import { CLIENT_FLAGS } from "../../platform/program.ts";
import { RUNTIME_ENV } from "../../platform/sandbox.ts";
import { currentVersion, versionSource } from "../../platform/version_store.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { lookAtRunning, openText } from "../running_daemon.ts";
import { CommandEnded } from "../tree/shared.ts";
import { withTilde } from "../tilde.ts";
import { versionOfFolder, versionText } from "../version_note.ts";
import { tellIfNotFound } from "./command_path.ts";

export interface InstallFlags {
  readonly restart?: boolean;
}

export interface UpdateFlags extends InstallFlags {
  readonly from?: string;
  readonly rollback?: boolean;
}

/** @throws {ConsoleError} `usage` where this program does not run from a clone; as `installProgram` */
export async function installProgramHere(run: CommandContext, flags: InstallFlags): Promise<void> {
  const { sources, daemon } = run.context.program;
  if (sources === undefined || daemon.form !== "source") {
    throw new ConsoleError(
      "usage",
      "this program does not run from a clone, and a clone is what it is installed from",
      {
        hint: "agent-console update, or in a clone: deno task install",
      },
    );
  }
  const paths = ownProgramPaths();
  const { root } = run.context.paths;
  if (!areApart(realPathSoFar(root), realPathSoFar(paths.root))) {
    throw new ConsoleError(
      "unsafe_path",
      `the home folder ${root} and the program's place ${paths.root} are not apart`,
      {
        path: root,
        hint: "give a home folder apart from it, with --home or AGENT_CONSOLE_HOME",
      },
    );
  }
  const installed = await installProgram({ paths, sources, deno: daemon.deno, signal: run.signal });
  sayChange(run, paths, installed, "installed");
  await lookAtDaemon(run, paths, installed.now, flags);
}

/** @throws {ConsoleError} `failed` where nothing is installed, or its clone is gone */
export async function updateProgram(run: CommandContext, flags: UpdateFlags): Promise<void> {
  const paths = ownProgramPaths();
  if (flags.rollback) {
    if (flags.from !== undefined) throw new ConsoleError("usage", "--rollback takes no --from: it builds nothing");
    const changed = await rollBack(paths, run.signal);
    sayChange(run, paths, changed, "went back to");
    return await lookAtDaemon(run, paths, changed.now, flags);
  }
  const clone = cloneOf(paths, flags.from);
  run.out.say(`from the clone ${withTilde(clone)}, as it is`);
  const { daemon } = run.context.program;
  const deno = daemon.form === "compiled" ? `${paths.current}/deno` : daemon.deno;
  const words = ["--home", run.context.paths.root, "install", ...(flags.restart ? ["--restart"] : [])];
  // The clone installs itself: only it knows what belongs to it.
  throw new CommandEnded(await runHere([deno, ...CLIENT_FLAGS, `${clone}/main.ts`, ...words]));
}

function cloneOf(paths: ProgramPaths, from: string | undefined): string {
  const name = currentVersion(paths);
  const noted = name === undefined ? undefined : versionSource(paths, name)?.clone;
  const clone = from === undefined ? noted : resolveFrom(from, currentFolder());
  if (clone === undefined) {
    const hint = "in a clone: deno task install, or here: agent-console update --from FOLDER";
    throw new ConsoleError("failed", `no version is installed in ${paths.root}`, { hint });
  }
  const isClone = ["main.ts", "install/build_main.ts"].every((file) => !isAbsent(`${clone}/${file}`));
  if (isClone) {
    if (from === undefined) assertSafeClone(clone);
    return clone;
  }
  throw new ConsoleError(
    "failed",
    from === undefined
      ? `the clone that the program was installed from is gone: ${clone}`
      : `${clone} is no clone of agent-console`,
    { hint: "agent-console update --from FOLDER, where FOLDER is a clone" },
  );
}

/** What the noted clone runs as the user: nobody has named it now, and others may have put it there. */
const RUN_OF_CLONE = ["", "/main.ts", "/deno.json", "/install", "/install/build_main.ts", "/src"];

/** @throws {ConsoleError} `unsafe_path` where another user, but root, owns it or may write to it */
function assertSafeClone(clone: string): void {
  for (const part of RUN_OF_CLONE) {
    const path = realPathSoFar(`${clone}${part}`);
    const stat = denoFiles.stat(path);
    const problem = stat === undefined ? undefined : checkTrusted(stat, ownUid());
    if (problem === undefined) continue;
    const cure = cureOf(path, problem);
    const other = "agent-console update --from FOLDER, where FOLDER is a clone";
    throw new ConsoleError(
      "unsafe_path",
      `the clone that the program was installed from is not run: ${path} ${problem}`,
      {
        path,
        hint: cure === undefined ? other : `${cure}, or ${other}`,
      },
    );
  }
}

/** Runs a command of ours with our streams. */
async function runHere(argv: readonly string[]): Promise<number> {
  const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
  const own = { ...userEnv(), ...builderEnv(RUNTIME_ENV) };
  return await spawn(argv, { detached: false, ...streams, env: own, cwd: "/" }).ended;
}

function sayChange(run: CommandContext, paths: ProgramPaths, { before, now }: Installed, verb: string): void {
  const text = (name: string) => `agent-console ${versionText(versionOfFolder(name))}`;
  if (before === now) {
    run.out.say(`already up to date: ${text(now)}`);
    run.out.note("hint: the clone is taken as it is; git pull there brings a newer version");
  } else {
    run.out.say(
      `${verb} ${text(now)}${before === undefined ? "" : `, before: ${versionText(versionOfFolder(before))}`}`,
    );
    run.out.plain(`program: ${withTilde(`${paths.root}/${now}`)}\ncommand: ${withTilde(paths.binLink)}`);
  }
  tellIfNotFound(run, paths.binLink);
}

/** A daemon that runs is the program that it was started from, until it is started again. */
async function lookAtDaemon(run: CommandContext, paths: ProgramPaths, now: string, flags: InstallFlags): Promise<void> {
  const found = await lookAtRunning(run, { silent: true }).catch(() => undefined);
  const installed = versionOfFolder(now);
  if (found === undefined) return;
  if (found.version === installed.version && found.build === installed.build) return;
  const note = `note: the daemon runs ${versionText(found)}`;
  if (flags.restart !== true) return run.out.note(`${note}\nhint: agent-console daemon restart`);
  if (found.open > 0) {
    const why = openText(found.open);
    return run.out.note(`${note} and was not restarted, because ${why}\nhint: agent-console daemon restart`);
  }
  const code = await runHere([paths.binTarget, "--home", run.context.paths.root, "daemon", "restart"]);
  if (code !== 0) throw new CommandEnded(code);
}
