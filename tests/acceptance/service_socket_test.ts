/** Socket activation under a real `systemd --user`: the socket outlives every daemon, and the first client starts one. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { exists } from "../support/exists.ts";
import type { TestHome } from "../support/harness.ts";
import { eventually, rounds } from "../support/harness_wait.ts";
import { liveService, UNIT } from "../support/live_service.ts";

const SOCKET = "agent-console.socket";

/** One client: it connects, is greeted and asks for the status. @returns the pid that served it */
async function call(home: TestHome): Promise<number> {
  await using client = await home.connect({ timeoutMs: 30_000 });
  await client.request("status", {}, 30_000);
  return client.hello["pid"] as number;
}

liveService(
  "X2 systemd's socket: the first client starts the daemon, the file is private, nothing is left",
  async (home, machine) => {
    await machine.install("--socket-activation");
    assertEquals((await machine.systemctl("is-active", SOCKET, UNIT)).stdout, "active\ninactive\n");
    assertEquals((await machine.systemctl("is-enabled", SOCKET, UNIT)).stdout, "enabled\ndisabled\n");
    const { mode } = await Deno.stat(home.socketPath);
    assertEquals((mode ?? 0) & 0o777, 0o600);
    const pid = await call(home);
    assertEquals(String(pid), await machine.property(UNIT, "MainPID"));
    // The same installation again leaves it alone, also without the option.
    await machine.install();
    assertEquals(await call(home), pid);
    // Stopped, it comes with the next client; what is with a person's stop is the clients' part.
    assertEquals((await machine.systemctl("stop", UNIT)).code, 0);
    assert(exists(home.socketPath));
    assert(await call(home) !== pid);
    await machine.install("--no-socket-activation");
    assertEquals((await machine.systemctl("is-enabled", UNIT)).stdout, "enabled\n");
    assertEquals(await machine.property(SOCKET, "ActiveState"), "inactive");
    await call(home);
    assertEquals((await machine.cli(["daemon", "uninstall"])).code, 0);
    const units = `${home.root}/.config/systemd/user`;
    assert(!exists(home.socketPath) && !exists(`${units}/${UNIT}`) && !exists(`${units}/${SOCKET}`));
  },
);

liveService(
  "F2 systemd's socket: who connects while the daemon restarts, or was killed, is served",
  async (home, machine) => {
    await machine.install("--socket-activation", "--now");
    assertEquals((await machine.systemctl("is-active", UNIT)).stdout, "active\n");
    const pids = new Set<number>();
    let calls = 0;
    let told = 0;
    let isOver = false;
    const worker = async () => {
      while (!isOver) {
        try {
          pids.add(await call(home));
          calls++;
        } catch (error) {
          // One that was connected before the stop is told to come again: the clients do.
          if (!/stopping|closed/.test(String(error))) throw error;
          told++;
        }
      }
    };
    let problem: unknown;
    const workers = Array.from({ length: 4 }, () => worker().catch((error) => problem ??= error));
    const again = rounds(3, 15);
    for (let round = 0; round < again; round++) {
      const before = await machine.property(UNIT, "MainPID");
      if (round % 3 === 2) await machine.run(["/bin/kill", "-9", before]);
      else assertEquals((await machine.systemctl("restart", UNIT)).code, 0);
      const now = Number(await call(home));
      assert(String(now) !== before);
      await eventually(() => pids.has(now) || problem !== undefined, 30_000, "calls of the next daemon");
    }
    isOver = true;
    await Promise.all(workers);
    assertEquals(problem, undefined);
    // Of the four at most those that were connected already; one that was refused would have thrown.
    assert(told <= 4 * again, `${told} of ${calls} were told to come again`);
    assert(pids.size >= again, "the calls did not go over every restart");
  },
);

liveService(
  "X2 systemd's socket: a daemon that cannot start says why to who waits, and is not started again by them",
  async (home, machine) => {
    await machine.install("--socket-activation");
    await Deno.mkdir(home.dir, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(home.path("config.jsonc"), "{", { mode: 0o600 });
    const error = await assertRejects(() => call(home), Error);
    assertMatch(String(error), /config\.jsonc/);
    await eventually(
      async () =>
        await machine.property(UNIT, "ExecMainStatus") === "78" &&
        await machine.property(UNIT, "ActiveState") === "failed",
      30_000,
      "the end of the daemon",
    );
    assertEquals(await machine.property(UNIT, "NRestarts"), "0");
    assertEquals(await machine.property(SOCKET, "ActiveState"), "active");
    await Deno.writeTextFile(home.path("config.jsonc"), "{}", { mode: 0o600 });
    await call(home);
  },
);
