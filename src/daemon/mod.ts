/**
 * The daemon as a process: the steps of its start, undone in the opposite order.
 *
 *     umask → paths checked → config → lock → journal (recover, replay) → token → listen → services start → ready
 *
 * The lock is taken before anything in the home is written and released last. `ready` is written when hello gets
 * replies.
 */
import { assertEndpointSafe, resolveOwnHome } from "../config/endpoint.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { homePaths } from "../platform/home_paths.ts";
import { env, exit, narrowUmask, ownPid, ownUid } from "../platform/process.ts";
import type { Listener } from "../platform/sockets.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { LIMITS, type Limits } from "../protocol/limits.ts";
import { compose, type Composed } from "./compose.ts";
import { type AnyFeature, FEATURES } from "./features.ts";
import { activatedFd, checkActivatedSocket, notTaken } from "./activated_socket.ts";
import { LiveConfig } from "./live_config.ts";
import { DaemonLog } from "./logging.ts";
import { managerFacts } from "./manager_facts.ts";
import { COULD_NOT_START, type DaemonOptions } from "./options.ts";
import * as files from "./runtime_files.ts";

/**
 * Runs until it is stopped.
 *
 * @returns the exit code
 * @throws {ConsoleError} what kept it from starting; then nothing is left behind
 */
export async function runDaemon(
  options: DaemonOptions,
  usual: Limits = LIMITS,
  features: readonly AnyFeature[] = FEATURES,
): Promise<number> {
  const limits = { ...usual, ...options.limits };
  narrowUmask();
  const manager = options.managed === true ? managerFacts(env, ownPid()) : undefined;
  const paths = homePaths(resolveOwnHome(options.home));
  assertEndpointSafe(denoFiles, { paths, socketPath: options.socket ?? paths.socket, uid: ownUid() });
  const config = await LiveConfig.read(paths, options, features);
  const { socketPath, pidFilePath } = config;
  // The sandbox of an older unit does not let us look at another path: then the check of the activated socket says why.
  const held = { activated: options.activated, inherited: manager?.sockets ?? 0 };
  const fd = manager && activatedFd(held);
  if (fd === undefined) assertEndpointSafe(denoFiles, { paths, socketPath, uid: ownUid() });
  files.checkPidFile(paths, pidFilePath);
  files.prepareFolders(paths.root);
  const lock = files.takeLock(paths, pidFilePath);
  const log = new DaemonLog({ path: paths.log, level: config.current.daemon.log_level, echo: options.verbose });
  if (options.outside !== undefined) log.warn(options.outside);
  const bootId = options.session ?? crypto.randomUUID();
  let listener: Listener | undefined;
  try {
    files.prepareFolders(paths.logs, paths.journal);
    if (fd !== undefined) {
      checkActivatedSocket(held, socketPath);
      assertEndpointSafe(denoFiles, { paths, socketPath, uid: ownUid() });
    }
    const listen = async () =>
      listener = await (fd === undefined ? files.listen(socketPath) : listenActivated(fd, paths.root));
    const composed = await compose({ options, limits, features, paths, config, log, bootId, manager, listen });
    await composed.supervisor.prepare();
    try {
      composed.supervisor.start();
    } catch (error) {
      await composed.supervisor.stop({ reason: "it could not start", force: true, restart: false });
      listener = undefined; // its service has closed it
      throw error;
    }
    return await untilStopped(composed, limits);
  } catch (error) {
    // A client that has a service manager start it reads this: nobody hears what it writes to stderr.
    const hint = error instanceof ConsoleError ? error.hint : undefined;
    log.error(COULD_NOT_START, { error: String((error as Error).message), ...(hint === undefined ? {} : { hint }) });
    await log.open().catch(() => {});
    listener?.close();
    files.removeRuntimeFiles(paths, pidFilePath, { pid: ownPid(), bootId });
    throw error;
  } finally {
    log.close();
    lock.release();
  }
}

/** Node's listener is loaded only where it is needed. @throws {ConsoleError} `config_invalid` where it is no such socket */
async function listenActivated(fd: number, place: string): Promise<Listener> {
  const { activatedListener } = await import("../platform/activated_listener.ts");
  try {
    return await activatedListener(fd, place);
  } catch (error) {
    throw notTaken(`its stdin is none that listens (${(error as Error).message})`);
  }
}

async function untilStopped({ supervisor, stop, removeOwn }: Composed, limits: Limits): Promise<number> {
  const request = await stop.requested;
  // Whatever hangs below, the process ends: the lock must not outlive the daemon's use.
  const guard = setTimeout(() => {
    removeOwn();
    exit(request.code ?? 1);
  }, limits.forcedExitMs);
  await supervisor.stop(request);
  clearTimeout(guard);
  return request.code ?? 0;
}
