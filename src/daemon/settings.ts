/** The configuration in force, and its reload: what could be applied at once was, what could not is remembered. */
import { loadConfigHere } from "../config/here.ts";
import { configView, diffConfig, type Loaded } from "../config/load.ts";
import type { Config, ConfigKey } from "../config/schema.ts";
import type { HomePaths } from "../platform/home.ts";
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

  private constructor(paths: HomePaths, options: DaemonOptions, loaded: Loaded) {
    this.#paths = paths;
    this.#options = options;
    this.#booted = this.#now = loaded;
  }

  /** @throws {ConsoleError} `config_invalid`, `unsafe_path` */
  static async read(paths: HomePaths, options: DaemonOptions): Promise<Settings> {
    return new Settings(paths, options, await loadConfigHere(paths, options));
  }

  get config(): Config {
    return this.#now.config;
  }

  /** What the running parts were built with, until a restart. */
  get booted(): Config {
    return this.#booted.config;
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
  async reload(): Promise<Reloaded> {
    const next = await loadConfigHere(this.#paths, this.#options);
    const { applied } = diffConfig(this.#now.config, next.config);
    this.#now = next;
    return { applied, needsRestart: this.needsRestart, warnings: next.warnings };
  }
}
