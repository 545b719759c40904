/** Writes the launcher by which hooks start the daemon: what it runs and with which environment is decided here. */
import { AGENT_HOME_ENV } from "../agents/files.ts";
import { denoFiles, realPath } from "../platform/deno_files.ts";
import { builderEnv, namedEnv } from "../platform/environment.ts";
import { resolveFrom } from "../platform/home_paths.ts";
import { makePrivate } from "../platform/made_folders.ts";
import { isOurs, PREBUILT_ENV } from "../platform/prebuilt.ts";
import { currentFolder, run } from "../platform/process.ts";
import { RUNTIME_ENV } from "../platform/sandbox.ts";
import { startArgs, startLauncherPath, startLauncherText } from "../platform/start_launcher.ts";
import type { ClientContext } from "./endpoint.ts";

/** Of the environment of the person who installs or starts: where things are, not what is to be left alone. */
const KEPT: readonly string[] = [...AGENT_HOME_ENV, ...PREBUILT_ENV, "AGENT_CONSOLE_LOG_LEVEL"];
const KEPT_PATHS: readonly string[] = ["AGENT_CONSOLE_PID_FILE", "AGENT_CONSOLE_SOCKET"];
const SHELL_MS = 5000;
const MODE = 0o700;

/**
 * Writes it where it is not there as it should be. Only for commands by which a person asks for hooks or for the daemon.
 * Never throws: without it hooks keep their events until somebody starts the daemon.
 *
 * @returns why there is none, in one line
 */
export async function writeStartLauncher({ paths, program }: ClientContext): Promise<string | undefined> {
  const { root } = paths;
  const path = startLauncherPath(root);
  if (path === undefined) return "no place for it: HOME is not set, or the home folder's path is too long";
  const folder = path.slice(0, path.lastIndexOf("/"));
  try {
    makePrivate(folder, folder.slice(0, folder.lastIndexOf("/")));
    if (!isOurs(folder, "folder")) return `${folder} is not a folder that is yours and nobody else's to write`;
    const home = denoFiles.stat(root) === undefined ? root : realPath(root);
    if (realPath(folder).startsWith(`${home}/`)) return `${folder} lies in ${root}, where the daemon may write`;
    const named = Object.entries(namedEnv(KEPT_PATHS)).map((
      [name, value],
    ) => [name, resolveFrom(value, currentFolder())]);
    const env = { ...builderEnv(RUNTIME_ENV), ...namedEnv(KEPT), ...Object.fromEntries(named) };
    const text = startLauncherText({ argv: [...program.client, ...startArgs(root)], env, privileged: await knowsP() });
    const bytes = new TextEncoder().encode(text);
    if (isOurs(path, "file", bytes.length) && new TextDecoder().decode(denoFiles.read(path)) === text) return undefined;
    denoFiles.replace(path, bytes, MODE);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether `sh` takes the option that keeps it from running what the environment says. */
async function knowsP(): Promise<boolean> {
  const { code } = await run(["/bin/sh", "-p", "-c", ":"], {
    signal: AbortSignal.timeout(SHELL_MS),
    env: {},
    cwd: "/",
  });
  return code === 0;
}
