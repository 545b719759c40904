/** `daemon install` and `daemon uninstall`: the daemon as a service of the user's session. */
import { noteFolderOf } from "../../client/own_program_paths.ts";
import { daemonLaunch } from "../../daemon/launch.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { userEnv } from "../../platform/environment.ts";
import { HOME_NAME } from "../../platform/home_paths.ts";
import { env, OS, ownUid, run as runProgram } from "../../platform/process.ts";
import { installService, type Ran, type ServiceResult, uninstallService } from "../../service/install.ts";
import { planService, READ_ENV, type ServiceOptions, type ServicePlan } from "../../service/plan.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";

export interface ServiceFlags {
  readonly dryRun?: boolean;
}

/** Time for one command of the service manager, ms. */
const COMMAND_MS = 30_000;

function plan(
  run: CommandContext,
  { argv, telemetry }: Pick<ServiceOptions, "argv" | "telemetry">,
): ServicePlan {
  const userHome = env("HOME");
  if (userHome === undefined) {
    throw new ConsoleError("usage", "HOME is not set, so the service has no place", { hint: "set HOME" });
  }
  const { paths } = run.context;
  return planService({
    os: OS,
    userHome,
    uid: ownUid(),
    env: Object.fromEntries(READ_ENV.map((name) => [name, env(name)])),
    argv,
    ...(telemetry === undefined ? {} : { telemetry }),
    ...(paths.root === `${userHome}/${HOME_NAME}` ? {} : { home: paths.root }),
  });
}

const ports = {
  files: denoFiles,
  run: async (argv: readonly string[]): Promise<Ran> => {
    try {
      return await runProgram(argv, { signal: AbortSignal.timeout(COMMAND_MS), env: userEnv() });
    } catch (error) {
      return { code: 127, stdout: "", stderr: (error as Error).message };
    }
  },
};

/** What `daemon install` would write and run now. @throws {ConsoleError} from the configuration */
export async function servicePlan(run: CommandContext): Promise<ServicePlan> {
  return plan(run, await daemonLaunch(run.context));
}

/** The service's file, and the link that systemd makes to it. */
function filesOf({ path }: Pick<ServicePlan, "path">): readonly string[] {
  const at = path.lastIndexOf("/");
  return [path, `${path.slice(0, at)}/default.target.wants${path.slice(at)}`];
}

/** Where the files of the service are, or would be. @throws {ConsoleError} as {@link removeService} */
export function serviceFiles(run: CommandContext): readonly string[] {
  return filesOf(plan(run, { argv: ["/"] }));
}

export async function installAsService(run: CommandContext, flags: ServiceFlags): Promise<void> {
  const planned = await servicePlan(run);
  if (!flags.dryRun) { for (const path of filesOf(planned)) noteFolderOf(path); }
  const result = await installService(planned, ports, { dryRun: flags.dryRun === true });
  if (flags.dryRun) run.out.plain(planned.text.trimEnd());
  say(run, result, flags.dryRun === true);
}

export async function uninstallAsService(run: CommandContext, flags: ServiceFlags): Promise<void> {
  const dryRun = flags.dryRun === true;
  say(run, await removeService(run, { dryRun }), dryRun);
}

/** Whatever the configuration says of the daemon. @throws {ConsoleError} as {@link uninstallService} */
export function removeService(
  run: CommandContext,
  options: { readonly dryRun?: boolean } = {},
): Promise<ServiceResult> {
  return uninstallService(plan(run, { argv: ["/"] }), ports, options);
}

function say(run: CommandContext, result: ServiceResult, dryRun: boolean): void {
  run.out.plain(`${result.path}: ${dryRun ? `would be ${result.change}` : result.change}`);
  if (dryRun) { for (const command of result.commands) run.out.plain(`would run: ${command}`); }
  for (const note of result.notes) run.out.note(note);
}
