/**
 * Where the installed program lies. Pure functions of paths; the hook's fast path imports this file.
 *
 *     ~/.local/bin/agent-console → <root>/current/agent-console
 *     <root>/current → 0.1.0-1a2b3c4d/         what runs; what we write elsewhere names the program through this link
 *     <root>/0.1.0-1a2b3c4d/                   one version with its runtime; the one before it stays beside it
 *     <root>/hook                              what settings of agents run at each event (install/hook_stub.sh)
 *     <root>/statusline                        the same for a status line (install/statusline_stub.sh)
 *     <root>/cache                             what the runtime keeps of it, such as compiled code
 *     <root>/homes/…                           what they run for each home folder (home_launchers.ts)
 *
 * `<root>` is `${XDG_DATA_HOME:-~/.local/share}/agent-console`.
 */

export interface ProgramPaths {
  readonly root: string;
  /** The link to the version that runs. */
  readonly current: string;
  /** Held by whoever changes what is installed. */
  readonly lock: string;
  /** The link in the folder of the user's commands. */
  readonly binLink: string;
  /** What {@link binLink} leads to. */
  readonly binTarget: string;
}

/** As deno.json has it: `1.2.3`, or with more behind it. */
export const VERSION_NUMBER = /^\d+\.\d+\.\d+[\w.+-]*$/;
/** The folder of one version: its number, and eight hex digits of its content. */
export const VERSION_FOLDER = /^\d+\.\d+\.\d+[\w.-]*-[0-9a-f]{8}$/;
/** What lies beside the files of a version and says where they came from. */
export const SOURCE_FILE = "source.json";
const CURRENT_LINK = "current";
export const CACHE = "cache";
const CLIENT = "agent-console";

/**
 * @param env of XDG_DATA_HOME; the XDG Base Directory Specification has relative values ignored
 * @returns undefined where HOME is not an absolute path
 */
export function programPaths(userHome: string | undefined, env: { readonly XDG_DATA_HOME?: string | undefined }):
  | ProgramPaths
  | undefined {
  if (!userHome?.startsWith("/")) return undefined;
  const home = userHome.replace(/\/+$/, "");
  const xdg = env.XDG_DATA_HOME;
  const data = xdg?.startsWith("/") ? xdg.replace(/\/+$/, "") : `${home}/.local/share`;
  const root = `${data}/agent-console`;
  return {
    root,
    current: `${root}/${CURRENT_LINK}`,
    lock: `${root}/install.lock`,
    binLink: `${home}/.local/bin/${CLIENT}`,
    binTarget: `${root}/${CURRENT_LINK}/${CLIENT}`,
  };
}

/** The root of an installed program that `path`, a folder, is a version of, or the link to one; undefined elsewhere. */
export function programRootOf(path: string): string | undefined {
  const [, root, name = ""] = /^(.*\/agent-console)\/([^/]+)$/.exec(path) ?? [];
  return name === CURRENT_LINK || VERSION_FOLDER.test(name) ? root : undefined;
}

/** Where the runtime of an installed program, whose file `entry` is, keeps what it makes of it; undefined for another. */
export function cacheOf(entry: string): string | undefined {
  const root = programRootOf(entry.slice(0, entry.lastIndexOf("/")));
  return root === undefined ? undefined : `${root}/${CACHE}`;
}

/**
 * How to name `folder`, in which a version lies, so that the name holds after an update.
 *
 * @param linked the name that the link `current` of a root leads to, if it can be known
 */
export function stableFolder(folder: string, linked: (link: string) => string | undefined): string {
  const root = programRootOf(folder);
  if (root === undefined) return folder;
  const current = `${root}/${CURRENT_LINK}`;
  return folder === current || linked(current) === folder.slice(root.length + 1) ? current : folder;
}
