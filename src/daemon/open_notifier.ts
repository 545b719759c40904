/** Opens the way to the service manager that runs this daemon; loaded only there. */
import type { Store } from "../core/store.ts";
import { Slices } from "../lib/slices.ts";
import { setTimer, slicedTurns } from "../platform/clock.ts";
import { type HomePaths, notifyPath } from "../platform/home_paths.ts";
import { monotonicUsec, type NotifySocket, openNotifySocket } from "../platform/notify_socket.ts";
import type { Log } from "../platform/system.ts";
import type { ManagerFacts } from "./manager_facts.ts";
import { SystemdNotifier } from "./services/systemd_notifier.ts";

export interface OpenNotifierOptions {
  readonly facts: ManagerFacts;
  readonly paths: HomePaths;
  readonly store: Pick<Store, "freeze" | "seq">;
  readonly inbox: { readonly pendingCount: number };
  readonly log: Log;
}

/** Undefined where there is none to tell: then the daemon serves as it does without one. */
export function openNotifier({ facts, paths, store, inbox, log }: OpenNotifierOptions): SystemdNotifier | undefined {
  const { notifySocket, watchdogMs } = facts;
  if (notifySocket === undefined) return undefined;
  let socket: NotifySocket;
  try {
    // Deno sends to no abstract socket (tried with 2.9.6: it takes the name for a path).
    if (!notifySocket.startsWith("/")) throw new Error("it is no path");
    socket = openNotifySocket(notifySocket, notifyPath(paths));
  } catch (error) {
    log.warn("the service manager is not told how it goes", { notifySocket, why: (error as Error).message });
    return undefined;
  }
  let seen = -1;
  const line = async () => {
    if (store.seq === seen) return undefined;
    seen = store.seq;
    const { total, closed } = await store.freeze().count(new Slices(slicedTurns));
    return managerLine(total - closed, inbox.pendingCount);
  };
  return new SystemdNotifier({ socket, watchdogMs, line, monotonicUsec, after: setTimer, log });
}

function managerLine(sessions: number, waiting: number): string {
  const waits = waiting === 0 ? "" : `, ${waiting} ${waiting === 1 ? "waits" : "wait"} for you`;
  return `${sessions === 0 ? "no" : sessions} ${sessions === 1 ? "session" : "sessions"} open${waits}`;
}
