/** The environment variables that set a key: one table for the loader, the help and the daemon's `--allow-env`. Pure. */
import { envFlag } from "../platform/home_paths.ts";
import type { ConfigKey } from "./base_sections.ts";

export interface EnvSetting {
  readonly variable: string;
  readonly key: ConfigKey;
  /** What the text stands for; undefined where it counts as absent. */
  read(text: string): unknown;
}

const text = (value: string): unknown => value === "" ? undefined : value;

export const ENV_SETTINGS: readonly EnvSetting[] = [
  { variable: "AGENT_CONSOLE_LOG_LEVEL", key: "daemon.log_level", read: text },
  {
    variable: "AGENT_CONSOLE_NO_START",
    key: "daemon.auto_start",
    read: (value) => envFlag(value) ? false : undefined,
  },
  { variable: "AGENT_CONSOLE_PID_FILE", key: "daemon.pid_file_path", read: text },
  { variable: "AGENT_CONSOLE_SOCKET", key: "daemon.ipc_socket_path", read: text },
];
