/**
 * Where the files are by which agents' hooks and status lines run: one stub for each of the two, which settings name, and
 * three files for each home folder, which the stubs and the hook find by that folder's path. None lies where a hook or the daemon may write.
 *
 * The hook's fast path imports this file.
 */

/** The variables that say where they lie, less HOME. */
export const LAUNCHER_ENV: readonly string[] = ["XDG_DATA_HOME"];

/** Names the event, by its idempotency key, for which a hook starts the daemon. */
export const START_EVENT_ENV = "AC_START_EVENT";

/** A name has at most 255 bytes. */
const MAX_NAME = 240;

/**
 * The folder of programs and launchers; undefined where the environment names no place for it. The XDG Base Directory
 * Specification has relative values ignored.
 *
 * @param env of XDG_DATA_HOME and HOME
 */
export function launcherFolder(env = (name: string) => Deno.env.get(name)): string | undefined {
  const xdg = env("XDG_DATA_HOME");
  if (xdg?.startsWith("/")) return `${xdg.replace(/\/+$/, "")}/agent-console`;
  const home = env("HOME");
  return home?.startsWith("/") ? `${home}/.local/share/agent-console` : undefined;
}

/** The launchers of one home folder. */
export interface HomeLaunchers {
  /** Runs the program for a hook: install/hook_stub.sh reads it. */
  readonly hook: string;
  /** Runs it as a status line: install/statusline_stub.sh reads it. */
  readonly statusline: string;
  /** Starts the daemon, the one program that a hook may run. */
  readonly start: string;
  /** The same as an earlier version wrote it, for the hooks that it registered. */
  readonly formerStart: string;
}

/**
 * The launchers for the home folder `root`; undefined where there is no place for them, or one inside `root`, where the
 * daemon may write. Never throws.
 */
export function homeLaunchers(
  root: string,
  env?: (name: string) => string | undefined,
): HomeLaunchers | undefined {
  try {
    const folder = launcherFolder(env);
    // As the stub computes it, which has a shell's expansions and nothing else.
    const name = root.replaceAll("=", "==").replaceAll("/", "=-");
    const own = `${folder}/homes/${name}`;
    const isInside = own.startsWith(`${root}/`);
    const isTooLong = new TextEncoder().encode(name).length > MAX_NAME;
    if (folder === undefined || isInside || isTooLong || own.includes(",")) return undefined;
    const formerStart = `${folder}/start/${encodeURIComponent(root).replaceAll("%", "=")}`;
    return { hook: `${own}/hook`, statusline: `${own}/statusline`, start: `${own}/start`, formerStart };
  } catch {
    return undefined;
  }
}

/** The arguments of a client that starts the daemon of `root` because a hook needs it. */
export function startArgs(root: string): string[] {
  return ["--home", root, "daemon", "start", "--quiet", "--auto"];
}
