/** `daemon …`: the life of the daemon. */
import { dim } from "@std/fmt/colors";
import { notRunningError, withRunning } from "../../client/connect.ts";
import { serviceOfHome, serviceState, waitsForClient } from "../../client/own_service.ts";
import { isFlag } from "../../config/origin.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { isOtelOn } from "../../platform/environment.ts";
import { env } from "../../platform/process.ts";
import { START_EVENT_ENV } from "../../platform/home_launchers.ts";
import { stdinKeyboard } from "../../platform/keyboard.ts";
import { callRunning, type CommandContext, read } from "../context.ts";
import { whatBecomesOf } from "../open_work_text.ts";

export interface StartFlags {
  readonly quiet?: boolean;
  /** Started by a hook: follows `daemon.auto_start`. */
  readonly auto?: boolean;
  readonly ephemeral?: boolean;
  readonly workspace?: string;
  readonly session?: string;
  readonly verbose?: boolean;
  /** Words `NAME=VALUE`. */
  readonly limit?: readonly string[];
}

/** @param isAgain none ran a moment ago: the one that replies was started since, by whomever */
export async function start(run: CommandContext, flags: StartFlags, isAgain = false): Promise<void> {
  const { ephemeral, workspace, session, verbose, limit = [] } = flags;
  const { parseLimits } = await import("../../daemon/options.ts");
  const { ensureDaemon } = await import("../../client/start.ts");
  if (flags.auto && denoFiles.stat(run.context.paths.stopped) !== undefined) throw notRunningError();
  const event = flags.auto ? env(START_EVENT_ENV) : undefined;
  // Where systemd holds the socket, the look whether one runs starts it.
  const isFirst = isAgain || (!flags.quiet && await waitsForClient(run.context, run.signal));
  const started = await ensureDaemon(run.context, {
    auto: flags.auto === true,
    daemon: {
      ephemeral: ephemeral === true,
      verbose: verbose === true,
      ...(workspace === undefined ? {} : { workspace }),
      ...(session === undefined ? {} : { session }),
      ...(event ? { event } : {}),
      ...parseLimits(limit),
    },
    onFromSource: (problem) => verbose && run.out.note(`runs from source: ${problem}`),
    onNote: flags.quiet ? undefined : (text) => run.out.note(text),
  });
  const { client, pid } = started;
  const fresh = started.fresh || isFirst;
  client.close();
  if (!flags.auto) await offerToHooks(run, verbose === true);
  if (!flags.auto && isOtelOn()) {
    run.out.note(
      fresh
        ? "telemetry is on, because OTEL_DENO says so; where it goes: agent-console status --json"
        : "OTEL_DENO changes nothing of a daemon that runs: agent-console daemon restart",
    );
  }
  if (!flags.quiet) run.out.line(fresh ? `started, pid ${pid}` : `already running, pid ${pid}`);
}

/**
 * Hooks that were installed run the program by files, which follow a program that was moved, and a daemon that listens
 * elsewhere.
 */
export async function offerToHooks(run: CommandContext, verbose: boolean): Promise<void> {
  const { writeLaunchers } = await import("../../client/write_launchers.ts");
  const problem = await writeLaunchers(run.context);
  if (problem !== undefined && verbose) run.out.note(`hooks will not report to this daemon: ${problem}`);
}

export interface StopFlags {
  readonly force?: boolean;
  readonly reason?: string;
  readonly timeout?: string;
}

export interface StopHow {
  /** It is started again at once. */
  readonly restart?: boolean;
  /** Nobody wants it stopped for long: hooks may start it again. */
  readonly unnoted?: boolean;
}

export async function stop(
  { context, ...rest }: CommandContext,
  flags: StopFlags,
  { restart = false, unnoted = restart }: StopHow = {},
): Promise<void> {
  const { onGreeted: _, ...silent } = context; // whether another program runs does not matter where it is to end
  const run = { ...rest, context: silent };
  const secs = flags.timeout === undefined ? undefined : Number(flags.timeout);
  if (secs !== undefined && !(secs > 0)) {
    throw new ConsoleError("usage", `--timeout is "${flags.timeout}", expected a number of seconds above 0`);
  }
  const { stopDaemon } = await import("../../client/stop.ts");
  const { pidFile, stays } = await howToStop(run);
  // Before the daemon is asked: a hook between its end and a later note would start the next one.
  const forget = stays && !unnoted ? noteStopped(run) : undefined;
  const isNone = await waitsForClient(run.context, run.signal);
  const pid = isNone ? undefined : await stopDaemon(run.context, {
    reason: flags.reason,
    force: flags.force === true,
    restart,
    stepMs: secs === undefined ? undefined : secs * 1000,
    pidFile,
    confirm: async (what, active) => {
      // A script that stops the daemon needs no confirmation: agents in terminals then show their own dialogs.
      const confirmed = !stdinKeyboard.isTerminal ||
        await (await import("../ask.ts")).ask(run, `${what}. Stop?`, { flag: "--force" });
      if (confirmed) run.out.note(`${what}: ${whatBecomesOf(active, restart)}`);
      return confirmed;
    },
  }).catch(async (error) => {
    // Who it is was not sure enough for a signal; the manager knows its own process.
    const lives = error instanceof ConsoleError ? error.details["pid"] : undefined;
    const byManager = async () => await stopOwnService(run, flags.force === true).catch(() => false);
    if (await isOfService(run, lives) && await byManager()) return Number(lives);
    forget?.();
    throw error;
  });
  // It was asked first, so that the reason is in its journal; the manager only sees the rest, and ends what it restarts.
  const wasBusy = !restart && await stopOwnService(run);
  if (pid === undefined && !unnoted && !wasBusy) {
    if (forget !== undefined && await hasHooks(run)) run.out.note("note: hooks start none either, until you do");
    throw notRunningError();
  }
  if (pid !== undefined) run.out.line(`stopped, pid ${pid}`);
  else if (wasBusy) run.out.line("stopped the service: no daemon ran, and it would have started one");
  if (forget !== undefined && await hasHooks(run)) {
    run.out.line("hooks keep their events until you start it: agent-console daemon start");
  }
}

