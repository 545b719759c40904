import { assertEquals, assertMatch } from "@std/assert";
import { managerFacts } from "../../src/daemon/manager_facts.ts";
import { Store } from "../../src/core/store.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { testBus } from "../support/bus.ts";
import { openNotifier } from "../../src/daemon/open_notifier.ts";
import { SystemdNotifier } from "../../src/daemon/services/systemd_notifier.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { managerPermissions } from "../../src/platform/manager_sandbox.ts";
import { daemonFlags } from "../../src/platform/sandbox.ts";

/** A manager that hears what it is sent, and a clock that a test turns. */
function fakeManager(
  options: { readonly watchdogMs?: number; readonly refuses?: boolean; readonly isDeaf?: boolean } = {},
) {
  const heard: string[] = [];
  const warned: string[] = [];
  const timers: { readonly ms: number; readonly action: () => void; off: boolean }[] = [];
  let line: string | undefined = "no sessions open";
  let closed = 0;
  const made = new SystemdNotifier({
    socket: {
      send: (text) => {
        if (options.refuses) return Promise.reject(new Error("nobody listens"));
        heard.push(text);
        if (options.isDeaf) return new Promise(() => {});
        return Promise.resolve();
      },
      close: () => closed++,
    },
    watchdogMs: options.watchdogMs,
    line: () => Promise.resolve(line),
    monotonicUsec: () => 17_000_000,
    after: (ms, action) => {
      const timer = { ms, action, off: false };
      timers.push(timer);
      return () => timer.off = true;
    },
    log: { warn: (message) => void warned.push(message) },
  });
  const ring = async () => {
    const due = timers.splice(0).filter(({ off }) => !off);
    for (const { action } of due) action();
    await Promise.resolve();
    return due.map(({ ms }) => ms);
  };
  return { made, heard, warned, ring, closed: () => closed, say: (text: string | undefined) => line = text };
}

Deno.test("X2 systemd hears READY, a line when it changed, a reload and the end, in this order", async () => {
  const { made, heard, say, closed, ring } = fakeManager();
  made.start();
  await made.tick();
  await made.tick();
  say(undefined);
  await made.tick();
  say("1 session open, 1 waits for you");
  await made.tick();
  made.reloading(true);
  made.reloading(false);
  await made.stop();
  assertEquals(heard, [
    "READY=1",
    "STATUS=no sessions open",
    "STATUS=1 session open, 1 waits for you",
    "RELOADING=1\nMONOTONIC_USEC=17000000",
    "READY=1",
    "STOPPING=1\nSTATUS=stopping",
  ]);
  assertEquals([closed(), await ring()], [1, []]); // without a watchdog there is no timer
});

Deno.test("X2 the watchdog hears of the daemon at half of its time, until the stop", async () => {
  const { made, heard, ring } = fakeManager({ watchdogMs: 30_000 });
  made.start();
  assertEquals([await ring(), await ring()], [[15_000], [15_000]]);
  assertEquals(heard, ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
  await made.stop();
  assertEquals(await ring(), []);
  // Nothing rings more often than once a second, whatever the unit asks for.
  const hasty = fakeManager({ watchdogMs: 100 });
  hasty.made.start();
  assertEquals(await hasty.ring(), [1000]);
});

Deno.test("X2 a manager that does not hear is told of once, and costs nothing else", async () => {
  const { made, warned } = fakeManager({ refuses: true });
  made.start();
  await made.tick();
  await made.stop();
  assertEquals(warned, ["the service manager does not hear of us"]);
});

Deno.test("X2 a manager that does not read holds up the daemon's end for half a second at most", async () => {
  const { made, ring, closed } = fakeManager({ isDeaf: true });
  made.start();
  const stopped = made.stop();
  assertEquals(await ring(), [500]);
  await stopped;
  assertEquals(closed(), 1);
});

Deno.test("X2 what systemd tells another process is not ours: its watchdog, and its sockets", () => {
  const facts = (env: Record<string, string>) => managerFacts((name) => env[name], 42);
  const NOTIFY_SOCKET = "/run/user/7/systemd/notify";
  assertEquals(facts({}), { sockets: 0 });
  assertEquals(facts({ NOTIFY_SOCKET, WATCHDOG_USEC: "30000000", WATCHDOG_PID: "42" }), {
    notifySocket: NOTIFY_SOCKET,
    watchdogMs: 30_000,
    sockets: 0,
  });
  assertEquals(facts({ NOTIFY_SOCKET, WATCHDOG_USEC: "30000000" }).watchdogMs, 30_000);
  assertEquals(facts({ NOTIFY_SOCKET, WATCHDOG_USEC: "30000000", WATCHDOG_PID: "41" }).watchdogMs, undefined);
  assertEquals(facts({ WATCHDOG_USEC: "soon" }).watchdogMs, undefined);
  const sockets = (LISTEN_PID: string | undefined, LISTEN_FDS: string) =>
    facts({ LISTEN_FDS, ...(LISTEN_PID === undefined ? {} : { LISTEN_PID }) }).sockets;
  assertEquals([sockets("42", "1"), sockets("41", "1"), sockets(undefined, "1"), sockets("42", "-1")], [1, 0, 0, 0]);
});

Deno.test("X2 an abstract socket, and one that is not to be had, is said in the log with one line, and the daemon goes on", () => {
  for (const notifySocket of ["@/org/freedesktop/systemd1/notify/1", "/run/user/7/systemd/notify"]) {
    const warned: Record<string, unknown>[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (_: string, fields = {}) => void warned.push(fields) };
    const store = new Store({ clock: systemClock, bus: testBus(), idempotencyKeys: 1, staleAfterMs: () => 60_000 });
    const given = {
      facts: { notifySocket, sockets: 0 },
      paths: homePaths("/nonexistent/home"),
      inbox: { pendingCount: 0 },
    };
    assertEquals(openNotifier({ ...given, store, log }), undefined);
    assertEquals(warned.map((fields) => fields["notifySocket"]), [notifySocket]);
  }
});

Deno.test("A7 only the unit's daemon may speak to the service manager, and to nothing beside it", () => {
  const paths = homePaths("/home/u/.agent-console");
  const sandbox = { paths, socketPath: paths.socket, pidFilePath: paths.pid, form: "source", permissions: [] } as const;
  const words = (more: object) => daemonFlags({ ...sandbox, ...more }).map(({ flag }) => flag);
  const usual = words({});
  assertEquals(usual.some((flag) => /NOTIFY|LISTEN_|WATCHDOG|unstable|managed/.test(flag)), false);
  const notifySocket = "/run/user/7/systemd/notify";
  const unit = words({ notifies: true, permissions: managerPermissions(paths, { notifySocket }) });
  assertEquals(unit.filter((flag) => !usual.includes(flag)), [
    "-P=managed",
    "--allow-env=LISTEN_FDS,LISTEN_PID,NOTIFY_SOCKET,WATCHDOG_PID,WATCHDOG_USEC",
    `--allow-net=unix:${paths.root}/notify.sock,unix:${notifySocket}`,
    `--allow-read=${notifySocket}`,
    `--allow-write=${notifySocket}`,
    "--unstable-net",
  ]);
  assertMatch(words({ permissions: managerPermissions(paths, {}) }).at(-1) ?? "", /^--allow-env=LISTEN_FDS/);
});
