/**
 * A daemon that cannot start tells those who wait in its service manager's socket, and lets them go: while one waits there,
 * the manager starts the next daemon at once, which fails in the same way, until it gives the socket up.
 */
import { daemonTimers } from "../platform/clock.ts";
import { activatedListener } from "../platform/activated_listener.ts";
import type { Socket } from "../platform/sockets.ts";
import { errorLine } from "../protocol/envelope.ts";
import type { ConsoleError } from "../protocol/errors.ts";

/** Those that wait are there at once; after so long without another there is none, ms. */
const QUIET_MS = 100;
/** However many come meanwhile, ms. */
const LONGEST_MS = 2000;

/** Never throws: the daemon ends with `error` anyway. */
export async function refuseWaiting(fd: number, error: ConsoleError): Promise<void> {
  const over = AbortSignal.timeout(LONGEST_MS);
  try {
    const listener = await activatedListener(fd);
    while (!over.aborted) {
      const quiet = daemonTimers.sleep(QUIET_MS).then(() => undefined);
      const socket = await Promise.race([listener.accept(), quiet]);
      if (socket === undefined) break;
      await refuse(socket, error);
    }
    // What has come in between waits no more either; it is closed with the process.
  } catch {
    // The descriptor was taken before, and closed: nobody waits in it.
  }
}

async function refuse(socket: Socket, error: ConsoleError): Promise<void> {
  await Promise.race([socket.write(errorLine(null, error)), daemonTimers.sleep(QUIET_MS)]).catch(() => {});
  socket.close();
}
