/** systemd's socket and a unit that is older than the program, or than the configuration. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../support/exists.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { run } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { UNIT } from "../support/live_service.ts";
import { liveUser, type ServiceUser } from "../support/service_user.ts";

/** The unit ends once, with the code for a configuration that does not fit, and says why to a client and in the log. */
async function assertRefuses(user: ServiceUser, why: RegExp): Promise<void> {
  const { code, stderr } = await user.machine.cli(["ls"]);
  assert(code !== 0, "a daemon replied");
  assertMatch(stderr, why);
  assertMatch(stderr, /hint: agent-console daemon restart/);
  const ended = async () => await user.machine.property(UNIT, "ExecMainStatus") === "78";
  await eventually(ended, 30_000, "the end of the daemon", 50);
  assertEquals(await user.machine.property(UNIT, "NRestarts"), "0");
  assertMatch(await Deno.readTextFile(user.home.path("logs/daemon.log")), why);
}

/** By what a unit of another version differs, and what its daemon says. */
const OLD: readonly (readonly [string, RegExp, RegExp])[] = [
  [
    "a unit that would hand it to programs",
    /^StandardInput=socket$/m,
    /it is not the daemon's stdin: programs that it starts/,
  ],
  [
    "a unit of before",
    /^StandardInput=socket$| (?:"--activated"|--activated) (?:"[^"]*"|\S+)/gm,
    /its unit does not say where it is/,
  ],
];

for (const [what, without, why] of OLD) {
  liveUser(`X2 systemd's socket: ${what} does not get it, says so once, and a restart mends it`, async (user) => {
    await user.done(["daemon", "install", "--socket-activation"]);
    const old = user.unit.replace(without, "");
    assert(old !== user.unit, user.unit);
    await Deno.writeTextFile(user.unitPath, old);
    assertEquals((await user.machine.systemctl("daemon-reload")).code, 0);
    await assertRefuses(user, why);
    await user.done(["daemon", "restart"]);
    const pid = await user.home.ready();
    assertEquals(await user.unitState(), ["active", pid]);
  });
}

liveUser(
  "X2 systemd's socket: one that was moved in the configuration alone is refused once, and said",
  async (user) => {
    await user.done(["daemon", "install", "--socket-activation", "--now"]);
    await user.home.ready();
    const moved = `${user.home.root}/moved.sock`;
    await user.done(["config", "set", "daemon.ipc_socket_path", JSON.stringify(moved)]);
    await user.machine.systemctl("restart", UNIT);
    await assertRefuses(user, /and the configuration says .*moved\.sock/);
    await user.done(["daemon", "restart"]);
    await using client = await user.home.connect({ socket: moved });
    assertEquals(await user.unitState(), ["active", client.hello["pid"] as number]);
  },
);

Deno.test("X2 a daemon that is told of a socket of systemd and has none as its stdin ends as one of a wrong unit", async () => {
  await using home = await TestHome.create();
  const socket = home.path("daemon.sock");
  const args = ["--home", home.dir, "--managed", "--activated", socket];
  const argv = [Deno.execPath(), "run", "-A", "--cached-only", `${REPOSITORY}/src/daemon/main.ts`, ...args];
  const { code, stderr } = await run(argv, { env: { HOME: home.root, DENO_DIR: denoDir() }, cwd: "/" });
  assertEquals(code, 78, stderr);
  assertMatch(stderr, /the socket of the service is not taken: its stdin is none that listens \(listen \w+: .*\)/);
  assert(!exists(socket));
});
