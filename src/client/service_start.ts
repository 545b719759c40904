/**
 * Starts the daemon by the service that is installed for this home, so that there is one way in which it runs: with the
 * service's restarts, its environment and its limits.
 */
import { systemClock } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { sleep } from "../platform/delay.ts";
import { ERRORS } from "../protocol/errors.ts";
import { installService, writeUnitFiles } from "../service/install.ts";
import type { InstalledService } from "../service/installed.ts";
import type { Manager } from "../service/manager.ts";
import { UNIT } from "../service/place.ts";
import type { Ran } from "../service/steps.ts";
import { notRunningError } from "./connect.ts";
import type { ClientContext } from "./endpoint.ts";
import { findService, managerOfService, managerPorts, whyServiceUnused } from "./own_service.ts";
import { mayRenewUnasked, outdatedFiles, renewService } from "./service_text.ts";
import { loggedFailure, type StartAttempt, startFailure, type StartOptions } from "./start_attempt.ts";

/** Time for a manager to show that it is here, ms: one that does not keeps nobody from working. */
const REPLY_MS = 5000;
/** Between two looks at the unit, while its daemon does not reply, ms. */
const LOOK_MS = 500;

const WHY_FAILED = `agent-console daemon logs, or journalctl --user -u ${UNIT}`;

/**
 * Undefined where none is installed, it is not the one for this daemon, or no manager replies: then the daemon is spawned.
 *
 * @throws {ConsoleError} `not_running` where no daemon may be started unasked; from the configuration; `unsafe_path` where a file
 * that it must write is not ours
 */
export async function startByService(
  context: ClientContext,
  { auto, daemon, onNote }: StartOptions,
): Promise<StartAttempt | undefined> {
  const service = findService();
  if (service === undefined) return undefined;
  const why = whyServiceUnused(service, context, { daemon, byPerson: !auto });
  if (why !== undefined) {
    // A home without a service starts its daemon as ever: nobody needs to be told of another home's.
    if (!auto) onNote?.(`note: the service is not used: ${why}`);
    return undefined;
  }
  const { launch, plan, takenBack } = await renewService(context, service);
  if (auto && !launch.autoStart) throw notRunningError();
  const manager = managerOfService(service, AbortSignal.timeout(REPLY_MS));
  const unread = await manager.refresh();
  const before = await manager.state();
  if (before === undefined) {
    onNote?.("note: no service manager replies here, so the daemon runs outside of its service");
    return undefined;
  }
  if (unread !== undefined) {
    onNote?.(`note: the service manager goes on with the unit as it knew it: ${unread.stderr.trim()}`);
  }
  if (before.state === "failed") {
    onNote?.(`note: the unit of the service had failed and is started again; why it did: ${WHY_FAILED}`);
  }
  const mayRenew = !auto || mayRenewUnasked(context, service);
  if (takenBack !== undefined && mayRenew) {
    onNote?.(`note: ${takenBack}`);
    await installService(plan, { files: denoFiles, ...managerPorts() });
    return new ServiceStart(context, findService() ?? service, false);
  }
  const outdated = mayRenew ? outdatedFiles(plan) : [];
  writeUnitFiles(outdated, denoFiles);
  return new ServiceStart(context, service, outdated.length > 0);
}

class ServiceStart implements StartAttempt {
  readonly #context: ClientContext;
  readonly #given = new AbortController();
  readonly #since = systemClock.now();
  #code: number | undefined;
  #said = "";

  constructor(context: ClientContext, service: InstalledService, renewed: boolean) {
    this.#context = context;
    // The commands of the manager never throw; the sleep between them does where it is given up.
    this.#watch(managerOfService(service, this.#given.signal), renewed).catch(() => {});
  }

  get code(): number | undefined {
    return this.#code;
  }

  /** Only the holder of the start lock is here, and nobody replied before. */
  isOf(): boolean {
    return true;
  }

  letGo(): void {
    this.#given.abort();
  }

  failure() {
    const { paths } = this.#context;
    const logged = loggedFailure(paths, this.#since) ?? { said: this.#said };
    return startFailure(paths, this.#code ?? ERRORS.start_failed.exit, {
      hint: "agent-console daemon logs",
      ...logged,
    });
  }

  /** The manager's reply is not the end: a unit whose type is exec fails later. */
  async #watch(manager: Manager, renewed: boolean): Promise<void> {
    const ran: Ran = await manager.start({ renewed });
    for (;;) {
      const now = await manager.state();
      if (this.#given.signal.aborted) return;
      // The last: it failed, and systemd waits before it starts the next.
      const hasEnded = now === undefined || now.state === "failed" || now.state === "inactive" ||
        (now.pid === undefined && now.exitCode !== 0);
      if (ran.code !== 0 || hasEnded) {
        this.#said = ran.code === 0 || now?.exitCode
          ? ""
          : `the service manager did not start it: ${ran.stderr.trim()}`;
        this.#code = now?.exitCode || ERRORS.start_failed.exit;
        return;
      }
      await sleep(LOOK_MS, this.#given.signal);
    }
  }
}
