/** `daemon …` and `status`: the life of the daemon. */
import { bold, dim } from "@std/fmt/colors";
import { notRunningError, retryWhileRestarting, tryConnectPatiently } from "../../client/connect.ts";
import { isFlag } from "../../config/origin.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { env } from "../../platform/process.ts";
import { START_EVENT_ENV } from "../../platform/start_launcher.ts";
import { confirm } from "../../platform/stdio.ts";
import { duration } from "../../view/times.ts";
import { bytes } from "../format.ts";
import { call, callOn, type CommandContext, read } from "../context.ts";

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

export async function start(run: CommandContext, flags: StartFlags): Promise<void> {
  const { ephemeral, workspace, session, verbose, limit = [] } = flags;
  const { parseLimits } = await import("../../daemon/options.ts");
  const { ensureDaemon } = await import("../../client/start.ts");
  if (flags.auto && denoFiles.stat(run.context.paths.stopped) !== undefined) throw notRunningError();
  if (!flags.auto) await offerToHooks(run, verbose === true);
  const event = flags.auto ? env(START_EVENT_ENV) : undefined;
  const { client, pid, fresh } = await ensureDaemon(run.context, {
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
  });
  client.close();
  if (!flags.quiet) run.out.line(fresh ? `started, pid ${pid}` : `already running, pid ${pid}`);
}

/** Hooks that were installed start the daemon by a file, which follows a program that was moved. */
async function offerToHooks(run: CommandContext, verbose: boolean): Promise<void> {
  const { writeStartLauncher } = await import("../../client/write_start_launcher.ts");
  const problem = await writeStartLauncher(run.context);
  if (problem !== undefined && verbose) run.out.note(`hooks will not start the daemon: ${problem}`);
}

export interface StopFlags {
  readonly force?: boolean;
  readonly reason?: string;
  readonly timeout?: string;
}

export async function stop(run: CommandContext, flags: StopFlags, restart = false): Promise<void> {
  const secs = flags.timeout === undefined ? undefined : Number(flags.timeout);
  if (secs !== undefined && !(secs > 0)) {
    throw new ConsoleError("usage", `--timeout is "${flags.timeout}", expected a number of seconds above 0`);
  }
  const { stopDaemon } = await import("../../client/stop.ts");
  const { pidFile, stays } = await howToStop(run);
  // Before the daemon is asked: a hook between its end and a later note would start the next one.
  const forget = stays && !restart ? noteStopped(run) : undefined;
  const pid = await stopDaemon(run.context, {
    reason: flags.reason,
    force: flags.force === true,
    restart,
    stepMs: secs === undefined ? undefined : secs * 1000,
    pidFile,
    confirm: (what) => {
      // A script that stops the daemon needs no confirmation: agents then show their own dialogs, nothing is denied.
      const confirmed = confirm(`${what}. Stop? [y/N] `) ?? true;
      if (confirmed) run.out.note(`${what}: left to the agents' own terminals`);
      return confirmed;
    },
  }).catch((error) => {
    forget?.();
    throw error;
  });
  if (pid === undefined && !restart) throw notRunningError();
  if (pid !== undefined) run.out.line(`stopped, pid ${pid}`);
  if (forget !== undefined && await hasHooks(run)) {
    run.out.line("hooks keep their events until you start it: agent-console daemon start");
  }
}

