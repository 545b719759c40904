/** The daemon's whole command line, in its sandbox: computed by whoever starts it. */
import { loadConfigFromProcess } from "../config/from_process.ts";
import { assertEndpointSafe, assertSafe } from "../config/endpoint.ts";
import { denoFiles } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { env, ownUid } from "../platform/process.ts";
import { daemonEnv } from "../platform/environment.ts";
import {
  checkSandboxPath,
  DAEMON_ENV,
  daemonFlags,
  type Flag,
  programArgv,
  type ProgramRef,
  RUNTIME_ENV,
} from "../platform/sandbox.ts";
import { featurePermissions, SCHEMA } from "./features.ts";
import { programPlace } from "../platform/program.ts";
import { daemonArgs, type DaemonOptions } from "./options.ts";

/** What of a client's context the daemon starts with. */
export interface LaunchContext {
  readonly paths: HomePaths;
  readonly program: { readonly daemon: ProgramRef };
  /** `--socket` as given. */
  readonly socketFlag: string | undefined;
}

export interface Launch {
  /** From the sources, where whoever starts it runs from them. */
  readonly argv: readonly string[];
  readonly flags: readonly Flag[];
  /** The words behind the program. */
  readonly args: readonly string[];
  /** The paths that the flags let it write. */
  readonly writable: readonly string[];
  /** The daemon's whole environment: what its sandbox lets it read, and what the runtime needs. */
  readonly env: Readonly<Record<string, string>>;
  readonly autoStart: boolean;
  /** Whether a stop by a person holds only until the next hook. */
  readonly startAfterStop: boolean;
  readonly pidFilePath: string;
}

/** @throws {ConsoleError} `config_invalid`, `unsafe_path` */
export async function daemonLaunch(context: LaunchContext, daemon: Partial<DaemonOptions> = {}): Promise<Launch> {
  const { paths, program, socketFlag } = context;
  const { config } = await loadConfigFromProcess(paths, SCHEMA, { socket: socketFlag });
  const socketPath = config.daemon.ipc_socket_path ?? paths.socket;
  const pidFilePath = config.daemon.pid_file_path ?? paths.pid;
  assertEndpointSafe(denoFiles, { paths, socketPath, uid: ownUid() });
  const exists = (path: string) => denoFiles.stat(path) !== undefined;
  const permissions = featurePermissions({ config, env, exists });
  const declared = permissions.filter(({ kind }) => kind === "read" || kind === "write" || kind === "run");
  for (const path of [paths.root, socketPath, pidFilePath, ...declared.flatMap(({ values }) => values)]) {
    assertSafe(path, checkSandboxPath(path));
  }
  const flags = daemonFlags({ paths, socketPath, pidFilePath, form: program.daemon.form, permissions });
  const place = programPlace(program.daemon);
  const options: DaemonOptions = {
    ephemeral: false,
    verbose: false,
    tied: false,
    ...daemon,
    home: paths.root,
    ...(place === undefined ? {} : { program: place }),
    ...(socketFlag === undefined ? {} : { socket: socketFlag }),
  };
  const args = daemonArgs(options);
  // It starts in another folder: what was relative to ours would be another path there.
  const absolute = Object.entries({ AGENT_CONSOLE_SOCKET: socketPath, AGENT_CONSOLE_PID_FILE: pidFilePath });
  const moved = Object.fromEntries(absolute.filter(([name]) => env(name)));
  const reads = permissions.filter(({ kind }) => kind === "env").flatMap(({ values }) => values);
  const written = permissions.filter(({ kind }) => kind === "write").flatMap(({ values }) => values);
  return {
    argv: programArgv(program.daemon, flags, args),
    flags,
    args,
    writable: [paths.root, socketPath, pidFilePath, ...written],
    env: { ...daemonEnv([...DAEMON_ENV, ...reads], RUNTIME_ENV), ...moved },
    autoStart: config.daemon.auto_start,
    startAfterStop: config.daemon.start_after_stop,
    pidFilePath,
  };
}
