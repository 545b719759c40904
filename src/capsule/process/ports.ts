/** What the supervisor of capsules needs of the daemon; tests give it fakes. */
import type { PipedProcess } from "../../platform/piped_process.ts";
import type { Log } from "../../platform/system.ts";
import type { Manifest } from "../manifest.ts";
import type { Grant } from "../grant.ts";
import type { DeadlineClock } from "./deadlines.ts";

/** The file of each capsule's keys and values. */
export interface KvFiles {
  /** Undefined where there is none. @throws the OS error */
  read(name: string): string | undefined;
  /** Either the old content or the new. @throws the OS error */
  write(name: string, text: string): void;
  /** Where there is none that is fine. @throws the OS error */
  remove(name: string): void;
}

export interface SupervisorPorts {
  /** Whether this very grant holds: it was neither taken back nor replaced by another. */
  readonly isGranted: (grant: RunCapsule["grant"]) => boolean;
  /** Starts the launcher. @throws where it cannot be started */
  readonly open: (argv: readonly string[]) => PipedProcess;
  readonly clock: DeadlineClock;
  readonly log: Log;
  readonly kv: KvFiles;
  /** A secret of the folder `keys`. @throws {ConsoleError} it is not there */
  readonly secret: (name: string) => string;
  /** Runs a line of the console, which begins with `/` and a granted command, with the scope `read`. */
  readonly exec: (
    capsule: string,
    line: string,
    signal: AbortSignal,
  ) => Promise<{ readonly success: boolean; readonly response: string }>;
  /** It ended too often, and is not started again. */
  readonly onFailed: (capsule: RunCapsule, reason: string) => void;
}

/** A capsule that is to run. */
export interface RunCapsule {
  readonly grant: Pick<Grant, "name" | "digest" | "capabilities"> & {
    readonly manifest: Pick<Manifest, "apiVersion" | "commands" | "subscribes" | "intercepts" | "priority">;
  };
  /** The launcher with its words. */
  readonly argv: readonly string[];
  /** As they are now, by name; those that the configuration does not have are the manifest's. */
  readonly settings: () => Readonly<Record<string, string | number | boolean>>;
}
