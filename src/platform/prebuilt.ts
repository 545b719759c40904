/**
 * The prebuilt form of a program that runs from its sources: a few minified files in the user's cache, made by
 * client/prebuild.ts. This file finds them and decides whether one may be run: it must be ours alone, whole, and made
 * of the present sources. main.ts calls it at each event of each agent: nothing is imported here.
 *
 *     $XDG_CACHE_HOME/agent-console/<path of the sources>/current → 0123456789abcdef/
 *                                                         agent-console.js, agent-console.js.inputs, …
 */

/** The files, by the part of the program. */
export const BUILT = {
  hook: "agent-console.js",
  quick: "agent-console-quick.js",
  statusline: "agent-console-statusline.js",
  cli: "agent-console-cli.js",
  dashboard: "agent-console-dashboard.js",
  mcp: "agent-console-mcp.js",
  daemon: "agent-consoled.js",
  capsule: "agent-console-capsule.js",
} as const;
export type BuiltName = keyof typeof BUILT;

/** How the names of the other files begin that some of them are cut into. */
export const PARTS = { quick: "agent-console-quick-", daemon: "agent-consoled-" } as const;
/** The link to the build that runs; the folders of builds are named by their sources. */
export const CURRENT = "current";
export const BUILD_NAME = /^[0-9a-f]{16}$/;

/** What a file was made of; lies beside it as `<file>.inputs`. */
export interface Inputs {
  /** The Deno that made it. */
  readonly deno: string;
  /** By path below the sources. */
  readonly files: readonly (readonly [path: string, ...Stamp])[];
  /** What belongs to it in the build: itself, its parts, the daemon's permission set; sizes in bytes. */
  readonly outputs: readonly (readonly [name: string, size: number])[];
}

/**
 * What a file looked like: size in bytes, mtime and ctime in ms. No program can set the ctime, as one that copies old
 * sources over newer ones sets the mtime; but Deno 2.9 gives whole seconds of it.
 */
export type Stamp = readonly [size: number, mtimeMs: number, ctimeMs: number];

/** @throws the OS error */
export function stampOf(path: string): Stamp {
  const { size, mtime, ctime } = Deno.statSync(path);
  return [size, mtime?.getTime() ?? 0, ctime?.getTime() ?? 0];
}

/** The variables that decide where a build lies and whether it is run, less HOME. */
export const PREBUILT_ENV: readonly string[] = ["AC_FROM_SOURCE", "XDG_CACHE_HOME"];

/** A name has at most 255 bytes. */
const MAX_NAME = 240;

/**
 * The folder of all builds of the sources in `root`; undefined where the environment names no place for it, or a
 * sandbox hides the names. Not in the home folder: the daemon may write there, and would then write what runs unconfined.
 */
export function prebuiltFolder(root: string): string | undefined {
  try {
    const xdg = Deno.env.get("XDG_CACHE_HOME");
    const home = Deno.env.get("HOME");
    // The XDG Base Directory Specification has relative values ignored.
    const cache = xdg?.startsWith("/") ? xdg.replace(/\/+$/, "") : home?.startsWith("/") ? `${home}/.cache` : undefined;
    const name = encodeURIComponent(root).replaceAll("%", "=");
    return cache === undefined || name.length > MAX_NAME ? undefined : `${cache}/agent-console/${name}`;
  } catch {
    return undefined;
  }
}

/** Whether the environment requires the sources, whatever is built. */
export function fromSource(): boolean {
  return !["", "0", "false"].includes(Deno.env.get("AC_FROM_SOURCE") ?? "");
}

/** Whether `path` is a folder, or file (of `bytes` bytes), of ours that no other user may write. Never throws. */
export function isOurs(path: string, kind: "folder" | "file", bytes?: number): boolean {
  try {
    const { isDirectory, isFile, mode, uid, size } = Deno.lstatSync(path);
    return (kind === "folder" ? isDirectory : isFile) && uid !== null && uid === Deno.uid() && mode !== null &&
      (mode & 0o022) === 0 && (bytes ?? size) === size;
  } catch {
    return false;
  }
}

/** The build that `folder` calls current, where it and all around it is ours. Never throws. */
export function currentBuild(folder: string): string | undefined {
  try {
    const name = Deno.readLinkSync(`${folder}/${CURRENT}`);
    const build = `${folder}/${name}`;
    const place = folder.slice(0, folder.lastIndexOf("/"));
    return BUILD_NAME.test(name) && [place, folder, build].every((path) => isOurs(path, "folder")) ? build : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the file `name` of `build`, with all that belongs to it, is ours, whole, and made of the sources in `root` as they
 * are now. Never throws.
 */
export function isFresh(build: string, name: BuiltName, root: string): boolean {
  const inputs = `${build}/${BUILT[name]}.inputs`;
  try {
    if (!isOurs(inputs, "file")) return false;
    const { deno, files, outputs } = JSON.parse(Deno.readTextFileSync(inputs)) as Inputs;
    const isWhole = outputs.every(([output, size]) => isOurs(`${build}/${output}`, "file", size));
    return deno === Deno.version.deno && isWhole && files.every(([path, ...stamp]) => {
      const now = stampOf(`${root}/${path}`);
      return stamp.every((value, at) => value === now[at]);
    });
  } catch {
    return false;
  }
}

/**
 * The URL of a prebuilt part of the program whose sources are in `root`; undefined where it must run from source.
 * Never throws, also in a sandbox that knows nothing of this.
 */
export function prebuiltModule(root: string, name: BuiltName): string | undefined {
  try {
    if (fromSource()) return undefined;
    const folder = prebuiltFolder(root);
    const build = folder === undefined ? undefined : currentBuild(folder);
    if (build === undefined || !isFresh(build, name, root)) return undefined;
    return new URL(`file://${encodeURI(`${build}/${BUILT[name]}`).replace(/[?#]/g, encodeURIComponent)}`).href;
  } catch {
    return undefined;
  }
}
