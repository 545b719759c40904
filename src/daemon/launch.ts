/** The daemon's whole command line, in its sandbox: computed by whoever starts it. */
import { loadConfigFromProcess } from "../config/from_process.ts";
import { valuesOf } from "../config/values.ts";
import { assertEndpointSafe, assertSafe } from "../config/endpoint.ts";
import { denoFiles, realPathSoFar } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { env, ownUid } from "../platform/process.ts";
import { managerPermissions, type ManagerSandbox } from "../platform/manager_sandbox.ts";
import { daemonEnv, otelEnv } from "../platform/environment.ts";
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
import { areApart } from "../platform/path_safety.ts";
import { programPlace } from "../platform/program.ts";
import { programRootOf } from "../platform/program_folder.ts";
import { telemetrySection } from "../telemetry/section.ts";
import { telemetryEnv } from "../telemetry/env.ts";
import { ConsoleError } from "../protocol/errors.ts";
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
  /** The daemon's whole environment: what its sandbox lets it read, what the runtime needs, and `telemetry`. */
  readonly env: Readonly<Record<string, string>>;
  /** What turns Deno's exporter on, if anything does. */
  readonly telemetry: Readonly<Record<string, string>>;
  readonly autoStart: boolean;
  /** Whether it may run programs that the configuration names: agents, jobs, what notifies a person. */
  readonly runsPrograms: boolean;
  /** Whether a stop by a person holds only until the next hook. */
  readonly startAfterStop: boolean;
  readonly pidFilePath: string;
  readonly socketPath: string;
}

export interface LaunchOptions {
  /**
   * A person has typed the command that starts it, and so set its environment; that of a hook is of an agent. Only then
   * does the environment say where telemetry goes.
   */
  readonly byPerson?: boolean;
  /** Where agents and programs of the user are is read from this environment instead of ours: that of a service. */
  readonly env?: (name: string) => string | undefined;
  /** For the unit of a service manager. */
  readonly manager?: ManagerSandbox | undefined;
  /** The manager is to hold the socket. */
  readonly socketActivation?: boolean;
}

/** @throws {ConsoleError} `config_invalid`, `unsafe_path` */
export async function daemonLaunch(
  context: LaunchContext,
  daemon: Partial<DaemonOptions> = {},
  { byPerson = false, env: ofUser = env, manager, socketActivation = false }: LaunchOptions = {},
): Promise<Launch> {
  const { paths, program, socketFlag } = context;
  const { config } = await loadConfigFromProcess(paths, SCHEMA, { socket: socketFlag });
  const socketPath = config.daemon.ipc_socket_path ?? paths.socket;
  const pidFilePath = config.daemon.pid_file_path ?? paths.pid;
  assertEndpointSafe(denoFiles, { paths, socketPath, uid: ownUid() });
  const exists = (path: string) => denoFiles.stat(path) !== undefined;
  const permissions = [
    ...featurePermissions({ config, env: ofUser, exists, root: paths.root }),
    ...(manager === undefined ? [] : managerPermissions(paths, manager)),
  ];
  const declared = permissions.filter(({ kind }) => kind === "read" || kind === "write" || kind === "run");
  for (const path of [paths.root, socketPath, pidFilePath, ...declared.flatMap(({ values }) => values)]) {
    assertSafe(path, checkSandboxPath(path));
  }
  const written = permissions.filter(({ kind }) => kind === "write").flatMap(({ values }) => values);
  const writable = [paths.root, socketPath, pidFilePath, ...written];
  assertNotWritable(program.daemon, writable);
  const { form } = program.daemon;
  const notifies = manager?.notifySocket !== undefined;
  const flags = daemonFlags({ paths, socketPath, pidFilePath, form, permissions, notifies });
  const place = programPlace(program.daemon);
  const runsPrograms = permissions.some(({ kind, configKey }) => kind === "run" && configKey !== undefined);
  const options: DaemonOptions = {
    ephemeral: false,
    verbose: false,
    tied: false,
    ...daemon,
    home: paths.root,
    ...(manager === undefined ? {} : { managed: true }),
    ...(socketActivation ? { activated: socketPath } : {}),
    ...(place === undefined ? {} : { program: place }),
    ...(socketFlag === undefined ? {} : { socket: socketFlag }),
  };
  const args = daemonArgs(options);
  // It starts in another folder: what was relative to ours would be another path there.
  const absolute = Object.entries({ AGENT_CONSOLE_SOCKET: socketPath, AGENT_CONSOLE_PID_FILE: pidFilePath });
  const moved = Object.fromEntries(absolute.filter(([name]) => env(name)));
  const reads = permissions.filter(({ kind }) => kind === "env").flatMap(({ values }) => values);
  const telemetry = telemetryEnv(valuesOf(config, telemetrySection), byPerson ? otelEnv() : {});
  return {
    argv: programArgv(program.daemon, flags, args),
    flags,
    args,
    writable,
    env: { ...daemonEnv([...DAEMON_ENV, ...reads], RUNTIME_ENV), ...telemetry, ...moved },
    telemetry,
    autoStart: config.daemon.auto_start,
    runsPrograms,
    startAfterStop: config.daemon.start_after_stop,
    pidFilePath,
    socketPath,
  };
}

/**
 * What the daemon may write would choose what runs unconfined at the next command.
 *
 * @throws {ConsoleError} `unsafe_path` where an installed program lies in a writable folder, or such a folder in it
 */
function assertNotWritable(program: ProgramRef, writable: readonly string[]): void {
  if (program.form === "compiled") return;
  const root = programRootOf(program.entry.slice(0, program.entry.lastIndexOf("/")));
  if (root === undefined) return;
  const found = writable.find((path) => !areApart(realPathSoFar(root), realPathSoFar(path)));
  if (found === undefined) return;
  const hint = "give a home folder apart from it, with --home or AGENT_CONSOLE_HOME";
  throw new ConsoleError(
    "unsafe_path",
    `${found}, where the daemon may write, and the program in ${root} are not apart`,
    {
      path: found,
      hint,
    },
  );
}
