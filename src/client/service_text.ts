/** The unit or property list as this program writes it: anew at an install, and again where what it says has changed. */
import { daemonLaunch, type Launch } from "../daemon/launch.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { HOME_NAME } from "../platform/home_paths.ts";
import { env, OS, ownUid } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { InstalledService } from "../service/installed.ts";
import { planService, READ_ENV, type ServiceOptions, type ServicePlan } from "../service/plan.ts";
import type { ClientContext } from "./endpoint.ts";

type Env = (name: string) => string | undefined;

/** @throws {ConsoleError} `usage` where HOME is not set; as {@link planService} */
export function planOwnService(
  { paths }: Pick<ClientContext, "paths">,
  { argv, telemetry }: Pick<ServiceOptions, "argv" | "telemetry">,
  valueOf: Env = env,
): ServicePlan {
  const userHome = env("HOME");
  if (userHome === undefined) {
    throw new ConsoleError("usage", "HOME is not set, so the service has no place", { hint: "set HOME" });
  }
  return planService({
    os: OS,
    userHome,
    uid: ownUid(),
    env: Object.fromEntries(READ_ENV.map((name) => [name, valueOf(name)])),
    argv,
    ...(telemetry === undefined ? {} : { telemetry }),
    ...(paths.root === `${userHome}/${HOME_NAME}` ? {} : { home: paths.root }),
  });
}

export interface Renewed {
  readonly launch: Launch;
  /** What its file should say. */
  readonly text: string;
}

/**
 * What the file of an installed service should say now: the configuration, the program and its sandbox are of today, the
 * environment stays that of the shell that installed it. So the text does not change with whoever asks.
 *
 * @throws {ConsoleError} from the configuration
 */
export async function renewService(context: ClientContext, service: InstalledService): Promise<Renewed> {
  const kept: Env = (name) =>
    KEPT.has(name) && !(name === "DENO_DIR" && isOtherProgram(context, service)) ? service.env[name] : env(name);
  const launch = await daemonLaunch(context, {}, { env: kept });
  return { launch, text: planOwnService(context, launch, kept).text };
}

const KEPT: ReadonlySet<string> = new Set(READ_ENV.filter((name) => name !== "XDG_CONFIG_HOME"));

/** Whether the service runs another program than this one: a clone's, say, or the one before it was installed. */
function isOtherProgram({ program: { daemon } }: Pick<ClientContext, "program">, { argv }: InstalledService): boolean {
  return !argv.includes(daemon.form === "compiled" ? daemon.binary : daemon.entry);
}

/**
 * Whether a command that nobody gave for it may write the service anew: a command from a clone must not make the clone's
 * program that of the service, unless what the service runs is gone.
 */
export function mayRenewUnasked(context: Pick<ClientContext, "program">, service: InstalledService): boolean {
  if (!isOtherProgram(context, service)) return true;
  const entry = service.argv.find((word, at) => at > 0 && /^\/.*\.[jt]s$/.test(word)) ?? service.argv[0] ?? "";
  return denoFiles.stat(entry) === undefined || denoFiles.stat(service.argv[0] ?? "") === undefined;
}