async function hasHooks(run: CommandContext): Promise<boolean> {
  const { agentsWithHooks } = await import("./hooks.ts");
  return (await agentsWithHooks(run)).length > 0;
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
 * Notes that a person stopped the daemon; whatever daemon starts next removes it. Nothing where there is no home yet.
 *
 * @returns the way to take it back, where the daemon was not stopped
 */
function noteStopped(run: CommandContext): (() => void) | undefined {
  const { root, stopped } = run.context.paths;
  if (denoFiles.stat(root) === undefined) return undefined;
  const was = denoFiles.stat(stopped) !== undefined;
  denoFiles.replace(stopped, new Uint8Array(0));
  return () => was || denoFiles.remove(stopped);
}

export async function restart(run: CommandContext, flags: StopFlags): Promise<void> {
  const { daemonLaunch } = await import("../../daemon/launch.ts");
  await daemonLaunch(run.context); // a configuration that would not start must not cost the daemon that runs
  const { socket, ...how } = await howStarted(run);
  await stop(run, flags, true);
  const context = { ...run.context, socketFlag: run.context.socketFlag ?? socket };
  await start({ ...run, context }, how);
}

/** Deadline for a daemon to reply how it was started, ms; one that hangs is restarted all the same. */
const LOOK_MS = 2000;

/** The options that the running daemon was started with and that no file stores; none where it does not reply. */
async function howStarted(run: CommandContext): Promise<StartFlags & { readonly socket?: string }> {
  try {
    const client = await tryConnectPatiently(run.context);
    if (client === undefined) return {};
    try {
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
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof ConsoleError && error.kind !== "unsafe_path") return {};
    throw error;
  }
}

export async function showStatus(
  run: CommandContext,
  options: { readonly json?: boolean; readonly start: boolean },
): Promise<void> {
  const found = await (options.start ? read(run, "status", {}) : retryWhileRestarting(() => statusOfRunning(run)));
  if (options.json) return run.out.json(found);
  for (const line of statusLines(found)) run.out.line(line);
}

/** `daemon status` looks and never starts. @throws {ConsoleError} `not_running` */
async function statusOfRunning(run: CommandContext): Promise<ResultOf<"status">> {
  const client = await tryConnectPatiently(run.context);
  if (client === undefined) throw notRunningError();
  try {
    return await callOn(client, run, "status", {});
  } finally {
    client.close();
  }
}

/** What this program has words for; what a feature adds to it is shown as it comes. */
const OWN_MEMBERS: ReadonlySet<string> = new Set<keyof ResultOf<"status">>([
  "approvalsPending",
  "bootId",
  "clients",
  "ephemeral",
  "eventLoopLagMs",
  "idleInSecs",
  "journal",
  "lastError",
  "limits",
  "liveness",
  "needsRestart",
  "pid",
  "protocol",
  "refusedReports",
  "rssBytes",
  "safetyMode",
  "safetyModeSuspended",
  "sessions",
  "socketPath",
  "startedAt",
  "state",
  "uptimeSecs",
  "version",
  "workspace",
]);

/** What cannot be seen of the agents' processes: nothing is guessed about them. */
function processes({ liveness: { problem, unseen = 0 } = {} }: ResultOf<"status">): string[] {
  if (problem !== undefined) return [`cannot be seen, so no session is shown as lost: ${problem}`];
  if (unseen === 0) return [];
  const whose = unseen === 1 ? "the agent of 1 session lives" : `the agents of ${unseen} sessions live`;
  return [`${whose} where it cannot be seen (in a container), or ended at once: a kill is not noticed`];
}

function statusLines(s: ResultOf<"status">): string[] {
  const { total, stale, lost, ...byStatus } = s.sessions;
  const kinds = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`).join(", ");
  const marks = kinds({ stale: stale ?? 0, lost: lost ?? 0 });
  const suspended = s.safetyModeSuspended === undefined
    ? ""
    : ` (${s.safetyModeSuspended} is suspended: allowed calls failed; answer one yourself)`;
  const row = (name: string, value: string) => `${dim(name.padEnd(9))} ${escapeControls(value)}`;
  return [
    `${bold(`agent-console ${s.version}`)} ${s.state}, pid ${s.pid}, up ${duration(s.uptimeSecs * 1000)}`,
    row("socket", s.socketPath),
    ...(s.workspace === null ? [] : [row("workspace", s.workspace)]),
    row("sessions", total === 0 ? "none" : `${kinds(byStatus)}${marks === "" ? "" : ` (${marks})`}`),
    row(
      "approvals",
      `${s.approvalsPending === 0 ? "none" : s.approvalsPending} pending, safety mode ${s.safetyMode}${suspended}`,
    ),
    row("clients", s.clients.total === 0 ? "none" : kinds(s.clients.byKind)),
    row(
      "journal",
      `${s.journal.count} records, head ${s.journal.head.slice(0, 12)}${s.journal.ok ? "" : ", DOES NOT VERIFY"}` +
        (s.journal.verifiedTo === undefined ? "" : `, verified to seq ${s.journal.verifiedTo}`) +
        (s.journal.readOnly ? ", READ ONLY" : ""),
    ),
    row("memory", `${bytes(s.rssBytes)}, event loop ${s.eventLoopLagMs} ms late`),
    ...processes(s).map((words) => row("processes", words)),
    ...Object.entries(s).filter(([name]) => !OWN_MEMBERS.has(name)).map(([name, part]) =>
      row(name, JSON.stringify(part))
    ),
    ...(s.ephemeral ? [row("life", "ends with its last client")] : []),
    ...(s.idleInSecs === undefined ? [] : [row("idle stop", `in ${duration(s.idleInSecs * 1000)}`)]),
    ...(s.refusedReports === undefined
      ? []
      : [row("refused", `${s.refusedReports.count} reports of clients without a token: ${s.refusedReports.why}`)]),
    ...(s.lastError === undefined ? [] : [row("error", s.lastError)]),
    ...(s.needsRestart.length === 0 ? [] : [row("restart", `needed for ${s.needsRestart.join(", ")}`)]),
  ];
}

export async function reload(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const result = await call(run, "config.reload", {});
  if (options.json) return run.out.json(result);
  for (const warning of result.warnings) run.out.note(warning);
  run.out.line(result.applied.length === 0 ? "nothing to apply" : `applied: ${result.applied.join(", ")}`);
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
