/** `daemon install` and `daemon uninstall`: the daemon as a service of the user's session. */
import { withRunning } from "../../client/connect.ts";
import { filesOfService, findService, leftLinks, managerPorts, serviceState } from "../../client/own_service.ts";
import { noteFolderOf } from "../../client/own_program_paths.ts";
import { currentService, installedPlan, outdatedFiles, type ServiceWish } from "../../client/service_text.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { OS, ownUid } from "../../platform/process.ts";
import { installService, ownTexts, type ServiceResult, uninstallService } from "../../service/install.ts";
import { managerReplies } from "../../service/manager.ts";
import type { ServicePlan } from "../../service/plan.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { offerToHooks, stop } from "./daemon.ts";

export interface ServiceFlags extends ServiceWish {
  readonly dryRun?: boolean;
}

const ports = { files: denoFiles, ...managerPorts() };

/** Where the files of the service are, or would be. @throws {ConsoleError} as {@link removeService} */
export function serviceFiles(run: CommandContext): readonly string[] {
  return filesOfService({ withSocket: hasSocketIn(installedPlan(run.context)) });
}

function hasSocketIn({ extraFiles, staleFiles }: Pick<ServicePlan, "extraFiles" | "staleFiles">): boolean {
  return extraFiles.length + staleFiles.length > 0;
}

export async function installAsService(run: CommandContext, flags: ServiceFlags): Promise<void> {
  if (flags.now && flags.start === false) {
    throw new ConsoleError("usage", "--now and --no-start say the opposite of each other", { hint: "leave one out" });
  }
  const { launch, plan: planned, takenBack } = await currentService(run.context, flags);
  ownTexts(planned, denoFiles); // before a daemon is ended for a service that is refused
  if (takenBack !== undefined) run.out.note(`note: ${takenBack}`);
  // From here to the end no command and no hook may start a daemon beside: the service's own would find it, and give up.
  const { waitForStartLock } = await import("../../client/start.ts");
  const lock = flags.dryRun ? undefined : await waitForStartLock(run.context.paths, run.signal);
  let result: ServiceResult;
  try {
    if (!flags.dryRun) {
      for (const path of filesOfService({ withSocket: hasSocketIn(planned) })) noteFolderOf(path);
      if (flags.start !== false) await makeWay(run, planned);
    }
    result = await installService(planned, ports, { dryRun: flags.dryRun === true });
  } finally {
    lock?.release();
  }
  if (flags.dryRun) { for (const { text } of [planned, ...planned.extraFiles]) run.out.plain(text.trimEnd()); }
  else await offerToHooks(run, false); // so that they know where the manager listens
  say(run, result, flags.dryRun === true);
  if (flags.dryRun && !await managerReplies(OS, ownUid(), ports.run)) {
    run.out.note("No service manager answers here: the file would be written, and nothing started.");
  }
  if (!flags.dryRun) run.out.plain(await runsNow(run, result, launch.socketPath));
}

/** Whether a daemon of it runs, and where its clients find it. */
async function runsNow(run: CommandContext, { running }: ServiceResult, socketPath: string): Promise<string> {
  const { pid = null, waits = false } = await serviceState(run.context, run.signal) ?? {};
  if (pid !== null) return `the service runs, pid ${pid}; its socket: ${socketPath}`;
  if (waits) return `the service does not run yet: its first client starts it; its socket: ${socketPath}`;
  return `the service ${running ? "was started" : "does not run now"}; its socket: ${socketPath}`;
}

/**
 * The daemon that runs ends, as by `stop`, before the service starts its own. It stays where the manager would not start
 * one, and where it is the one that the service runs already, as it is to be.
 *
 * @throws {ConsoleError} `failed` where the user says no
 */
async function makeWay(run: CommandContext, planned: ServicePlan): Promise<void> {
  const service = findService();
  const { root } = run.context.paths;
  if (service !== undefined && service.home !== root) {
    run.out.note(`note: it takes the place of the service of ${service.home ?? "another home"}`);
  }
  if (!await managerReplies(OS, ownUid(), ports.run)) return;
  const { pid: own = null } = await serviceState(run.context, run.signal) ?? {};
  if (own !== null && outdatedFiles(planned).length === 0) {
    const { onGreeted: _, ...silent } = run.context;
    const found = await withRunning(silent, (client) => Promise.resolve(client.hello.pid)).catch(() => undefined);
    if (found === own || found === undefined) return; // it may still be starting
  }
  await stop(run, { reason: "daemon install" }, { restart: true });
}

export async function uninstallAsService(run: CommandContext, flags: ServiceFlags): Promise<void> {
  const dryRun = flags.dryRun === true;
  ownTexts(installedPlan(run.context), denoFiles); // before its daemon is ended
  const own = dryRun ? null : await serviceState(run.context, run.signal);
  if (own !== null && own.pid !== null) await stop(run, { reason: "daemon uninstall" }, { unnoted: true });
  const result = await removeService(run, { dryRun });
  const others = own !== null && own.home !== run.context.paths.root && own.home !== null;
  const notes = others ? [`It was the service of ${own.home}.`] : result.notes;
  say(run, { ...result, notes }, dryRun);
}

/** Whatever the configuration says of the daemon. @throws {ConsoleError} as {@link uninstallService} */
export async function removeService(
  run: CommandContext,
  options: { readonly dryRun?: boolean } = {},
): Promise<ServiceResult> {
  const result = await uninstallService(installedPlan(run.context), ports, options);
  if (options.dryRun) return result;
  // Where no manager is here to take them away, or an earlier removal was cut short.
  const links = leftLinks();
  for (const link of links) denoFiles.remove(link);
  if (links.length === 0 || result.change !== "absent") return result;
  return { ...result, change: "removed", files: links.map((path) => ({ path, change: "removed" })) };
}

function say(run: CommandContext, result: ServiceResult, dryRun: boolean): void {
  for (const { path, change } of result.files) run.out.plain(`${path}: ${dryRun ? `would be ${change}` : change}`);
  if (dryRun) { for (const command of result.commands) run.out.plain(`would run: ${command}`); }
  for (const note of result.notes) run.out.note(note);
}
