/** The files that tell other processes who runs here, and the check of our own socket. */
import type { Service } from "../../core/service.ts";
import type { NewEvent } from "../../domain/event.ts";
import { denoFiles, isNotFound } from "../../platform/deno_files.ts";
import type { HomePaths } from "../../platform/home_paths.ts";
import { permittedPs, probe } from "../../platform/process_table.ts";
import { writeStderr } from "../../platform/stdio.ts";
import type { Log } from "../../platform/system.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { errorText } from "../../protocol/error_text.ts";
import * as files from "../runtime_files.ts";
import type { StopControl } from "../stop_control.ts";

/** Exit code where another process's socket has replaced ours (S7). */
const SOCKET_TAKEN = 4;

export interface RuntimeFilesOptions {
  readonly paths: HomePaths;
  readonly pidFilePath: string;
  readonly notes: files.RunInfo;
  /** The socket file is the service manager's: it stays. */
  readonly isActivated: boolean;
  readonly log: Log;
  readonly stop: StopControl;
  /** Best effort: never throws. */
  readonly record: (event: NewEvent) => void;
  /** Closes the listener, and removes its socket file where that is ours. */
  readonly closeListener: (options: { readonly unlink: boolean }) => Promise<void>;
}

export class RuntimeFiles implements Service {
  readonly name = "runtime files";
  #o: RuntimeFilesOptions;
  #inode: number | null | undefined;
  #hasPid = false;
  #hasStartTime = false;

  constructor(options: RuntimeFilesOptions) {
    this.#o = options;
    this.#inode = denoFiles.stat(options.notes.socketPath)?.inode;
  }

  start(): void {
    const { paths, pidFilePath, notes, log } = this.#o;
    this.#hasPid = canWrite(log, "pid file", () => files.writePid(paths, pidFilePath, notes, "-"));
    denoFiles.remove(paths.stopped);
  }

  async tick(): Promise<void> {
    const { notes, stop, paths, pidFilePath } = this.#o;
    if (stop.isStopping) return;
    if (denoFiles.stat(notes.socketPath)?.inode !== this.#inode) return this.#socketLost();
    this.#hasPid ||= canWrite(undefined, "pid file", () => files.writePid(paths, pidFilePath, notes, "-"));
    if (!this.#hasPid) return;
    if (this.#hasStartTime) return;
    this.#hasStartTime = true;
    await this.#writeStartTime();
  }

  async stop(): Promise<void> {
    await this.#o.closeListener({ unlink: this.#socketIsOurs() });
    this.#removeNotes();
  }

  /** At once, for a process that stops without a drain. */
  removeOwn(): void {
    this.#removeNotes();
    if (this.#socketIsOurs()) denoFiles.remove(this.#o.notes.socketPath);
  }

  #removeNotes(): void {
    const { paths, pidFilePath, notes } = this.#o;
    files.removeRuntimeFiles(paths, pidFilePath, notes);
  }

  #socketIsOurs(): boolean {
    if (this.#o.isActivated) return false;
    const stat = denoFiles.stat(this.#o.notes.socketPath);
    return stat?.kind === "socket" && stat.inode === this.#inode;
  }

  #socketLost(): void {
    const { notes: { socketPath }, log, stop, record } = this.#o;
    stop.request({ reason: "the socket file was replaced", force: true, restart: false, code: SOCKET_TAKEN });
    log.error("the socket file was replaced", { socketPath });
    writeStderr(errorText({ message: `the socket ${socketPath} was replaced by another file` }));
    record({ type: "daemon.socket_replaced", data: { socketPath } });
  }

  /** Whoever stops us by force compares it first: a pid may have been given away. */
  async #writeStartTime(): Promise<void> {
    const { paths, pidFilePath, notes, log, stop } = this.#o;
    const ps = permittedPs();
    const table = ps === undefined ? undefined : await probe(ps, notes.pid, []);
    const own = table === undefined || "unusable" in table ? undefined : table.processes[0];
    if (stop.isStopping || own === undefined) return;
    try {
      files.writePid(paths, pidFilePath, notes, own.startedAt);
    } catch (error) {
      log.warn("the pid file stays without a start time", { error: String(error) });
    }
  }
}

/**
 * Writes a note of this run: on a full disk the daemon starts without it, and a later tick writes it.
 *
 * @param log told where it cannot be written; at the first attempt only
 * @throws {ConsoleError} `unsafe_path`; the OS error where its folder is missing
 */
function canWrite(log: Log | undefined, what: string, write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof ConsoleError || isNotFound(error)) throw error; // a path that no room makes good
    log?.warn(`no ${what} yet`, { error: String(error) });
    return false;
  }
}

/** Present only while hello gets replies: started last and stopped first. */
export function readyFile({ paths, notes, log }: Pick<RuntimeFilesOptions, "paths" | "notes" | "log">): Service {
  let isWritten = false;
  let isStopped = false;
  const write = (told?: Log) => isWritten = canWrite(told, "ready file", () => files.writeReady(paths, notes));
  return {
    name: "ready",
    start: () => void write(log),
    tick: () => {
      if (!isWritten && !isStopped) write();
    },
    stop: () => {
      isStopped = true;
      denoFiles.remove(paths.ready);
    },
  };
}