async function isOfService(run: CommandContext, pid: unknown): Promise<boolean> {
  return typeof pid === "number" && (await serviceState(run.context, run.signal))?.pid === pid;
}

async function stopOwnService(run: CommandContext, force = false): Promise<boolean> {
  if (serviceOfHome(run.context) === undefined) return false;
  const { stopService } = await import("../../client/service_control.ts");
  return await stopService(run.context, { signal: run.signal, force });
}

async function hasHooks(run: CommandContext): Promise<boolean> {
  const { statesOfHooks } = await import("./hooks_target.ts");
  return (await statesOfHooks(run)).some(({ state }) => state !== "absent");
}

async function howToStop(run: CommandContext): Promise<{ readonly pidFile: string; readonly stays: boolean }> {
  const { daemonLaunch } = await import("../../daemon/launch.ts");
  try {
    const { pidFilePath, startAfterStop } = await daemonLaunch(run.context);
    return { pidFile: pidFilePath, stays: !startAfterStop };
  } catch (error) {
    // A configuration that has become wrong must not keep the daemon from being stopped.
    if (error instanceof ConsoleError && error.kind === "config_invalid") {
      return { pidFile: run.context.paths.pid, stays: true };
    }
    throw error;
  }
}

/**
 * Notes that a person stopped the daemon, and when: a second stop changes nothing. Whatever daemon starts next removes it.
 * Nothing where there is no home yet.
 *
 * @returns the way to take it back, where the daemon was not stopped
 */
function noteStopped(run: CommandContext): (() => void) | undefined {
  const { root, stopped } = run.context.paths;
  if (denoFiles.stat(root) === undefined) return undefined;
  const was = denoFiles.stat(stopped) !== undefined;
  if (!was) denoFiles.replace(stopped, new Uint8Array(0));
  return () => was || denoFiles.remove(stopped);
}

export async function restart(run: CommandContext, flags: StopFlags): Promise<void> {
  const { daemonLaunch } = await import("../../daemon/launch.ts");
  await daemonLaunch(run.context); // a configuration that would not start must not cost the daemon that runs
  const { socket, ...how } = await howStarted(run);
  const { renewBeforeRestart } = await import("../../client/service_control.ts");
  const isMoved = await renewBeforeRestart(run.context, run.signal);
  await stop(run, flags, { restart: true });
  if (isMoved) await stopOwnService(run);
  const context = { ...run.context, socketFlag: run.context.socketFlag ?? socket };
  await start({ ...run, context }, how, true);
}

/** Deadline for a daemon to reply how it was started, ms; one that hangs is restarted all the same. */
const LOOK_MS = 2000;

/** The options that the running daemon was started with and that no file stores; none where it does not reply. */
async function howStarted(run: CommandContext): Promise<StartFlags & { readonly socket?: string }> {
  try {
    const { onGreeted: _, ...context } = run.context;
    const found = await withRunning(context, async (client) => {
      const signal = AbortSignal.any([run.signal, AbortSignal.timeout(LOOK_MS)]);
      const { ephemeral, workspace, socketPath, limits = {} } = await client.call("status", {}, signal);
      const { values } = await client.call("config.get", {}, signal);
      const flagged = (key: string) => isFlag(values[key]?.origin);
      return {
        ephemeral,
        limit: Object.entries(limits).map(([name, value]) => `${name}=${value}`),
        verbose: flagged("daemon.log_level"),
        ...(workspace === null ? {} : { workspace }),
        ...(flagged("daemon.ipc_socket_path") ? { socket: socketPath } : {}),
      };
    });
    return found ?? {};
  } catch (error) {
    if (error instanceof ConsoleError && error.kind !== "unsafe_path") return {};
    throw error;
  }
}

export async function reload(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const result = await callRunning(run, "config.reload", {});
  if (options.json) return run.out.json(result);
  for (const warning of result.warnings) run.out.note(warning);
  const { applied, done = [] } = result;
  if (applied.length > 0) run.out.line(`applied: ${applied.join(", ")}`);
  else if (done.length === 0) run.out.line("nothing to apply");
  for (const text of done) run.out.line(escapeControls(text));
  if (result.needsRestart.length > 0) run.out.line(`needs a restart: ${result.needsRestart.join(", ")}`);
}

export async function showDump(run: CommandContext): Promise<void> {
  run.out.json(await read(run, "dump", {}));
}

export async function permissions(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const { daemonLaunch } = await import("../../daemon/launch.ts");
  const { flags } = await daemonLaunch(run.context);
  if (options.json) return run.out.json({ permissions: flags });
  const width = Math.min(60, Math.max(...flags.map(({ flag }) => flag.length)));
  for (const { flag, reason } of flags) run.out.line(`${flag.padEnd(width)}  ${dim(reason)}`);
}
