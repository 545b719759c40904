/** The process: the events of its start and end, its part in `status`, and its signals. */
import type { ReportRefusals } from "../../core/report_refusals.ts";
import type { UnrecognizedEvents } from "../../core/unrecognized_events.ts";
import type { Service, StopRequest } from "../../core/service.ts";
import type { Store } from "../../core/store.ts";
import type { NewEvent } from "../../domain/event.ts";
import { Slices } from "../../lib/slices.ts";
import { slicedTurns, systemClock } from "../../platform/clock.ts";
import { closeInspector } from "../../platform/inspector.ts";
import { exit, onSignal, residentBytes } from "../../platform/process.ts";
import { stdinEnded, writeStdout } from "../../platform/stdio.ts";
import { DAEMON } from "../../protocol/actor.ts";
import { BUILD, PROTOCOL, VERSION } from "../../protocol/version.ts";
import type { LastError } from "../last_error.ts";
import type { DaemonLog } from "../logging.ts";
import type { DaemonOptions } from "../options.ts";
import type { RunInfo } from "../runtime_files.ts";
import type { StopControl } from "../stop_control.ts";

/** Exit code after a second signal. */
const INTERRUPTED = 130;

export interface ProcessServiceOptions {
  readonly notes: RunInfo;
  readonly options: DaemonOptions;
  readonly store: Store;
  readonly log: DaemonLog;
  readonly warnings: readonly string[];
  readonly lastError: LastError;
  readonly stop: StopControl;
  readonly isReadOnly: () => boolean;
  /** Best effort: never throws. */
  readonly record: (event: NewEvent) => void;
}

export function processService(o: ProcessServiceOptions): Service {
  const { notes, options, store, log, stop } = o;
  return {
    name: "process",
    start: () => {
      const { version, pid, bootId, socketPath } = notes;
      const started: NewEvent = { type: "daemon.started", data: { version, pid, bootId, socketPath } };
      store.owed.add(() => void store.commit(started, DAEMON));
      writeStdout(`listening on ${socketPath}, pid ${pid}\n`);
      log.info("started", { version, pid, socketPath, sessions: store.size });
      for (const warning of o.warnings) log.warn("configuration", { warning });
    },
    status: async () => {
      const eventLoopLagMs = await eventLoopLag();
      const lastError = o.lastError.text;
      return {
        pid: notes.pid,
        bootId: notes.bootId,
        version: VERSION,
        ...(BUILD === undefined ? {} : { build: BUILD }),
        protocol: PROTOCOL,
        state: stop.isStopping ? "stopping" : o.isReadOnly() ? "read_only" : "running",
        startedAt: notes.startedAt,
        uptimeSecs: Math.round(systemClock.steady() / 1000),
        ephemeral: options.ephemeral,
        workspace: options.workspace ?? null,
        ...(options.limits === undefined ? {} : { limits: { ...options.limits } }),
        socketPath: notes.socketPath,
        sessions: await store.freeze().count(new Slices(slicedTurns)),
        rssBytes: residentBytes(),
        eventLoopLagMs,
        ...(lastError === undefined ? {} : { lastError }),
      };
    },
    stop: ({ reason, restart }: StopRequest) => o.record({ type: "daemon.stopping", data: { reason, restart } }),
  };
}

/** How late a timer with delay 0 fires, ms: what a request waits before it is handled. */
function eventLoopLag(): Promise<number> {
  const startedAt = systemClock.steady();
  return new Promise((resolve) =>
    setTimeout(() => resolve(Math.round((systemClock.steady() - startedAt) * 10) / 10), 0)
  );
}

/** The log file is opened at the first tick: its library costs 10 ms that the first hello need not wait for. */
export function logService(log: DaemonLog): Service {
  return {
    name: "log",
    tick: () => log.open(),
    stop: async ({ reason }) => {
      log.info("stopped", { reason });
      await log.open().catch(() => {}); // so that a daemon that ends before its first tick leaves its lines
    },
  };
}

/** Tells what a limit refused to clients without a token, and what nobody understood. */
export function refusalsService(refusals: ReportRefusals, unknown: Pick<UnrecognizedEvents, "tell">): Service {
  return {
    name: "refusals",
    tick: () => {
      refusals.tell();
      unknown.tell();
    },
    status: () => {
      const refusedReports = refusals.status();
      return refusedReports === undefined ? {} : { refusedReports };
    },
  };
}

export interface SignalsOptions {
  readonly stop: StopControl;
  readonly log: DaemonLog;
  /** Ends with its stdin. */
  readonly tied: boolean;
  /** Never rejects. */
  readonly reload: () => void;
  /** Removes our files: the process ends at once. */
  readonly removeOwn: () => void;
}

export function signals({ stop, log, tied, reload, removeOwn }: SignalsOptions): Service {
  let off: (() => void)[] = [];
  // The first signal stops with a drain, the second at once.
  const end = (signal: string) => {
    if (!stop.isStopping) return stop.request({ reason: signal, force: false, restart: false });
    log.warn("stopped at once", { signal });
    removeOwn();
    exit(INTERRUPTED);
  };
  return {
    name: "signals",
    start: () => {
      off = [
        onSignal("SIGTERM", () => end("SIGTERM")),
        onSignal("SIGINT", () => end("SIGINT")),
        onSignal("SIGHUP", reload),
        // Deno opens the V8 inspector on this signal: a debugger port would be a way around every permission (A6).
        onSignal("SIGUSR1", () => void closeInspector()),
      ];
      if (!tied) return;
      stdinEnded().then(() => stop.request({ reason: "its starter is gone", force: true, restart: false }));
    },
    // Last: a second signal must work while the others stop.
    stop: () => off.forEach((remove) => remove()),
  };
}
