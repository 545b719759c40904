/** The service under a real `systemd --user`, which the test starts for a temporary home. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../support/exists.ts";
import { denoDir } from "../support/harness_guard.ts";
import { REPOSITORY } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";
import { liveService, type ServiceMachine, UNIT } from "../support/live_service.ts";

liveService(
  "X2 a real systemd runs what is installed, and an uninstall leaves nothing with it",
  async (home, machine) => {
    await machine.install();
    assertEquals((await machine.systemctl("is-enabled", UNIT)).stdout, "enabled\n");
    await home.ready();
    assertEquals((await machine.systemctl("is-active", UNIT)).stdout, "active\n");
    assertEquals((await machine.cli(["daemon", "uninstall"])).code, 0);
    assertEquals(await machine.property(UNIT, "LoadState"), "not-found");
    assert(!exists(home.socketPath) && !exists(`${home.root}/.config/systemd/user/${UNIT}`));
  },
);

function mainPid(machine: ServiceMachine): Promise<string> {
  return machine.property(UNIT, "MainPID");
}

/** Waits until another process than `before` serves. */
async function nextPid(machine: ServiceMachine, before: string, ms = 30_000): Promise<string> {
  return await eventually(
    async () => {
      const pid = await mainPid(machine);
      const serves = (await machine.property(UNIT, "SubState")) === "running";
      return serves && pid !== "0" && pid !== before ? pid : "";
    },
    ms,
    "another process of the service",
    100,
  );
}

liveService("X2 a service is active when it serves, says how it is, and reloads", async (home, machine) => {
  await machine.install();
  assertEquals(await machine.property(UNIT, "Type"), "notify");
  // `systemctl start` has waited for READY: a client is served at once.
  await using client = await home.connect({ token: true });
  assertEquals(client.hello["pid"], Number(await mainPid(machine)));
  await eventually(
    async () => (await machine.property(UNIT, "StatusText")) === "no sessions open",
    30_000,
    "the line of systemctl status",
    50,
  );
  const pid = await mainPid(machine);
  assertEquals((await machine.systemctl("reload", UNIT)).code, 0);
  const log = () => Deno.readTextFileSync(home.path("logs/daemon.log"));
  await eventually(() => log().includes("configuration read again"), 30_000, "a reload");
  await eventually(async () => await machine.property(UNIT, "SubState") === "running", 30_000, "the end of the reload");
  assertEquals(await mainPid(machine), pid);
  assert(!log().includes("does not hear"), log());
  assert(!exists(home.path("notify.sock")));
});

liveService("X2 a service that is killed, or hangs, is started anew", async (home, machine) => {
  await machine.dropIn("[Service]\nWatchdogSec=8\nRestartSec=100ms\n");
  await machine.install();
  const first = await mainPid(machine);
  assertEquals((await machine.run(["/bin/kill", "-9", first])).code, 0);
  const second = await nextPid(machine, first);
  // It answers for longer than the watchdog's time by itself …
  await pause(9000);
  assertEquals(await mainPid(machine), second);
  // … and once it hangs, no longer.
  assertEquals((await machine.run(["/bin/kill", "-STOP", second])).code, 0);
  await nextPid(machine, second, 30_000);
  const restarts = Number(await machine.property(UNIT, "NRestarts"));
  assert(restarts >= 2, `started anew ${restarts} times`); // more where the machine is too busy for its pings
  await home.ready();
});

liveService("X2 a configuration with an error is not started again and again", async (home, machine) => {
  await machine.install();
  await Deno.writeTextFile(home.path("config.jsonc"), "{", { mode: 0o600 });
  await machine.systemctl("restart", UNIT);
  assertEquals(await machine.property(UNIT, "ExecMainStatus"), "78");
  assertEquals(await machine.property(UNIT, "ActiveState"), "failed");
  assertEquals(await machine.property(UNIT, "NRestarts"), "0");
});

liveService("X2 a service whose event loop turns no more is ended by the watchdog", async (home, machine) => {
  const folder = `${home.root}/.config/systemd/user`;
  await Deno.mkdir(folder, { recursive: true });
  const argv = [
    Deno.execPath(),
    "run",
    "-A",
    "--unstable-net",
    `${REPOSITORY}/tests/support/busy_service.ts`,
    home.root,
  ];
  const service = ["Type=notify", `ExecStart=${argv.join(" ")}`, "WatchdogSec=3", "WatchdogSignal=SIGKILL"];
  await Deno.writeTextFile(
    `${folder}/busy.service`,
    `[Service]\n${service.join("\n")}\nEnvironment=DENO_DIR=${denoDir()}\n`,
  );
  assertEquals((await machine.systemctl("start", "busy.service")).code, 0);
  await eventually(
    async () => await machine.property("busy.service", "Result") === "watchdog",
    30_000,
    "the watchdog",
    100,
  );
  // By the manager's own clock: our commands reach it late on a busy machine.
  const at = async (name: string) => Number(await machine.property("busy.service", `${name}TimestampMonotonic`));
  const lived = (await at("ExecMainExit") - await at("ActiveEnter")) / 1000;
  assert(lived > 3900, `it was ended after ${lived} ms, while it lived`);
});

liveService(
  "X3 a program that the service runs gets nothing of the service manager, and may become another user",
  async (home, machine) => {
    const script = `${home.root}/work`;
    await Deno.writeTextFile(script, "#!/bin/sh\nenv; cat /proc/self/status\n", { mode: 0o755 });
    await Deno.mkdir(home.dir, { mode: 0o700 });
    const scheduler = { programs: { work: { argv: [script] } } };
    await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify({ scheduler }), { mode: 0o600 });
    await machine.install();
    assertEquals((await home.cli(["cron", "add", "work", "* * * * * *", "--max-runs", "1"])).code, 0);
    const stdout = await eventually(
      async () => {
        const [run] = (await home.json(["cron", "jobs", "--json"]))["runs"] as Json[];
        return run?.["outcome"] === undefined ? "" : String(run["stdout"]);
      },
      30_000,
      "the end of a run",
      100,
    );
    assert(!/^(?:NOTIFY_|WATCHDOG_|LISTEN_|INVOCATION_ID)/m.test(stdout), stdout);
    assertMatch(stdout, /^NoNewPrivs:\t0$/m);
    assertMatch(stdout, /^Seccomp:\t0$/m);
  },
);
