/** The unit or property list as this program writes it: anew at an install, and again where what it says has changed. */
import { daemonLaunch, type Launch } from "../daemon/launch.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { HOME_NAME, notifyPath } from "../platform/home_paths.ts";
import type { ManagerSandbox } from "../platform/manager_sandbox.ts";
import { checkSocketPath } from "../platform/path_safety.ts";
import { env, OS, ownUid } from "../platform/process.ts";
import { checkSandboxPath } from "../platform/sandbox.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { InstalledService } from "../service/installed.ts";
import {
  KEPT_ENV,
  notifySocketOf,
  planService,
  READ_ENV,
  type ServiceOptions,
  type ServicePlan,
  type UnitFile,
} from "../service/plan.ts";
import type { ClientContext } from "./endpoint.ts";
import { hasSocketUnit } from "./own_service.ts";

type Env = (name: string) => string | undefined;

/** What of the plan the daemon's launch decides. */
type Launched = Pick<
  ServiceOptions,
  "argv" | "notifies" | "runsPrograms" | "socketPath" | "socketUnit" | "start" | "telemetry"
>;

/** @throws {ConsoleError} `usage` where HOME is not set; as {@link planService} */
function planOwnService(
  { paths }: Pick<ClientContext, "paths">,
  { telemetry, ...launched }: Launched,
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
    env: readEnv(valueOf),
    ...launched,
    ...(telemetry === undefined ? {} : { telemetry }),
    ...(paths.root === `${userHome}/${HOME_NAME}` ? {} : { home: paths.root }),
  });
}

function readEnv(valueOf: Env): ServiceOptions["env"] {
  return Object.fromEntries(READ_ENV.map((name) => [name, valueOf(name)]));
}

/** Whether systemd may hand a socket on and be told how the daemon is: a compiled program has its permissions inside, for none. */
function canBeManaged({ program }: Pick<ClientContext, "program">): boolean {
  return OS === "linux" && program.daemon.form !== "compiled";
}

/** What the service manager of this user is told through. */
function managerSandbox({ paths }: ClientContext, valueOf: Env): ManagerSandbox {
  if (checkSocketPath(notifyPath(paths)) !== undefined) return {};
  const isSocket = (path: string) => denoFiles.stat(path)?.kind === "socket" && checkSandboxPath(path) === undefined;
  return { notifySocket: notifySocketOf({ env: readEnv(valueOf), uid: ownUid() }, isSocket) };
}

export interface CurrentService {
  readonly launch: Launch;
  readonly plan: ServicePlan;
  /** Why systemd holds the socket no longer, where it did. */
  readonly takenBack?: string;
}

/** How somebody wants it installed. */
export interface ServiceWish {
  /** systemd holds the socket. Absent: as it was installed before. */
  readonly socketActivation?: boolean;
  /** Also where a socket would wait for the first client. */
  readonly now?: boolean;
  /** Absent: yes. */
  readonly start?: boolean;
}

/**
 * The service as it would be installed now. Who holds the socket:
 *
 *     socketActivation    its unit is there    it can be managed    in the plan
 *     true                either               yes                  wanted
 *     true                either               no                   refused
 *     absent              yes                  yes                  wanted
 *     absent              yes                  no                   left, and taken back
 *     false               yes                  either               left
 *     absent or false     no                   either               none
 *
 * @throws {ConsoleError} `failed` where it is refused; from the configuration
 */
export async function currentService(
  context: ClientContext,
  { socketActivation, now, start }: ServiceWish = {},
  valueOf: Env = env,
): Promise<CurrentService> {
  const isThere = hasSocketUnit();
  const isManaged = canBeManaged(context);
  const wanted = socketActivation ?? isThere;
  const activated = wanted && isManaged;
  if (socketActivation && !isManaged) {
    throw new ConsoleError("failed", "socket activation needs systemd, and a program that was not compiled", {
      hint: "agent-console daemon install",
    });
  }
  const manager = isManaged ? managerSandbox(context, valueOf) : undefined;
  const launch = await daemonLaunch(context, {}, {
    env: valueOf,
    socketActivation: activated,
    ...(manager === undefined ? {} : { manager }),
  });
  const { argv, telemetry, runsPrograms, socketPath } = launch;
  const launched = {
    argv,
    telemetry,
    runsPrograms,
    socketPath,
    notifies: manager?.notifySocket !== undefined,
    socketUnit: activated ? "wanted" : isThere ? "left" : undefined,
    start: start === false ? "not" : now ? "now" : undefined,
  } as const;
  const takenBack = wanted && !activated
    ? { takenBack: "the daemon has its own socket again: a compiled program takes none of systemd" }
    : {};
  return { launch, plan: planOwnService(context, launched, valueOf), ...takenBack };
}

/** Enough to take back what is installed, whatever the configuration says. @throws {ConsoleError} `usage` */
export function installedPlan(context: Pick<ClientContext, "paths">): ServicePlan {
  return planOwnService(context, { argv: ["/"], socketUnit: hasSocketUnit() ? "left" : undefined });
}

/** Files of the service that do not say what they should. */
export function outdatedFiles(plan: ServicePlan): readonly UnitFile[] {
  return [plan, ...plan.extraFiles].filter(({ path, text }) =>
    denoFiles.stat(path)?.kind !== "file" || new TextDecoder().decode(denoFiles.read(path)) !== text
  );
}

/**
 * What an installed service should be now: the configuration, the program and its sandbox are of today, the environment
 * stays that of the shell that installed it. Of whoever asks is only XDG_RUNTIME_DIR, where the user's manager is looked
 * for.
 *
 * @throws {ConsoleError} from the configuration
 */
export async function renewService(context: ClientContext, service: InstalledService): Promise<CurrentService> {
  const kept: Env = (name) =>
    KEPT_ENV.includes(name) && !(name === "DENO_DIR" && isOtherProgram(context, service))
      ? service.env[name]
      : env(name);
  return await currentService(context, {}, kept);
}

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
