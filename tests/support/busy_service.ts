/**
 * A service with the daemon's own watchdog, whose event loop lives for three seconds and then turns no more: a child of
 * tests/acceptance/service_live_test.ts. The one argument names the folder of its socket.
 */
import { SystemdNotifier } from "../../src/daemon/services/systemd_notifier.ts";
import { setTimer } from "../../src/platform/clock.ts";
import { openNotifySocket } from "../../src/platform/notify_socket.ts";

const LIVES_MS = 3000;

const manager = new SystemdNotifier({
  socket: openNotifySocket(Deno.env.get("NOTIFY_SOCKET") ?? "", `${Deno.args[0]}/busy.sock`),
  watchdogMs: Number(Deno.env.get("WATCHDOG_USEC")) / 1000,
  line: () => Promise.resolve("it lives"),
  monotonicUsec: () => 0,
  after: setTimer,
  log: {
    warn: (message) => {
      throw new Error(message);
    },
  },
});
manager.start();
await manager.tick();
setTimeout(() => {
  for (;;);
}, LIVES_MS);
