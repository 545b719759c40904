/** Which command lines in other people's settings run our program, in today's form and in all that there were. Pure. */
import { HOOK_LAUNCHER, STATUSLINE_LAUNCHER } from "../../platform/program.ts";

/** A program by our name, in any folder. */
const OWN_NAME = /(?:^|\/)agent-console$/;

const LAUNCHER = new RegExp(`/(?:${HOOK_LAUNCHER}|${STATUSLINE_LAUNCHER})$`);
const SHELL = "/bin/sh";

/**
 * Where the program was moved away the shell finds no launcher, and would exit with 2: most agents take that for a no, and
 * would run nothing any more.
 */
const GUARD = '[ -f "$0" ] && [ -r "$0" ] || exit 0; . "$0"';

/** The stubs that every hook and every status line runs, in the folder that platform/home_launchers.ts names. */
export type StubName = "hook" | "statusline";
/** The name of a home folder that a user has without saying so, and the place of the stub beside it. */
const HOME_FOLDER = ".agent-console";
const USUAL_PLACE = ".local/share/agent-console";

/**
 * The words that run a stub in `folder` for the home `root`. The home is named only where the stub would find another one
 * by its own path: so the words stay the same for all who have nothing moved.
 */
export function stubArgv(folder: string, root: string, stub: StubName = "hook"): string[] {
  const isUsual = folder.endsWith(`/${USUAL_PLACE}`) &&
    root === `${folder.slice(0, -USUAL_PLACE.length)}${HOME_FOLDER}`;
  return [SHELL, "-c", GUARD, `${folder}/${stub}`, ...(isUsual ? [] : ["--home", root])];
}

/** The stub, in whatever folder and for whatever home. */
export function isStub(own: readonly string[], name: StubName = "hook"): boolean {
  const [shell, flag, guard, stub = "", ...home] = own;
  return shell === SHELL && flag === "-c" && guard === GUARD && stub.endsWith(`/agent-console/${name}`) &&
    (home.length === 0 || (home.length === 2 && home[0] === "--home"));
}

/** The home that a registered command reports to; undefined where its words do not say. */
export function homeOfOwn(own: readonly string[]): string | undefined {
  const at = own.indexOf("--home");
  if (at >= 0) return own[at + 1];
  const suffix = `/${USUAL_PLACE}/hook`;
  const stub = isStub(own) ? own[3] ?? "" : "";
  return stub.endsWith(suffix) ? `${stub.slice(0, -suffix.length)}/${HOME_FOLDER}` : undefined;
}

/** `own` without its launcher: as versions without launchers registered it, or without {@link GUARD}. */
function withoutLauncher(own: readonly string[]): readonly string[] {
  const [shell, ...words] = own;
  const [launcher = "", next = ""] = words[0] === "-c" && words[1] === GUARD ? words.slice(2) : words;
  if (shell !== SHELL || !LAUNCHER.test(launcher)) return own;
  return own.slice(own.indexOf(launcher) + (next.startsWith("DENO_DIR=") ? 2 : 1));
}

/** A program by our name, whatever its arguments. */
export function isNamedLikeUs(own: readonly string[]): boolean {
  return OWN_NAME.test(withoutLauncher(own)[0] ?? "");
}

/** A program by our name, for any home. */
export function isNamedLikeUsForAHome(own: readonly string[]): boolean {
  const [, ...rest] = withoutLauncher(own);
  return isNamedLikeUs(own) && (rest.length === 0 || (rest.length === 2 && rest[0] === "--home"));
}

/** `deno run` in the sandbox of one of our homes: it shuts the daemon's token of that very `--home` away. */
export function isOurSandbox(own: readonly string[]): boolean {
  const [flag, home] = own.slice(-2);
  return flag === "--home" && withoutLauncher(own)[1] === "run" &&
    own.some((word) => word.startsWith(`--deny-read=${home}/daemon.token`));
}

export function sameArgv(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, at) => word === b[at]);
}
