/**
 * The one program that a hook may start: a file of ours that starts the daemon of one home folder. Permission to run a
 * runtime, or a shell, would be permission to run anything: both take code as arguments and from the environment. This
 * file ignores its arguments, clears its environment but for {@link START_EVENT_ENV}, and lies where neither a hook nor
 * the daemon may write.
 *
 * The hook's fast path imports this file.
 */
import { shellQuote } from "../lib/shell_quote.ts";

/** The variables that say where it lies, less HOME. */
export const LAUNCHER_ENV: readonly string[] = ["XDG_DATA_HOME"];

/** Names the event, by its idempotency key, for which a hook starts the daemon. */
export const START_EVENT_ENV = "AC_START_EVENT";

/** A name has at most 255 bytes. */
const MAX_NAME = 240;

/**
 * The launcher for the home folder `root`; undefined where the environment names no place for it, or one inside `root`,
 * where the daemon may write. Never throws.
 */
export function startLauncherPath(root: string): string | undefined {
  try {
    const xdg = Deno.env.get("XDG_DATA_HOME");
    const home = Deno.env.get("HOME");
    // The XDG Base Directory Specification has relative values ignored.
    const data = xdg?.startsWith("/")
      ? xdg.replace(/\/+$/, "")
      : home?.startsWith("/")
      ? `${home}/.local/share`
      : undefined;
    const name = encodeURIComponent(root).replaceAll("%", "=");
    const path = `${data}/agent-console/start/${name}`;
    const isInside = path.startsWith(`${root}/`);
    return data === undefined || isInside || name.length > MAX_NAME || path.includes(",") ? undefined : path;
  } catch {
    return undefined;
  }
}

/** The arguments of a client that starts the daemon of `root` because a hook needs it. */
export function startArgs(root: string): string[] {
  return ["--home", root, "daemon", "start", "--quiet", "--auto"];
}

/**
 * The launcher's text.
 *
 * @param privileged whether the system's `sh` knows `-p`: one that is bash would else take functions and `SHELLOPTS`,
 *   which runs what `PS4` says, from the environment
 */
export function startLauncherText(
  { argv, env, privileged }: {
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly privileged: boolean;
  },
): string {
  const variables = Object.entries(env).sort().map(([name, value]) => `${name}=${value}`);
  return [
    `#!/bin/sh${privileged ? " -p" : ""}`,
    "# Starts the daemon for a hook. Written by agent-console; changes are lost.",
    "cd / || exit 0",
    "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-",
    `exec /usr/bin/env -i \${${START_EVENT_ENV}+"${START_EVENT_ENV}=$${START_EVENT_ENV}"} \\`,
    `  ${shellQuote([...variables, ...argv])} </dev/null >/dev/null 2>&1`,
    "",
  ].join("\n");
}
