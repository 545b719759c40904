/** The service under a real `systemd --user`, which the test starts for a temporary home. */
import { assert, assertEquals } from "@std/assert";
import { exists } from "../support/exists.ts";
import { eventually, pause } from "../support/harness_wait.ts";
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
async function nextPid(machine: ServiceMachine, before: string): Promise<string> {
  return await eventually(
    async () => {
      const pid = await mainPid(machine);
      const serves = (await machine.property(UNIT, "SubState")) === "running";
      return serves && pid !== "0" && pid !== before ? pid : "";
    },
    15_000,
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
    5000,
    "the line of systemctl status",
    50,
  );
  const pid = await mainPid(machine);
  assertEquals((await machine.systemctl("reload", UNIT)).code, 0);
  const log = () => Deno.readTextFileSync(home.path("logs/daemon.log"));
  await eventually(() => log().includes("configuration read again"), 5000, "a reload");
  await eventually(async () => await machine.property(UNIT, "SubState") === "running", 5000, "the end of the reload");
  assertEquals(await mainPid(machine), pid);
  assert(!log().includes("does not hear"), log());
  assert(!exists(home.path("notify.sock")));
});

liveService("X2 a service that is killed, or hangs, is started anew", async (home, machine) => {
  await machine.dropIn("[Service]\nWatchdogSec=2\nRestartSec=100ms\n");
  await machine.install();
  const first = await mainPid(machine);
  assertEquals((await machine.run(["/bin/kill", "-9", first])).code, 0);
  const second = await nextPid(machine, first);
  // It answers for longer than the watchdog's time by itself …
  await pause(3000);
  assertEquals(await mainPid(machine), second);
  // … and once it hangs, no longer.
  assertEquals((await machine.run(["/bin/kill", "-STOP", second])).code, 0);
  await nextPid(machine, second);
  assertEquals(await machine.property(UNIT, "NRestarts"), "2");
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
