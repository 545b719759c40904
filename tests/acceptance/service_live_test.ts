/** The service under a real `systemd --user`, which the test starts for a temporary home. */
import { assert, assertEquals } from "@std/assert";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { SystemdMachine, whyNoSystemd } from "../support/systemd_machine.ts";

const UNIT = "agent-console.service";

const why = await whyNoSystemd();

function live(name: string, fn: (home: TestHome, machine: SystemdMachine) => Promise<void>): void {
  Deno.test({
    name: `${name}${why === undefined ? "" : ` (ignored: ${why})`}`,
    ignore: why !== undefined,
    fn: async () => {
      await using home = await TestHome.create();
      await using machine = await SystemdMachine.start(home);
      await fn(home, machine);
    },
  });
}

live("X2 a real systemd runs what is installed, and an uninstall leaves nothing with it", async (home, machine) => {
  const installed = await machine.cli(["daemon", "install"]);
  assertEquals(installed.code, 0, installed.stderr);
  assertEquals((await machine.systemctl("is-enabled", UNIT)).stdout, "enabled\n");
  await home.ready();
  assertEquals((await machine.systemctl("is-active", UNIT)).stdout, "active\n");
  assertEquals((await machine.cli(["daemon", "uninstall"])).code, 0);
  assertEquals(await machine.property(UNIT, "LoadState"), "not-found");
  assert(!exists(home.socketPath) && !exists(`${home.root}/.config/systemd/user/${UNIT}`));
});
