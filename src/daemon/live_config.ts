/** The configuration in force, and its reload: what could be applied at once was, what could not is remembered. */
import { loadConfigFromProcess } from "../config/from_process.ts";
import type { Loaded } from "../config/load.ts";
import type { Config } from "../config/base_sections.ts";
import type { ConfigSchema } from "../config/schema.ts";
import { configView, diffConfig } from "../config/values.ts";
import type { Service } from "../core/service.ts";
import type { NewEvent } from "../domain/event.ts";
import { isNotCapable } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { env } from "../platform/process.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { Log } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { type AnyFeature, featurePermissions, schemaWith } from "./features.ts";
import type { LastError } from "./last_error.ts";
import type { DaemonOptions } from "./options.ts";
import type { StopControl } from "./stop_control.ts";

/** The result of a reload, and its callbacks. */
export interface ReloadHooks {
  readonly stop: StopControl;
  readonly log: Log;
  readonly lastError: LastError;
  /** Best effort: never throws. */
  readonly record: (event: NewEvent) => void;
  /** A reload begins, or is over, whatever came of it. */
  readonly reloading: (goesOn: boolean) => void;
  /** The new configuration is in force. @returns what the services did that no changed key tells */
  readonly applied: () => readonly string[];
}

export class LiveConfig {
  #paths: HomePaths;
  #options: DaemonOptions;
  #features: readonly AnyFeature[];
  #schema: ConfigSchema;
  /** The values that the running parts were built with: what would need a restart is computed against them. */
  #booted: Loaded;
  #now: Loaded;
  #hooks: ReloadHooks | undefined;
  /** Resolves when the newest reload is over. */
  #reloading: Promise<unknown> = Promise.resolve();

  private constructor(
    paths: HomePaths,
    options: DaemonOptions,
    features: readonly AnyFeature[],
    schema: ConfigSchema,
    loaded: Loaded,
  ) {
    this.#paths = paths;
    this.#options = options;
    this.#features = features;
    this.#schema = schema;
    this.#booted = this.#now = loaded;
  }

  /** @throws {ConsoleError} `config_invalid`, `unsafe_path` */
  static async read(paths: HomePaths, options: DaemonOptions, features: readonly AnyFeature[]): Promise<LiveConfig> {
    const schema = schemaWith(features);
    return new LiveConfig(paths, options, features, schema, await loadConfigFromProcess(paths, schema, options));
  }

  get current(): Config {
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
    return this.booted.daemon.ipc_socket_path ?? this.#paths.socket;
  }

  get pidFilePath(): string {
    return this.booted.daemon.pid_file_path ?? this.#paths.pid;
  }

  /** Keys that were changed since the start and are not in force: those of the schema, and those that the sandbox is made of. */
  get needsRestart(): readonly string[] {
    const { needsRestart } = diffConfig(this.#schema, this.booted, this.current);
    return [...new Set([...needsRestart, ...changedPermissions(this.#features, this.booted, this.current)])];
  }

  view() {
    return configView(this.#now);
  }

  /** Before the first {@link reload}. */
  set hooks(hooks: ReloadHooks) {
    this.#hooks = hooks;
  }

  get service(): Service {
    return { name: "config", status: () => ({ needsRestart: [...this.needsRestart] }) };
  }

  /**
   * One after the other: of two at once the slower would win with the older text.
   *
   * @throws {ConsoleError} `config_invalid`, `unsafe_path`: the old configuration stays in force; `stopping`
   */
  reload(): Promise<ResultOf<"config.reload">> {
    const reloaded = this.#reloading.then(() => this.#reload());
    this.#reloading = reloaded.catch(() => {});
    return reloaded;
  }

  async #reload(): Promise<ResultOf<"config.reload">> {
    if (this.#hooks === undefined) throw new TypeError("the daemon is not composed yet");
    const { stop, log, lastError, record, reloading, applied: onApplied } = this.#hooks;
    if (stop.isStopping) {
      throw stopping();
    }
    reloading(true);
    try {
      const next = await loadConfigFromProcess(this.#paths, this.#schema, this.#options);
      if (stop.isStopping) throw stopping();
      const changed = diffConfig(this.#schema, this.current, next.config).applied;
      this.#now = next;
      const { needsRestart } = this;
      const applied = changed.filter((key) => !needsRestart.includes(key));
      lastError.clear("config");
      const done = onApplied();
      record({ type: "daemon.config_reloaded", data: { applied, needsRestart } });
      log.info("configuration read again", { applied, needsRestart, warnings: next.warnings, done });
      return {
        applied: [...applied],
        needsRestart: [...needsRestart],
        warnings: [...next.warnings],
        ...(done.length === 0 ? {} : { done: [...done] }),
      };
    } catch (error) {
      if (!(error instanceof ConsoleError) || error.kind === "stopping") throw error;
      // It stands until the next reload, however the file is by then.
      lastError.set("config", `the last reload was refused: ${error.message}; agent-console daemon reload tries again`);
      record({ type: "daemon.config_rejected", data: { problem: error.message } });
      log.error("the configuration was not taken, the old one stays in force", { problem: error.message });
      throw error;
    } finally {
      if (!stop.isStopping) reloading(false);
    }
  }
}

function stopping(): ConsoleError {
  return new ConsoleError("stopping", "the daemon is stopping and reloads nothing", { retryable: true });
}

/** The keys whose permissions differ: the sandbox of a process cannot be changed. */
function changedPermissions(features: readonly AnyFeature[], old: Config, now: Config): string[] {
  const [before, after] = [byKey(features, old), byKey(features, now)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((key) => key ?? [])
    .filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)));
}

function byKey(features: readonly AnyFeature[], config: Config): Map<string | undefined, Permission[]> {
  return Map.groupBy(
    featurePermissions({ config, env: readableEnv, exists: () => true }, features)
      .filter(({ configKey }) => configKey !== undefined),
    ({ configKey }) => configKey,
  );
}

/** The sandbox gives a disabled feed no permission to read its variables: then its default place is used. */
function readableEnv(name: string): string | undefined {
  try {
    return env(name);
  } catch (error) {
    if (isNotCapable(error)) return undefined;
    throw error;
  }
}
