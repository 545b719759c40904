/** The program as agents' hooks and status lines run it: the words, and the sandbox in them. */
import { HOOK_ENV } from "../agents/hook_env.ts";
import { assertSafe } from "../config/endpoint.ts";
import { keptName, SET_ASIDE } from "../platform/environment.ts";
import { homeLaunchers, LAUNCHER_ENV } from "../platform/home_launchers.ts";
import { PREBUILT_ENV, prebuiltFolder } from "../platform/prebuilt.ts";
import {
  checkSandboxPath,
  type Flag,
  hookFlags,
  type HookSandbox,
  programArgv,
  type ProgramRef,
  statuslineFlags,
} from "../platform/sandbox.ts";
import type { ClientContext } from "./endpoint.ts";
import { contextEndpoint } from "./endpoint.ts";

const OWN_ENV: readonly string[] = ["AGENT_CONSOLE_HOME", "AGENT_CONSOLE_SOCKET", "HOME", ...PREBUILT_ENV];

/** What a hook may read of its agent's environment. */
export const HOOK_VARIABLES: readonly string[] = [...HOOK_ENV, ...OWN_ENV, "AGENT_CONSOLE_NO_START"];

/** What the stub runs, less the words `hook AGENT`. @throws {ConsoleError} `unsafe_path` */
export function hookProgram(context: ClientContext): string[] {
  return confined(
    context,
    ({ paths, socketPath }) =>
      hookFlags({
        paths,
        socketPath,
        starter: homeLaunchers(paths.root)?.start,
        env: [...HOOK_VARIABLES, ...LAUNCHER_ENV],
        code: codeOf(context),
      }),
  );
}

/** What the stub of status lines runs, less the words `statusline -- …`. @throws {ConsoleError} `unsafe_path` */
export function statuslineProgram(context: ClientContext): string[] {
  const variables = [...HOOK_ENV, ...OWN_ENV, ...SET_ASIDE.map(keptName), "DENO_DIR"]; // which the user's own does not get
  return confined(context, ({ paths, socketPath }) => statuslineFlags({ paths, socketPath, env: variables }));
}

/** What main.ts reads to find out whether a prebuilt form may be run; the same whether there is one or not. */
function codeOf({ program: { sources } }: ClientContext): readonly string[] {
  const folder = sources === undefined ? undefined : prebuiltFolder(sources);
  if (sources === undefined || folder === undefined) return [];
  const code = [folder.slice(0, folder.lastIndexOf("/")), `${sources}/src`, `${sources}/deno.json`];
  return code.every((path) => checkSandboxPath(path) === undefined) ? code : [];
}

function confined(
  context: ClientContext,
  flags: (sandbox: Pick<HookSandbox, "paths" | "socketPath">) => readonly Flag[],
): string[] {
  const { paths, program } = context;
  const { daemon } = program;
  const { socketPath } = contextEndpoint(context);
  for (const path of [paths.root, socketPath]) assertSafe(path, checkSandboxPath(path));
  if (daemon.form === "compiled") return [...program.client, "--home", paths.root];
  const entry = program.client.at(-1) ?? "";
  const ref = { form: daemon.form, deno: daemon.deno, entry } satisfies ProgramRef;
  return programArgv(ref, flags({ paths, socketPath }), ["--home", paths.root]);
}
