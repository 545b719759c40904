/** The configuration as this process finds it: its own files, environment and user. */
import { denoFiles } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { currentFolder, env, ownUid } from "../platform/process.ts";
import { ENV_SETTINGS } from "./env.ts";
import type { ConfigSchema } from "./schema.ts";
import { loadConfig, type Loaded, type LoadOptions } from "./load.ts";

export interface FromProcessOptions {
  /** `--socket` as given. */
  readonly socket?: string | undefined;
  /** `--verbose`: log at level debug. */
  readonly verbose?: boolean;
}

/** @throws {ConsoleError} `config_invalid`, `unsafe_path` */
export async function loadConfigFromProcess(
  paths: HomePaths,
  schema: ConfigSchema,
  { socket, verbose }: FromProcessOptions = {},
): Promise<Loaded> {
  const flags: LoadOptions["flags"] = {
    ...(socket === undefined ? {} : { "daemon.ipc_socket_path": { value: socket, flag: "--socket" } }),
    ...(verbose ? { "daemon.log_level": { value: "debug", flag: "--verbose" } } : {}),
  };
  const isToml = denoFiles.stat(paths.configToml) !== undefined;
  return loadConfig({
    ...(isToml ? { parseToml: (await import("@std/toml/parse")).parse } : {}),
    schema,
    paths,
    files: denoFiles,
    env: Object.fromEntries(ENV_SETTINGS.map(({ variable }) => [variable, env(variable)])),
    flags,
    cwd: currentFolder(),
    uid: ownUid() ?? 0,
  });
}
