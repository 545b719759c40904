/** Writes the files by which agents' hooks and status lines run: what they run and with which environment is decided here. */
import stub from "../../install/hook_stub.sh" with { type: "text" };
import statuslineStub from "../../install/statusline_stub.sh" with { type: "text" };
import { AGENT_HOME_ENV } from "../agents/files.ts";
import { capsulePlaces } from "../platform/capsule_places.ts";
import { capsuleLauncherText } from "../platform/capsule_texts.ts";
import { denoFiles, realPath } from "../platform/deno_files.ts";
import { builderEnv, namedEnv } from "../platform/environment.ts";
import { homeLaunchers, launcherFolder, startArgs } from "../platform/home_launchers.ts";
import { resolveFrom } from "../platform/home_paths.ts";
import { hookLauncherText, startLauncherText, statuslineLauncherText } from "../platform/launcher_texts.ts";
import { makePrivate } from "../platform/made_folders.ts";
import { isOurs, PREBUILT_ENV } from "../platform/prebuilt.ts";
import { currentFolder, run } from "../platform/process.ts";
import { RUNTIME_ENV } from "../platform/sandbox.ts";
import type { ClientContext } from "./endpoint.ts";
import { HOOK_VARIABLES, hookProgram, statuslineProgram } from "./hook_program.ts";

/** Of the environment of the person who installs or starts: where things are, not what is to be left alone. */
const KEPT: readonly string[] = [
  ...AGENT_HOME_ENV,
  ...PREBUILT_ENV,
  "AGENT_CONSOLE_LOG_LEVEL",
  "XDG_RUNTIME_DIR", // where the service manager listens
];
const KEPT_PATHS: readonly string[] = ["AGENT_CONSOLE_PID_FILE", "AGENT_CONSOLE_SOCKET"];
const SHELL_MS = 5000;
const EXECUTABLE = 0o700;
const READABLE = 0o600;

/** Where curl lies on the systems that have one; by its whole path, because an agent sets PATH. */
const CURLS: readonly string[] = ["/usr/bin/curl", "/bin/curl", "/usr/local/bin/curl", "/opt/homebrew/bin/curl"];
/** Tried with this one. Of older ones some read an stdin that stays open for ever. */
const OLDEST_CURL = [7, 88] as const;

/**
 * Writes what is not there as it should be. Only for commands by which a person asks for hooks or for the daemon. Never
 * throws: without them hooks that are registered say and do nothing.
 *
 * @param curls where a curl is looked for; others are for tests
 * @returns why they are not there, in one line
 */
export async function writeLaunchers(context: ClientContext, curls = CURLS): Promise<string | undefined> {
  const { paths: { root }, program } = context;
  const launchers = homeLaunchers(root);
  const common = launcherFolder();
  if (launchers === undefined || common === undefined) {
    return "no place for their launchers: HOME is not set, or the home folder's path is too long";
  }
  const folder = launchers.hook.slice(0, launchers.hook.lastIndexOf("/"));
  try {
    makePrivate(folder, common);
    for (const place of [common, `${common}/homes`, folder]) {
      if (!isOurs(place, "folder")) return `${place} is not a folder that is yours and nobody else's to write`;
    }
    const home = denoFiles.stat(root) === undefined ? root : realPath(root);
    if (realPath(folder).startsWith(`${home}/`)) return `${folder} lies in ${root}, where the daemon may write`;
    const named = Object.entries(namedEnv(KEPT_PATHS)).map((
      [name, value],
    ) => [name, resolveFrom(value, currentFolder())]);
    const env = { ...builderEnv(RUNTIME_ENV), ...namedEnv(["DENO_DIR", ...KEPT]), ...Object.fromEntries(named) };
    const argv = [...program.client, ...startArgs(root)];
    const privileged = await knowsP();
    writeText(launchers.start, startLauncherText({ argv, env, privileged }), EXECUTABLE);
    const capsules = capsulePlaces(root);
    if (capsules !== undefined) {
      writeText(capsules.launcher, capsuleLauncherText({ ...capsules, privileged }), EXECUTABLE);
    }
    writeText(launchers.hook, await hookText(context, common, curls), READABLE);
    writeText(launchers.statusline, statuslineText(context), READABLE);
    writeText(`${common}/hook`, stub, READABLE);
    writeText(`${common}/statusline`, statuslineStub, READABLE);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function hookText(context: ClientContext, common: string, curls: readonly string[]): Promise<string> {
  const argv = hookProgram(context);
  // Deno reads .npmrc in HOME and ends where it cannot: one of the user's must not end a hook. An installed program needs
  // nothing else of theirs; one that runs from a clone has its packages and its prebuilt form there.
  const isInstalled = context.program.sources === undefined;
  return hookLauncherText({
    argv,
    needs: needsOf(context, argv),
    env: {
      ...namedEnv(["DENO_DIR"]),
      DENO_NO_UPDATE_CHECK: "1",
      // The launcher that starts the daemon is looked for where this one lies, whatever the agent's environment says.
      XDG_DATA_HOME: common.slice(0, common.lastIndexOf("/")),
      ...(isInstalled ? { HOME: common } : {}),
    },
    passes: HOOK_VARIABLES.filter((name) => !isInstalled || name !== "HOME"),
    curl: await usableCurl(curls),
  });
}

function statuslineText(context: ClientContext): string {
  const argv = statuslineProgram(context);
  const cache = namedEnv(["DENO_DIR"])["DENO_DIR"];
  return statuslineLauncherText({
    argv,
    needs: needsOf(context, argv),
    cache: cache?.startsWith("/") ? cache : undefined,
  });
}

function needsOf({ program: { daemon, client } }: ClientContext, argv: readonly string[]): readonly string[] {
  return daemon.form === "compiled" ? [argv[0] ?? ""] : [daemon.deno, client.at(-1) ?? ""];
}

async function usableCurl(curls: readonly string[]): Promise<string | undefined> {
  for (const curl of curls) {
    if (denoFiles.stat(curl) === undefined) continue;
    const { code, stdout } = await runQuietly([curl, "-q", "--version"]);
    const [, major, minor] = /^curl (\d+)\.(\d+)\./.exec(stdout) ?? [];
    const knowsUnix = /^Features:.*\bUnixSockets\b/m.test(stdout);
    const isNewEnough = Number(major) > OLDEST_CURL[0] ||
      (Number(major) === OLDEST_CURL[0] && Number(minor) >= OLDEST_CURL[1]);
    if (code === 0 && knowsUnix && isNewEnough) return curl;
  }
  return undefined;
}

function writeText(path: string, text: string, mode: number): void {
  const bytes = new TextEncoder().encode(text);
  if (isOurs(path, "file", bytes.length) && new TextDecoder().decode(denoFiles.read(path)) === text) return;
  denoFiles.replace(path, bytes, mode);
}

/** Whether `sh` takes the option that keeps it from running what the environment says. */
export async function knowsP(): Promise<boolean> {
  return (await runQuietly(["/bin/sh", "-p", "-c", ":"])).code === 0;
}

function runQuietly(argv: readonly string[]) {
  return run(argv, { signal: AbortSignal.timeout(SHELL_MS), env: {}, cwd: "/" });
}
