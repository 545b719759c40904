/** The launchers of a home folder as texts for a POSIX shell. Pure. */
import { shellQuote } from "../lib/shell_quote.ts";
import { START_EVENT_ENV } from "./home_launchers.ts";

/**
 * The one program that a hook may start: it starts the daemon. Permission to run a runtime, or a shell, would be
 * permission to run anything: both take code as arguments and from the environment. This file ignores its arguments, and
 * clears its environment but for {@link START_EVENT_ENV}.
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
    `exec /usr/bin/env -i ${passedOn(START_EVENT_ENV)} \\`,
    `  ${shellQuote([...variables, ...argv])} </dev/null >/dev/null 2>&1`,
    "",
  ].join("\n");
}

export interface HookLauncher {
  /** The program in its sandbox, less `hook AGENT`. */
  readonly argv: readonly string[];
  /** The files of `argv` without which nothing is run, and nothing said. */
  readonly needs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Names of the variables that it is handed of its agent's. */
  readonly passes: readonly string[];
  /** The curl that may report by HTTP; undefined where there is none that does what we need of it. */
  readonly curl: string | undefined;
}

/**
 * What install/hook_stub.sh reads for a home: which curl there is, and how the program is run. The agent's environment may
 * load code into a runtime, so it is cleared.
 */
export function hookLauncherText({ argv, needs, env, passes, curl }: HookLauncher): string {
  const variables = Object.entries(env).sort().map(([name, value]) => `${name}=${value}`);
  return [
    "# Read by the hook two folders above. Written by agent-console; changes are lost.",
    `curl=${shellQuote([curl ?? ""])}`,
    "run_program() {",
    ...needs.map((path) => `  [ -f ${shellQuote([path])} ] && [ -r ${shellQuote([path])} ] || exit 0`),
    `  exec /usr/bin/env -i ${shellQuote(variables)} \\`,
    ...passes.map((name) => `    ${passedOn(name)} \\`),
    `    ${shellQuote(argv)} hook "$@"`,
    "}",
    "",
  ].join("\n");
}

/**
 * What install/statusline_stub.sh reads for a home.
 *
 * @param needs the files of `argv` without which the user's own line runs alone
 * @param cache the value of DENO_DIR, where it is set: the user's own is named beside it also where it is empty
 */
export function statuslineLauncherText(
  { argv, needs, cache }: Pick<HookLauncher, "argv" | "needs"> & { readonly cache: string | undefined },
): string {
  const tests = needs.map((path) => `[ -f ${shellQuote([path])} ] && [ -r ${shellQuote([path])} ]`);
  return [
    "# Read by the statusline two folders above. Written by agent-console; changes are lost.",
    "_ac_has_program() {",
    `  ${tests.join(" && ")}`,
    "}",
    "_ac_run_program() {",
    ...(cache === undefined
      ? []
      : [`  export ${shellQuote([`DENO_DIR=${cache}`])} "AC_KEPT_DENO_DIR=\${AC_KEPT_DENO_DIR-}"`]),
    `  exec ${shellQuote(argv)} "$@"`,
    "}",
    "",
  ].join("\n");
}

function passedOn(name: string): string {
  return `\${${name}+"${name}=$${name}"}`;
}
