/** The configuration in force, and its reload: what could be applied at once was, what could not is remembered. */
import { type Config, type ConfigKey } from "../config/schema.ts";
import { configView, diffConfig, loadConfig, type Loaded } from "../config/load.ts";
import { ENV_SETTINGS } from "../config/env.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { absolute, type HomePaths } from "../platform/home.ts";
import { currentFolder, env, ownUid } from "../platform/process.ts";
import type { DaemonOptions } from "./options.ts";

export interface Reloaded {
  readonly applied: readonly string[];
  readonly needsRestart: readonly string[];
  readonly warnings: readonly string[];
}

export class Settings {
  #paths: HomePaths;
  #options: DaemonOptions;
  /** What the running parts were built with: what a restart would change is told against this. */
  #booted: Loaded;
  #now: Loaded;

  /** @throws {ConsoleError} `config_invalid`, `unsafe_path` */
  constructor(paths: HomePaths, options: DaemonOptions) {
    this.#paths = paths;
    this.#options = options;
    this.#booted = this.#now = this.#load();
  }

  get config(): Config {
    return this.#now.config;
  }

  get warnings(): readonly string[] {
    return this.#now.warnings;
  }

  get socketPath(): string {
    return this.#booted.config.daemon.ipc_socket_path ?? this.#paths.socket;
  }

  get pidFilePath(): string {
    return this.#booted.config.daemon.pid_file_path ?? this.#paths.pid;
  }

  get needsRestart(): readonly ConfigKey[] {
    return diffConfig(this.#booted.config, this.#now.config).needsRestart;
  }

  view() {
    return configView(this.#now);
  }

  /** @throws {ConsoleError} `config_invalid`, `unsafe_path`; the old configuration stays in force */
  reload(): Reloaded {
    const next = this.#load();
    const { applied } = diffConfig(this.#now.config, next.config);
    this.#now = next;
    return { applied, needsRestart: this.needsRestart, warnings: next.warnings };
  }

  #load(): Loaded {
    const { socket, verbose } = this.#options;
    const cwd = currentFolder();
    return loadConfig({
      paths: this.#paths,
      files: denoFiles,
      env: Object.fromEntries(ENV_SETTINGS.map(({ variable }) => [variable, env(variable)])),
      flags: {
        ...(socket === undefined
          ? {}
          : { "daemon.ipc_socket_path": { value: absolute(socket, cwd), flag: "--socket" } }),
        ...(verbose ? { "daemon.log_level": { value: "debug", flag: "--verbose" } } : {}),
      },
      cwd,
      uid: ownUid() ?? 0,
    });
  }
}
